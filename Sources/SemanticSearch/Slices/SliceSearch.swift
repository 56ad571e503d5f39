/// Slices of up to three predicates whose divergence stands out in the discovery half, found level by level: a slice is
/// extended only while some part of it could still be better than what is known (as SliceLine does, Sagadeeva & Boehm
/// 2021).
struct SliceSearch {
    static let mostPredicates = 3
    /// What stands out by less is not looked at: of all single predicates a few per cent do by chance.
    static let leastScore = 2.0
    private static let leastGain = 1.0
    private static let mostKept = 256
    /// Conjunctions looked at; the search then ends with the best so far.
    private static let mostTried = 400_000

    struct Proposal {
        /// Ascending places of `SliceAtoms.atoms`.
        let atoms: [Int]
        let places: PairBits
        let score: Double
    }

    private let atoms: SliceAtoms
    private let score: SliceScore
    private let leastPlaces: Int
    private var tried = 0
    private var kept: [Proposal] = []

    /// - Parameter values: Divergences of the discovery half.
    init(_ atoms: SliceAtoms, _ values: [Double]) {
        self.atoms = atoms
        self.score = SliceScore(values)
        // Some of the support falls on the other half.
        self.leastPlaces = max(1, atoms.support / 4)
    }

    /// At most 256, best first.
    mutating func run() -> [Proposal] {
        var level = self.atoms.atoms.enumerated().map { index, atom in
            Proposal(atoms: [index], places: atom.places, score: self.score.of(atom.places))
        }
        let single = level.map(\.score)
        self.keep(level)
        for _ in 1..<Self.mostPredicates {
            level = self.extend(level, single)
            self.keep(level)
        }
        return self.kept
    }

    private mutating func extend(_ level: [Proposal], _ single: [Double]) -> [Proposal] {
        var extended: [Proposal] = []
        // The most promising first, should there be too many.
        for parent in level.sorted(by: Self.isBetter) {
            guard self.mayImprove(parent.places) else { continue }
            for next in self.atoms.atoms.indices where self.canJoin(parent, next) {
                self.tried += 1
                guard self.tried <= Self.mostTried else { return extended }
                let atom = self.atoms.atoms[next]
                guard parent.places.commonCount(atom.places) >= self.leastPlaces else { continue }
                let places = parent.places.intersection(atom.places)
                let score = self.score.of(places)
                // Of so many conjunctions some are a little clearer than their parts by chance.
                guard score >= Self.leastScore, score >= max(parent.score, single[next]) + Self.leastGain,
                    self.support(parent.atoms, next) >= self.atoms.support
                else { continue }
                extended.append(Proposal(atoms: (parent.atoms + [next]).sorted(), places: places, score: score))
            }
        }
        // Each is reached from several of its parts.
        var seen = Set<[Int]>()
        return extended.filter { seen.insert($0.atoms).inserted }
    }

    private func mayImprove(_ places: PairBits) -> Bool {
        let threshold = self.kept.count < Self.mostKept ? Self.leastScore : self.kept.last?.score ?? Self.leastScore
        let sum = places.sum(of: self.score.values)
        return self.score.bound(count: places.count, sum: sum, least: self.leastPlaces) > threshold
    }

    private func canJoin(_ parent: Proposal, _ next: Int) -> Bool {
        // Of two single predicates either may be the parent; one order is enough.
        guard parent.atoms.count > 1 || parent.atoms[0] < next else { return false }
        let predicate = self.atoms.atoms[next].predicate
        return parent.atoms.allSatisfy { $0 != next && self.atoms.atoms[$0].predicate.canJoin(predicate) }
    }

    private func support(_ parents: [Int], _ next: Int) -> Int {
        let rows = parents.reduce(self.atoms.atoms[next].early) { $0.intersection(self.atoms.atoms[$1].early) }
        return rows.count
    }

    private mutating func keep(_ level: [Proposal]) {
        self.kept += level.filter { $0.score >= Self.leastScore }
        self.kept = Array(self.kept.sorted(by: Self.isBetter).prefix(Self.mostKept))
    }

    private static func isBetter(_ one: Proposal, _ other: Proposal) -> Bool {
        if one.score != other.score { return one.score > other.score }
        if one.atoms.count != other.atoms.count { return one.atoms.count < other.atoms.count }
        return one.atoms.lexicographicallyPrecedes(other.atoms)
    }
}
