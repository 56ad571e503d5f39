/// Says what a text means, as a vector: texts of like meaning have vectors of a small angle. The port through which text
/// comparison sees more than letters. Several threads may call at once; the same text always gives the same vector.
package protocol TextMeaning: Sendable {
    /// Which embedder it is, with everything its vectors depend on. Part of the terms of a trial: what was seen with
    /// another one does not count.
    var mark: String { get }

    /// Of any length but 0, the same for all texts of one `mark`; nil for a text without meaning: empty, white space, control
    /// characters. The bytes are meant as UTF-8 and may be none. Called for at most `MeaningWindow.limit` bytes; a call
    /// should take microseconds.
    func vector(of text: UnsafeRawBufferPointer) -> [Float]?
}

/// Angles between vectors of meaning.
enum MeaningCosine {
    /// The cosine, -1...1; nil when the vectors cannot be compared: of different length, of length 0, no numbers.
    static func similarity(_ first: [Float], _ second: [Float]) -> Double? {
        guard first.count == second.count else { return nil }
        var (product, left, right) = (0.0, 0.0, 0.0)
        for place in first.indices {
            let (one, other) = (Double(first[place]), Double(second[place]))
            product += one * other
            left += one * one
            right += other * other
        }
        let cosine = product / (left * right).squareRoot()
        return cosine.isFinite ? min(1, max(-1, cosine)) : nil
    }

    /// Half of 1 minus the cosine: 0 for one meaning, about a half for texts that have nothing to do with each other.
    static func distance(_ similarity: Double) -> Double { (1 - similarity) / 2 }
}
