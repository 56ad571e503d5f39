/// What the guards say of two texts that differ: which fired, and how severe each is, as a divergence. Cost: one pass over
/// both texts.
struct TextGuards {
    /// Texts shorter than this may well say the same in a third of the letters.
    private static let longText = 200
    /// The share of names that are missing or new which is no matter of wording.
    private static let namesThreshold = 1.0 / 3
    /// As far as two texts lie apart that have nothing to do with each other.
    private static let unrelated = 0.5

    private let live: TextProfile
    private let candidate: TextProfile
    private(set) var severities: [TextGuard: Double] = [:]

    var worst: Double { self.severities.values.max() ?? 0 }

    /// - Parameter isNear: the meanings count as equal, by their angle.
    init(_ live: UnsafeRawBufferPointer, _ candidate: UnsafeRawBufferPointer, isNear: Bool) {
        self.live = TextProfile(live)
        self.candidate = TextProfile(candidate)
        guard Self.isBlank(live) == Self.isBlank(candidate) else {
            // From nothing everything else differs as well.
            self.severities[.empty] = 1
            return
        }
        if self.live.isLooping != self.candidate.isLooping { self.severities[.looping] = 1 }
        if RefusalPhrases.stand(in: live) != RefusalPhrases.stand(in: candidate) { self.severities[.refusal] = 1 }
        if self.negates(isNear) { self.severities[.negation] = Self.unrelated }
        let numbers = Self.distance(self.live.numbers, self.candidate.numbers)
        if numbers > 0 { self.severities[.numbers] = numbers * Self.unrelated }
        let names = self.namesDistance
        if names > Self.namesThreshold { self.severities[.names] = names * Self.unrelated }
        let (shorter, longer) = (min(live.count, candidate.count), max(live.count, candidate.count))
        if longer >= Self.longText, shorter < longer / 3 {
            self.severities[.length] = (1 - Double(shorter) / Double(longer)) * Self.unrelated
        }
    }

    /// One of two texts that otherwise say about the same denies and the other does not; of texts in nearly the same words,
    /// also one of several statements.
    private func negates(_ isNear: Bool) -> Bool {
        let (left, right) = (self.live.negations, self.candidate.negations)
        guard left != right else { return false }
        let overlap = self.overlap
        if left == 0 || right == 0 { return isNear || overlap >= 0.6 }
        return overlap >= 0.9 && (left ^ right) & 1 == 1 && min(self.live.wordCount, self.candidate.wordCount) >= 8
    }

    /// Jaccard's index of the words that do not deny; 1 when there are none.
    private var overlap: Double {
        let (left, right) = (self.live.words, self.candidate.words)
        let common = left.reduce(0) { $0 + (right.contains($1) ? 1 : 0) }
        let union = left.count + right.count - common
        return union > 0 ? Double(common) / Double(union) : 1
    }

    /// Names that do not stand in the other text at all, be it at the beginning of a sentence, as a share of all.
    private var namesDistance: Double {
        let (left, right) = (self.live.names, self.candidate.names)
        let missing =
            left.reduce(0) { $0 + (self.candidate.words.contains($1) ? 0 : 1) }
            + right.reduce(0) { $0 + (self.live.words.contains($1) ? 0 : 1) }
        let all = left.union(right).count
        return all > 0 ? Double(missing) / Double(all) : 0
    }

    /// 1 minus Jaccard's index of two multisets; 0 for two empty ones.
    private static func distance(_ left: [UInt64: Int], _ right: [UInt64: Int]) -> Double {
        var (common, all) = (0, 0)
        for (number, count) in left {
            let other = right[number] ?? 0
            common += min(count, other)
            all += max(count, other)
        }
        for (number, count) in right where left[number] == nil { all += count }
        return all > 0 ? 1 - Double(common) / Double(all) : 0
    }

    private static func isBlank(_ text: UnsafeRawBufferPointer) -> Bool {
        text.allSatisfy { $0 <= 0x20 || $0 == 0x7F }
    }
}
