import Foundation
import NIOCore
import ServingCore

/// The body of `POST .../feedback`: one item, or `{"feedback": [...]}` with up to 1,000.
enum FeedbackBody {
    static let limit = 1_000
    private static let idLimit = 1_024
    private static let labelLimit = 256

    private static let hint =
        "write {\"id\": \"request-1\", \"label\": \"8\"}, {\"id\": \"request-1\", \"scores\": {\"live\": 0.9, "
        + "\"candidate\": 0.7}}, or {\"feedback\": [...]} with up to \(Self.limit) of these"

    /// `isList` says whether the items came as a list: then each stands for itself.
    static func parse(_ body: ByteBuffer) throws(ControlError) -> (items: [Feedback], isList: Bool) {
        guard let root = try? JSONDecoder().decode(Body.self, from: Data(body.readableBytesView)) else {
            throw ControlError(.invalidRequest, "the body is no feedback; \(Self.hint)")
        }
        let items = root.items
        guard !items.isEmpty, items.count <= Self.limit else {
            throw ControlError(.invalidRequest, "the body has \(items.count) items; \(Self.hint)")
        }
        var feedback: [Feedback] = []
        feedback.reserveCapacity(items.count)
        for item in items { feedback.append(try Self.feedback(item)) }
        return (feedback, root.isList)
    }

    private static func feedback(_ item: Item) throws(ControlError) -> Feedback {
        guard !item.id.isEmpty, item.id.utf8.count <= Self.idLimit else {
            throw ControlError(.invalidRequest, "an `id` must have 1 to \(Self.idLimit) bytes: the `id` of the request")
        }
        switch (item.label, item.scores) {
        case (let label?, nil):
            guard !label.text.isEmpty, label.text.utf8.count <= Self.labelLimit else {
                throw ControlError(.invalidRequest, "a `label` must have 1 to \(Self.labelLimit) bytes")
            }
            return Feedback(requestID: item.id, truth: .label(label.text))
        case (nil, let scores?):
            guard (0...1).contains(scores.live), (0...1).contains(scores.candidate) else {
                throw ControlError(.invalidRequest, "`scores` must lie between 0 and 1, 1 being the best")
            }
            return Feedback(requestID: item.id, truth: .scores(live: scores.live, candidate: scores.candidate))
        default: throw ControlError(.invalidRequest, "give `label` or `scores`, one of them; \(Self.hint)")
        }
    }

    private struct Body: Decodable {
        let items: [Item]
        let isList: Bool

        private enum CodingKeys: String, CodingKey { case feedback }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.isList = container.contains(.feedback)
            self.items =
                self.isList
                ? try container.decode([Item].self, forKey: .feedback) : [try Item(from: decoder)]
        }
    }

    private struct Item: Decodable {
        struct Scores: Decodable {
            var live: Double
            var candidate: Double
        }

        var id: String
        var label: Label?
        var scores: Scores?
    }

    /// A class as clients write it: a text, a whole number, or a truth value.
    private struct Label: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int64.self) {
                self.text = String(number)
            } else if let flag = try? container.decode(Bool.self) {
                self.text = String(flag)
            } else {
                self.text = try container.decode(String.self)
            }
        }
    }
}
