/// Cosine of the angle between two vectors.
package enum Cosine {
    /// -1...1; 1 for two zero vectors, 0 when one is zero; nil when the lengths differ, or a value or a sum is not finite.
    package static func similarity(_ a: [Double], _ b: [Double]) -> Double? {
        guard a.count == b.count else { return nil }
        // Scaled by the largest value, so that no square overflows or vanishes.
        let scales = (Self.largest(a), Self.largest(b))
        guard scales.0.isFinite, scales.1.isFinite else { return nil }
        guard scales.0 > 0, scales.1 > 0 else { return scales.0 == scales.1 ? 1 : 0 }
        var (dot, squaresA, squaresB) = (0.0, 0.0, 0.0)
        for index in 0..<a.count {
            let left = a[index] / scales.0
            let right = b[index] / scales.1
            dot += left * right
            squaresA += left * left
            squaresB += right * right
        }
        return min(1, max(-1, dot / (squaresA * squaresB).squareRoot()))
    }

    /// Largest magnitude; NaN or infinity when there is one.
    private static func largest(_ values: [Double]) -> Double {
        var largest = 0.0
        for value in values where !(abs(value) <= largest) {
            guard value.isFinite else { return .infinity }
            largest = abs(value)
        }
        return largest
    }
}
