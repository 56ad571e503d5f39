import Foundation
package import ServingCore

extension AdminClient {
    /// Newest first.
    package func releases(model: String, limit: Int = 50) throws(AdminClientError) -> AdminAnswer {
        try self.read("releases", model, [("limit", "\(limit)")])
    }

    /// Nil `release`: the running one, or the newest.
    package func trial(model: String, release: Int64? = nil) throws(AdminClientError) -> AdminAnswer {
        try self.read("trial", model, [("release", release.map(String.init))])
    }

    package func comparators(model: String, release: Int64? = nil) throws(AdminClientError) -> AdminAnswer {
        try self.read("comparators", model, [("release", release.map(String.init))])
    }

    package func pairs(_ query: PairQuery) throws(AdminClientError) -> AdminAnswer {
        try self.read(
            "pairs",
            query.model,
            [
                ("release", query.release.map(String.init)), ("diverged", query.divergedOnly ? "true" : nil),
                ("outcome", query.candidateOutcome), ("live_outcome", query.liveOutcome),
                ("segment", query.segment.map { "\($0.key)=\($0.value)" }), ("from", query.from.map(String.init)),
                ("until", query.until.map(String.init)), ("before", query.before.map(String.init)),
                ("order", query.order == .newest ? nil : query.order.rawValue), ("limit", "\(query.limit)"),
            ]
        )
    }

    package func pair(model: String, id: Int64) throws(AdminClientError) -> AdminAnswer {
        try self.read("pairs/\(id)", model, [])
    }

    private func read(
        _ what: String,
        _ model: String,
        _ parameters: [(String, String?)]
    ) throws(AdminClientError) -> AdminAnswer {
        try self.get(try Self.path(what, model, parameters))
    }

    static func path(
        _ what: String,
        _ model: String,
        _ parameters: [(String, String?)]
    ) throws(AdminClientError) -> String {
        let query = parameters.compactMap { name, value in value.map { "\(name)=\(Self.encoded($0))" } }
        return "/admin/v1/models/\(try Self.segment(model))/\(what)"
            + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }

    /// Everything but RFC 3986's unreserved characters as `%XX`.
    private static func encoded(_ text: String) -> String {
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
        )
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }
}
