/// What `Tests/oracles/sequential.py` writes.
struct SequentialCases: Decodable {
    struct Bounded: Decodable {
        var values: [Double]
        var lower, upper: [Double]
        var bets: [Bet]
    }
    struct Bet: Decodable {
        var margin: Double
        var alternative: String
        var plugIn, growth: [Double]
        var peak: Double
    }
    struct Rate: Decodable {
        var events, trials: UInt64
        var alpha, lower, upper, against, logE: Double
    }
    struct Width: Decodable {
        var count, alpha, expected, twoSided, oneSided: Double
    }
    struct Quantile: Decodable {
        var quantile, alpha, expected: Double
        var count: UInt64
        var lower, upper: UInt64?
    }
    struct Ratio: Decodable {
        struct Look: Decodable {
            var counts: [UInt64]
            var log, p: Double
        }
        var proportions: [Double]
        var looks: [Look]
    }
    struct Family: Decodable {
        var e: [Double]
        var alpha: Double
        var rejected: [Int]
    }
    struct Calibration: Decodable {
        var p, kappa, e: Double
    }
    struct Binomial: Decodable {
        var events, trials: UInt64
        var chance, twoSided, greater, less, lower, upper: Double
    }
    struct Pairs: Decodable {
        var b, c: UInt64
        var p: Double
    }
    struct Cloud: Decodable {
        var live, candidate: [[Double]]
        var log, peak: Double
    }
    /// Numbers of values after which the streams were looked at.
    var looks: [Int]
    var bounded: [Bounded]
    var rates: [Rate]
    var widths: [Width]
    var quantiles: [Quantile]
    var ratios: [Ratio]
    var families: [Family]
    var calibrations: [Calibration]
    var binomials: [Binomial]
    var pairs: [Pairs]
    var clouds: [Cloud]
}
