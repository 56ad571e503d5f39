/// A set of places 0..<count, a bit each.
package struct PairBits: Sendable, Equatable {
    package private(set) var words: [UInt64]

    /// Empty.
    package init(count: Int) { self.words = [UInt64](repeating: 0, count: (count + 63) / 64) }

    package init(count: Int, _ places: some Sequence<Int>) {
        self.init(count: count)
        for place in places { self.insert(place) }
    }

    /// - Parameter place: below the count.
    package mutating func insert(_ place: Int) { self.words[place >> 6] |= 1 << UInt64(place & 63) }

    package mutating func set(_ place: Int, to isMember: Bool) {
        let bit: UInt64 = 1 << UInt64(place & 63)
        if isMember { self.words[place >> 6] |= bit } else { self.words[place >> 6] &= ~bit }
    }

    package func contains(_ place: Int) -> Bool { self.words[place >> 6] >> UInt64(place & 63) & 1 == 1 }

    package var count: Int { self.words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// Of two sets over the same places.
    package func intersection(_ other: PairBits) -> PairBits {
        var common = self
        for index in self.words.indices { common.words[index] &= other.words[index] }
        return common
    }

    package func commonCount(_ other: PairBits) -> Int {
        var count = 0
        for index in self.words.indices { count += (self.words[index] & other.words[index]).nonzeroBitCount }
        return count
    }

    /// Members of both as a share of members of either; 1 for two empty sets.
    package func jaccard(_ other: PairBits) -> Double {
        let common = self.commonCount(other)
        let either = self.count + other.count - common
        return either == 0 ? 1 : Double(common) / Double(either)
    }

    /// - Parameter values: one for each place.
    package func sum(of values: [Double]) -> Double {
        var sum = 0.0
        for (index, word) in self.words.enumerated() {
            var word = word
            while word != 0 {
                sum += values[index << 6 + word.trailingZeroBitCount]
                word &= word - 1
            }
        }
        return sum
    }

    /// In ascending order.
    package var places: [Int] {
        var places: [Int] = []
        for (index, word) in self.words.enumerated() {
            var word = word
            while word != 0 {
                places.append(index << 6 + word.trailingZeroBitCount)
                word &= word - 1
            }
        }
        return places
    }
}
