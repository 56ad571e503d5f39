/// Which fields of JSON texts are not compared: those the manifest names, and those that live itself does not repeat.
/// Remembers at most `capacity` fields, so a text whose keys are all different costs no memory; what it has learned it
/// knows in the kept form alone, so fields that are kept alike are masked alike, before a restart as after it.
struct FieldMasks: Sendable {
    static let capacity = 256
    /// Live-live comparisons after which fields are masked at the earliest.
    static let least = 20

    private struct Count: Sendable, Codable {
        var place: String
        var differing: Int
    }

    /// As `FieldPath` writes them.
    private let ignored: [String]
    /// In the order in which they came to be.
    private var learned: [String] = []
    private var comparisons = 0
    private var counts: [Count] = []
    private var lookup: (ignored: Set<String>, learned: Set<String>)

    init(ignored: [String] = []) {
        self.ignored = ignored.map(FieldPath.canonical)
        self.lookup = (Set(self.ignored), [])
    }

    var isEmpty: Bool { self.ignored.isEmpty && self.learned.isEmpty }

    /// For people.
    var masked: [String] { self.ignored + self.learned }

    /// - Parameter place: the path in its kept form.
    func covers(_ path: String, place: () -> String) -> Bool {
        if self.lookup.ignored.contains(path) { return true }
        return !self.learned.isEmpty && self.lookup.learned.contains(place())
    }

    /// Counts one live-live comparison and the fields, in their kept form, in which it differed. Returns true when a field
    /// has been masked: one that differed in more than half of all comparisons.
    mutating func record(_ places: [String]) -> Bool {
        self.comparisons += 1
        var seen: Set<String> = []
        for place in places where seen.insert(place).inserted {
            if let index = self.counts.firstIndex(where: { $0.place == place }) {
                self.counts[index].differing += 1
            } else if self.counts.count + self.learned.count < Self.capacity {
                self.counts.append(Count(place: place, differing: 1))
            }
        }
        guard self.comparisons >= Self.least else { return false }
        let unstable = self.counts.filter { $0.differing > self.comparisons / 2 }.map(\.place)
        guard !unstable.isEmpty else { return false }
        self.counts.removeAll { unstable.contains($0.place) }
        self.learned.append(contentsOf: unstable)
        self.lookup.learned.formUnion(unstable)
        return true
    }
}

extension FieldMasks: Codable {
    private enum CodingKeys: String, CodingKey {
        case ignored, learned, comparisons, counts
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.ignored = try container.decode([String].self, forKey: .ignored)
        self.learned = try container.decode([String].self, forKey: .learned)
        self.comparisons = max(0, try container.decode(Int.self, forKey: .comparisons))
        self.counts = try container.decode([Count].self, forKey: .counts)
        self.lookup = (Set(self.ignored), Set(self.learned))
    }
}
