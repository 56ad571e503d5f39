import ServingCore

/// All single predicates that enough requests fulfil, each with the rows that do.
struct SliceAtoms {
    /// More words make the search long, and those that are rarer have few pairs to show it with.
    private static let mostWords = 1_000
    private static let leastSupport = 32
    private static let leastShare = 0.005

    struct Atom {
        let predicate: SlicePredicate
        /// Places in the discovery half.
        let places: PairBits
        /// Rows of the input; and those among them that are a request's first up to the epoch.
        let rows: PairBits
        let early: PairBits
    }

    /// In an order that depends on the predicates only.
    let atoms: [Atom]
    /// Distinct requests up to the epoch that a slice must have.
    let support: Int

    /// - Parameter values: Divergences of the discovery half.
    init(_ input: SliceInput, _ halves: SliceHalves, _ values: [Double]) {
        self.support = max(Self.leastSupport, Int(Self.leastShare * Double(halves.proposedFrom)))
        var isEarly = PairBits(count: input.pairs.count)
        for row in halves.early { isEarly.insert(row) }
        var rows: [SlicePredicate: [Int]] = [:]
        for (row, pair) in input.pairs.enumerated() {
            for segment in Set(pair.segments) { rows[SlicePredicate(segment), default: []].append(row) }
        }
        for level in MeaningClusters(input, halves).levels {
            let predicates = (0..<level.count).map {
                SlicePredicate(kind: .cluster, value: "\($0)/\(level.count)@\(halves.epoch)")
            }
            for (row, cluster) in level.clusters.enumerated() where cluster >= 0 {
                rows[predicates[Int(cluster)], default: []].append(row)
            }
        }
        for (word, found) in Self.words(input, isEarly) { rows[SlicePredicate(kind: .word, value: word)] = found }
        let place = Dictionary(uniqueKeysWithValues: halves.discovery.enumerated().map { ($1, $0) })
        let support = self.support
        let atom = { (predicate: SlicePredicate, proposed: PairBits, rows: PairBits) -> Atom? in
            let early = rows.intersection(isEarly)
            // Whether nearly all requests fulfil it or nearly none, there is nothing to compare with.
            guard early.count >= support, halves.proposedFrom - early.count >= support else { return nil }
            let places = PairBits(count: halves.discovery.count, proposed.places.lazy.compactMap { place[$0] })
            return Atom(predicate: predicate, places: places, rows: rows, early: early)
        }
        let atoms = rows.compactMap { predicate, rows in
            let rows = PairBits(count: input.pairs.count, rows)
            return atom(predicate, rows, rows)
        }
        let regions = DivergenceDirection.regions(input, halves, values).compactMap { region in
            let name = "\(region.share)/\(region.steps)@\(halves.epoch)"
            return atom(SlicePredicate(kind: .region, value: name), region.proposed, region.rows)
        }
        self.atoms = (atoms + regions).sorted { $0.predicate.name < $1.predicate.name }
    }

    /// The words that are most frequent up to the epoch: what is tested must not change before the next.
    private static func words(_ input: SliceInput, _ isEarly: PairBits) -> [(String, [Int])] {
        var counts: [String: Int] = [:]
        for row in isEarly.places {
            for word in input.pairs[row].words { counts[word, default: 0] += 1 }
        }
        let order = counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
        var rows = Dictionary(uniqueKeysWithValues: order.prefix(Self.mostWords).map { ($0.key, [Int]()) })
        for (row, pair) in input.pairs.enumerated() {
            for word in pair.words where rows[word] != nil && rows[word]?.last != row { rows[word]?.append(row) }
        }
        return rows.map { ($0.key, $0.value) }
    }
}
