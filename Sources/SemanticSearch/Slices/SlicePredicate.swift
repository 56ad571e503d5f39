package import ServingCore

/// One thing that is true of all requests of a slice.
package struct SlicePredicate: Sendable, Codable, Hashable {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        /// A declared key has this value.
        case segment
        /// The text contains this word.
        case word
        /// It is near the centre of this cluster of requests.
        case cluster
        /// It lies far in a direction in which divergence grows, fitted on the half that proposes slices.
        case region
    }

    package var kind: Kind
    /// The segment's key; nil for others.
    package var key: String?
    /// The segment's value; the word; number of the cluster, of how many, and of which epoch,
    /// e.g. `3/20@2`; a region's share of the requests, steps of its fit and epoch, e.g. `0.1/3@2`.
    package var value: String

    package init(kind: Kind, key: String? = nil, value: String) {
        self.kind = kind
        self.key = key
        self.value = value
    }

    package init(_ segment: Segment) {
        self.init(kind: .segment, key: segment.key, value: segment.value)
    }

    /// The same for the same predicate in every run; unlike those of others, whatever the values hold.
    var name: String {
        switch self.kind {
        case .segment: "segment \(self.key?.utf8.count ?? 0) \(self.key ?? "")=\(self.value)"
        case .word: "word \(self.value)"
        case .cluster: "cluster \(self.value)"
        case .region: "region \(self.value)"
        }
    }

    /// Declared keys first, then words, each in alphabetical order.
    static func isBefore(_ one: SlicePredicate, _ other: SlicePredicate) -> Bool {
        let place = { (kind: Kind) in Kind.allCases.firstIndex(of: kind) ?? 0 }
        return (place(one.kind), one.key ?? "", one.value) < (place(other.kind), other.key ?? "", other.value)
    }

    /// Whether it says by itself what it is about.
    var isNamed: Bool { self.kind == .segment || self.kind == .word }

    /// Whether both can be said of one request in a way that tells more than one of them.
    func canJoin(_ other: SlicePredicate) -> Bool {
        guard self.kind == other.kind else { return true }
        switch self.kind {
        case .segment: return self.key != other.key
        case .word: return self.value != other.value
        case .cluster, .region: return false
        }
    }
}
