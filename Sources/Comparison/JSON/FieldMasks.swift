/// Which fields of JSON texts are not compared: those the manifest names, and those that live itself does not repeat.
/// Remembers at most `capacity` fields, so a text whose keys are all different costs no memory.
struct FieldMasks: Sendable {
    static let capacity = 256
    /// Live-live comparisons after which fields are masked at the earliest.
    static let least = 20

    private struct Count: Sendable, Codable {
        var path: String
        var differing: Int
    }

    /// In the order in which they came to be.
    private(set) var masked: [String]
    private var comparisons = 0
    private var counts: [Count] = []
    private var lookup: Set<String>

    init(ignored: [String] = []) {
        self.masked = ignored.map(FieldPath.canonical)
        self.lookup = Set(self.masked)
    }

    var isEmpty: Bool { self.masked.isEmpty }

    func covers(_ path: String) -> Bool {
        self.lookup.contains(path)
    }

    /// Counts one live-live comparison and the fields, each once, in which it differed. Returns true when a field has been
    /// masked: one that differed in more than half of all comparisons. A text that differs as a whole (`$`) is not.
    mutating func record(_ paths: [String]) -> Bool {
        self.comparisons += 1
        for path in paths where path != "$" {
            if let index = self.counts.firstIndex(where: { $0.path == path }) {
                self.counts[index].differing += 1
            } else if self.counts.count + self.masked.count < Self.capacity {
                self.counts.append(Count(path: path, differing: 1))
            }
        }
        guard self.comparisons >= Self.least else { return false }
        let unstable = self.counts.filter { $0.differing > self.comparisons / 2 }.map(\.path)
        guard !unstable.isEmpty else { return false }
        self.counts.removeAll { unstable.contains($0.path) }
        self.masked.append(contentsOf: unstable)
        self.lookup.formUnion(unstable)
        return true
    }
}

extension FieldMasks: Codable {
    private enum CodingKeys: String, CodingKey {
        case masked, comparisons, counts
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.masked = try container.decode([String].self, forKey: .masked)
        self.comparisons = max(0, try container.decode(Int.self, forKey: .comparisons))
        self.counts = try container.decode([Count].self, forKey: .counts)
        self.lookup = Set(self.masked)
    }
}
