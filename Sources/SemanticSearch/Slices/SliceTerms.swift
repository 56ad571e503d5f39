import Glibc

/// Which words tell a slice's requests from all others: c-TF-IDF over two classes, slice and rest (Grootendorst 2022):
/// `tf log(1 + A / f)`, tf the word's share of the words of a class, A the words of a class on average, f how often the
/// word occurs at all; the slice's less the rest's. Each word counts once a request. Words that are frequent everywhere
/// drop out by themselves; there is no list of stop words, which would drop `not`.
package struct SliceTerms {
    private static let most = 5
    /// A word in fewer of the slice's requests, or a smaller share of them, describes no slice.
    private static let leastRequests = 3
    private static let leastShare = 0.05

    private let words: [[Int32]]
    private let spellings: [String]
    private let frequencies: [Int]

    /// Of distinct requests. Linear in their words.
    package init(_ pairs: [SlicePair], _ rows: [Int]) {
        var numbers: [String: Int32] = [:]
        var (spellings, frequencies): ([String], [Int]) = ([], [])
        self.words = rows.map { row in
            pairs[row].words.map { word in
                if let number = numbers[word] {
                    frequencies[Int(number)] += 1
                    return number
                }
                let number = Int32(truncatingIfNeeded: spellings.count)
                numbers[word] = number
                spellings.append(word)
                frequencies.append(1)
                return number
            }
        }
        self.spellings = spellings
        self.frequencies = frequencies
    }

    /// - Parameter isInside: For each of the requests, whether it is in the slice.
    package func of(_ isInside: [Bool]) -> [Slice.Term] {
        var counts = [Int](repeating: 0, count: self.spellings.count)
        var requests = 0
        for (words, isInside) in zip(self.words, isInside) where isInside {
            requests += 1
            for word in words { counts[Int(word)] += 1 }
        }
        let inside = counts.reduce(0, +)
        let outside = self.frequencies.reduce(0, +) - inside
        guard requests > 0, requests < isInside.count, inside > 0, outside > 0 else { return [] }
        let average = Double(inside + outside) / 2
        let terms = self.spellings.indices.compactMap { word -> Slice.Term? in
            let (count, all) = (counts[word], self.frequencies[word])
            let share = Double(count) / Double(requests)
            guard count >= Self.leastRequests, share >= Self.leastShare else { return nil }
            let difference = Double(count) / Double(inside) - Double(all - count) / Double(outside)
            guard difference > 0 else { return nil }
            return Slice.Term(
                word: self.spellings[word],
                weight: difference * log1p(average / Double(all)),
                inside: share,
                outside: Double(all - count) / Double(isInside.count - requests)
            )
        }
        let order = terms.sorted { $0.weight != $1.weight ? $0.weight > $1.weight : $0.word < $1.word }
        return Array(order.prefix(Self.most))
    }
}
