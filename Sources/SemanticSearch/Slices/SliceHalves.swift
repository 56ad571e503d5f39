import ServingCore

/// Which pairs propose slices and which ones judge them.
///
/// A request that is repeated counts once, where it came first, and its half is decided by a hash of its vector (of the
/// pair's id when there is none): so no request proposes a slice and confirms it too, and answers that are the same
/// each time are not taken for evidence that grows.
///
/// Slices are proposed at epochs, when 500, 1,000, 2,000 ... distinct requests are there, from one half of the requests
/// up to then; whatever is decided from them (slices, cap, blocks) is fixed until the next epoch. The other half, all
/// of it, then tests what was proposed: for each epoch these are e-processes, whenever one looks. An operator may look
/// after each epoch anew, so evidence of epoch j is worth `1 / (j (j + 1))` of itself. These weights sum to 1:
/// whichever moment of whichever epoch is picked, the expected share of false ones among the confirmed slices is at
/// most alpha.
package struct SliceHalves {
    static let firstEpoch = 500

    /// From 1; 0 when there are too few requests.
    package let epoch: Int
    /// Distinct requests that the epoch was entered with.
    package let proposedFrom: Int
    /// Rows, in the order of their ids, each a request's first: all of them, those up to the epoch, and of these and of
    /// all those of one half.
    package let distinct: [Int]
    package let early: [Int]
    package let discovery: [Int]
    package let confirmation: [Int]

    package init(_ input: SliceInput) {
        let order = input.pairs.indices.sorted {
            let (one, other) = (input.pairs[$0].id, input.pairs[$1].id)
            return one != other ? one < other : $0 < $1
        }
        var seen = Set<UInt64>()
        var (rows, isDiscovery): ([Int], [Bool]) = ([], [])
        for row in order where input.pairs[row].loss != nil {
            let hash = Self.hash(row, input)
            guard seen.insert(hash).inserted else { continue }
            rows.append(row)
            isDiscovery.append(hash & 1 == 0)
        }
        var (epoch, size) = (0, Self.firstEpoch)
        while size <= rows.count {
            epoch += 1
            size *= 2
        }
        self.epoch = epoch
        self.proposedFrom = epoch == 0 ? 0 : size / 2
        self.distinct = rows
        self.early = Array(rows[..<self.proposedFrom])
        self.discovery = self.early.indices.filter { isDiscovery[$0] }.map { rows[$0] }
        self.confirmation = rows.indices.filter { !isDiscovery[$0] }.map { rows[$0] }
    }

    /// What evidence of this epoch counts.
    package var weight: Double { self.epoch == 0 ? 0 : 1 / (Double(self.epoch) * Double(self.epoch + 1)) }

    private static func hash(_ row: Int, _ input: SliceInput) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var isZero = true
        for value in input.vectors[row * input.dimension..<(row + 1) * input.dimension] {
            hash = (hash ^ UInt64(value.bitPattern)) &* 0x100_0000_01B3
            if value != 0 { isZero = false }
        }
        return StableHash.fmix64(isZero ? UInt64(bitPattern: input.pairs[row].id) : hash)
    }
}
