import Glibc

/// From figures to places on an axis. Figures beyond its ends are drawn at the ends.
struct Scale {
    enum Kind {
        case linear, logarithmic
    }

    private let kind: Kind
    let low: Double
    let high: Double
    let start: Double
    let end: Double

    /// - Parameters:
    ///   - low: drawn at `start`; above 0 on a logarithmic axis.
    ///   - high: drawn at `end`.
    init(_ kind: Kind, from low: Double, to high: Double, start: Double, end: Double) {
        self.kind = kind
        self.low = low
        self.high = high
        self.start = start
        self.end = end
    }

    func place(_ value: Double) -> Double {
        let (low, high) = (self.transformed(self.low), self.transformed(self.high))
        let share = (self.transformed(value) - low) / (high - low)
        guard share.isFinite else { return self.start }
        return self.start + min(1, max(0, share)) * (self.end - self.start)
    }

    func holds(_ value: Double) -> Bool { value >= self.low && value <= self.high }

    private func transformed(_ value: Double) -> Double { self.kind == .linear ? value : log10(value) }
}

/// Where an axis is labelled: round figures, four or more if there is room.
enum Ticks {
    /// From 0 up to `high` or just beyond.
    static func linear(upTo high: Double) -> [Double] {
        guard high.isFinite, high > 0 else { return [0] }
        let power = pow(10, log10(high / 3).rounded(.down))
        guard power > 0, let step = [1, 2, 5, 10].map({ $0 * power }).first(where: { $0 * 3 >= high }) else {
            return [0]
        }
        return (0...3).map { Double($0) * step }
    }

    static func logarithmic(from low: Double, to high: Double) -> [Double] {
        guard low > 0, high > low, high.isFinite else { return [] }
        let powers = Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))
        let choices: [[Double]] = [[1], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 6, 8]]
        var ticks: [Double] = []
        for choice in choices where ticks.count < 4 {
            ticks = powers.flatMap { power in choice.map { $0 * pow(10, Double(power)) } }
                .filter { $0 >= low && $0 <= high }
        }
        return ticks
    }
}
