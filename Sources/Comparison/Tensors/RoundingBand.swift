package import ServingCore

/// How far two computations of the same number in a datatype may lie apart by rounding alone.
///
/// One operation rounds to within u, half the spacing of numbers near 1: 2^-53 (FP64), 2^-24 (FP32), 2^-11 (FP16),
/// 2^-8 (BF16). Another kernel, thread count or batch size adds the same terms in another order; errors of sums of n
/// terms then differ by about u·√n. With sums of a few thousand terms on both sides that is 128 u: 7.6e-6 in FP32, taken
/// as 1e-5. FP64 leaves room beyond its 1.4e-14, because exponentials and logarithms differ between libraries: 1e-12. The
/// half types are summed in FP32 by all runtimes and rounded once per layer: 8 u, 4e-3 and 3e-2. Results near zero come
/// from cancelling terms of size about 1, so a tenth of the relative part is allowed absolutely.
package struct RoundingBand: Sendable, Codable, Equatable {
    package var relative: Double
    package var absolute: Double { self.relative / 10 }

    private init(relative: Double) {
        self.relative = relative
    }

    /// Nothing is rounded.
    package static let none = RoundingBand(relative: 0)

    /// `none` for datatypes that are not floating-point.
    package init(_ datatype: DataType) {
        switch datatype {
        case .fp64: self.relative = 1e-12
        case .fp32: self.relative = 1e-5
        case .fp16: self.relative = 4e-3
        case .bf16: self.relative = 3e-2
        default: self.relative = 0
        }
    }

    /// The coarser of the two datatypes decides.
    package init(_ datatype: DataType, or other: DataType?) {
        self = Self(datatype)
        if let other { self.relative = max(self.relative, Self(other).relative) }
    }

    /// Largest difference from `value` that rounding explains.
    package func width(at value: Double) -> Double {
        self.absolute + self.relative * abs(value)
    }

    /// Largest total variation of two distributions that rounding explains: every share may move by the relative part,
    /// and the shares sum to 1.
    package var totalVariation: Double { self.relative }

    /// Largest cosine distance `(1 - cos) / 2` that rounding explains: vectors whose elements differ by the relative part
    /// r enclose an angle of at most about r, and 1 - cos is r²/2; four times that, and never below what computing the cosine in
    /// double precision rounds itself.
    package var cosineDistance: Double { max(1e-14, self.relative * self.relative) }
}
