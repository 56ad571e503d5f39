import ServingCore

/// What a check's statistic is measured in.
enum CheckUnit {
    /// A difference of rates or losses.
    case share
    /// A difference of distances in 0...1.
    case distance
    case ratio

    init(_ check: GateCheck) {
        switch check {
        case .dataQuality, .validity, .errors, .flips, .tail, .quality, .coverage: self = .share
        case .divergence, .segments, .cloudShift: self = .distance
        case .latencyMedian, .latencyTail, .cost: self = .ratio
        }
    }

    /// Where the candidate does as live does.
    var neutral: Double { self == .ratio ? 1 : 0 }

    func text(_ value: Double) -> String {
        switch self {
        case .share: Figures.percent(value)
        case .distance: Figures.number(value)
        // A margin of 1.05 is told from 1.048.
        case .ratio: "×" + Figures.decimal(value, places: 3)
        }
    }
}
