import ServingCore

extension ComparatorChoice.FirstAnswers {
    /// Rows of fewer dimensions are not taken for vectors.
    static let leastDimensions = 16

    func numberChoice() -> ComparatorChoice {
        let profile = NumberProfile(self.live)
        let form = self.output.form
        if let columns = profile.columns, columns >= 2 {
            let tolerance = Self.sumTolerance(self.datatype)
            if profile.isNonNegative, profile.largestSumError <= tolerance {
                let why = "\(form), non-negative and every row sums to 1 within \(tolerance) in \(self.answers)"
                return self.make(.probabilities, because: why)
            }
            if columns >= Self.leastDimensions {
                if self.output.isNamed(like: ["embed", "vector", "feature", "pooled", "hidden", "representation"]) {
                    return self.make(.vector, because: "\(form), its name says a vector")
                }
                if profile.hasUnitRows {
                    return self.make(.vector, because: "\(form), every row has length 1 within 1e-2 in \(self.answers)")
                }
                if profile.hasRowsOfOneLength {
                    return self.make(
                        .vector,
                        because: "\(form), all rows have the same length within 2 % in \(self.answers)"
                    )
                }
            }
        }
        return self.make(.regression, because: "\(form), numbers that are neither distributions nor vectors")
    }

    /// How far a sum of rounded shares may be from 1: they are off by a few units of rounding each, of their own size.
    private static func sumTolerance(_ datatype: DataType) -> Double {
        switch datatype {
        case .fp64: 1e-6
        case .fp16: 2e-3
        case .bf16: 1e-2
        default: 1e-4
        }
    }

    /// The scale is, in this order: the manifest's tolerance; 1 for a single share between 0 and 1, whose error then is the
    /// total variation of the two-class distribution; 5 % of the interquartile range of live's values; where that is 0,
    /// 5 % of their median's size; where that is 0 too, what rounding explains.
    func regression(_ why: String) -> ComparatorChoice {
        let rounding = self.output.band(for: self.datatype)
        if let tolerance = self.output.tolerance {
            return Self.regression(
                tolerance,
                tolerance,
                .none,
                tolerance,
                "\(why); errors are measured in its tolerance"
            )
        }
        let profile = NumberProfile(self.live)
        if profile.columns ?? 1 == 1, profile.isInUnitInterval,
            self.output.isNamed(like: ["prob", "score", "confidence", "likelihood"])
        {
            let reason = "\(why); a share between 0 and 1 in \(self.answers), errors are measured on that scale"
            return Self.regression(1, 0, rounding, rounding.width(at: 1), reason)
        }
        let range = Quantiles.interquartileRange(profile.sample)
        if range.isFinite, range > 0 {
            let scale = self.scale(range)
            let size = self.quotes ? "\(Self.short(range)) " : ""
            let reason = "\(why); errors are measured in 5 % of live's interquartile range, \(size)in \(self.answers)"
            return Self.regression(scale, scale, rounding, scale, reason)
        }
        let median = abs(Quantiles.linear(profile.sample, 0.5) ?? 0)
        let scale = median.isFinite ? self.scale(median) : 0
        let value = self.quotes ? Self.short(median) : "one value"
        let reason =
            "\(why); live gave hardly anything but \(value) in \(self.answers), errors are measured in 5 % of that"
        return Self.regression(scale, scale, rounding, max(scale, rounding.width(at: median)), reason)
    }

    /// Of one digit where it would tell the value that it is taken from.
    private func scale(_ size: Double) -> Double {
        let scale = size * Self.shareOfSpread
        return self.quotes ? scale : DecimalText.rounded(scale, digits: 1)
    }

    private static func regression(
        _ scale: Double,
        _ tolerance: Double,
        _ band: RoundingBand,
        _ shown: Double,
        _ why: String
    ) -> ComparatorChoice {
        ComparatorChoice(
            comparator: .regression,
            method: .regression(RegressionComparator(scale: scale, tolerance: tolerance, band: band)),
            tolerance: shown,
            why: why
        )
    }

    /// Three digits.
    static func short(_ value: Double) -> String {
        DecimalText.short(value)
    }
}
