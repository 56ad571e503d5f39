import Glibc
import TestSupport

/// Seeded streams of what the tests are fed with.
struct RandomStreams {
    var random: SeededRandom

    init(seed: UInt64) { self.random = SeededRandom(seed: seed) }

    mutating func unit() -> Double { Double.random(in: 0..<1, using: &self.random) }

    mutating func chance(_ share: Double) -> Bool { self.unit() < share }

    /// -1, 0 or 1: of pairs in which a share of `discordance` differs, with this mean.
    mutating func difference(_ discordance: Double, mean: Double) -> Double {
        let place = self.unit()
        if place < (discordance + mean) / 2 { return 1 }
        return place < discordance ? -1 : 0
    }

    /// By Box and Muller.
    mutating func normal() -> Double {
        (-2 * log(1 - self.unit())).squareRoot() * cos(2 * .pi * self.unit())
    }

    mutating func normals(_ count: Int) -> [Double] { (0..<count).map { _ in self.normal() } }
}

/// How many of `streams` do something, and how many may when each does with chance `alpha`: 3 standard deviations more.
func share(of streams: Int, _ alpha: Double = 0.05, does: (Int) -> Bool) -> (observed: Double, allowed: Double) {
    let observed = Double((0..<streams).count(where: does)) / Double(streams)
    return (observed, alpha + 3 * (alpha * (1 - alpha) / Double(streams)).squareRoot())
}
