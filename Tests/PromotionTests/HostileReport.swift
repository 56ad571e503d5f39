import Foundation
import Promotion

/// A report in which every text that is not one of a fixed set is the same one. Texts are found in the JSON form, so that a
/// field that is added later is among them.
struct HostileReport: Sendable {
    private typealias Path = [String]

    private let json: Data
    private let places: [Path]

    /// Counts by name: there the keys are texts of others.
    private static let maps: Set<String> = ["dropped", "candidateReasons", "details", "structure", "digests"]

    init(_ report: ReleaseReport) throws {
        let json = Data(try ReportJSON.text(report).utf8)
        let root = try JSONSerialization.jsonObject(with: json)
        self.json = json
        // What takes any text is no word of a fixed set.
        self.places = Self.texts(root).filter { path in
            let changed = Self.replacing(root, [path]) { "any text" }
            return (try? Self.report(changed)) != nil
        }
    }

    var count: Int { self.places.count }

    /// - Parameter text: called for each place.
    func with(_ text: () -> String) throws -> ReleaseReport {
        let root = try JSONSerialization.jsonObject(with: self.json)
        return try Self.report(Self.replacing(root, Set(self.places), text: text))
    }

    private static func report(_ root: Any) throws -> ReleaseReport {
        try ReportJSON.report(String(decoding: try JSONSerialization.data(withJSONObject: root), as: UTF8.self))
    }

    private static func texts(_ value: Any, _ path: Path = []) -> [Path] {
        switch value {
        case is String: [path]
        case let list as [Any]: list.enumerated().flatMap { Self.texts($0.element, path + ["\($0.offset)"]) }
        case let fields as [String: Any]: fields.flatMap { Self.texts($0.value, path + [$0.key]) }
        default: []
        }
    }

    private static func replacing(_ value: Any, _ paths: Set<Path>, _ path: Path = [], text: () -> String) -> Any {
        switch value {
        case is String: return paths.contains(path) ? text() : value
        case let list as [Any]:
            return list.enumerated().map { Self.replacing($0.element, paths, path + ["\($0.offset)"], text: text) }
        case let fields as [String: Any]:
            var replaced: [String: Any] = [:]
            let isMap = path.last.map { Self.maps.contains($0) } ?? false || path.dropLast().last == "outcomes"
            for (index, field) in fields.sorted(by: { $0.key < $1.key }).enumerated() {
                let key = isMap && paths.count > 1 ? "\(text())\(index)" : field.key
                replaced[key] = Self.replacing(field.value, paths, path + [field.key], text: text)
            }
            return replaced
        default: return value
        }
    }
}
