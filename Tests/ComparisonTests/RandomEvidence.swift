import Comparison
import ServingCore
import TestSupport

/// Pairs and comparisons of every kind, the same from the same seed: two outputs, more classes, fields, segments and
/// reasons than are kept apart, times from nanoseconds to minutes, hostile numbers.
struct RandomEvidence {
    private var random: SeededRandom
    private var id: Int64 = 1_700_000_000_000_000

    init(seed: UInt64) { self.random = SeededRandom(seed: seed) }

    mutating func next() -> (pair: Pair, comparison: PairComparison, repeats: Bool?) {
        self.id += Int64.random(in: 1...1_000, using: &self.random)
        var pair = Pair.sample(id: self.id, noise: self.chance(10) ? 0 : nil)
        pair.segments = [
            Segment(key: "tenant", value: "t\(Int.random(in: 0..<200, using: &self.random))"),
            Segment(key: "language", value: self.chance(50) ? "de" : "fr"),
        ]
        pair.live.nanoseconds = self.time()
        pair.candidate.nanoseconds = self.time()
        pair.noise?.nanoseconds = self.time()
        if self.chance(5) {
            let reason = "it failed for the \(Int.random(in: 0..<1_000, using: &self.random)). reason"
            pair.candidate = .failure(self.chance(50) ? .error : .timeout, reason, nanoseconds: self.time())
        }
        var comparison = PairComparison(outputs: [])
        if pair.candidate.outcome == .answered { comparison.outputs = [self.classes(), self.text()] }
        if pair.noise != nil { comparison.noise = [self.classes(), self.text()] }
        return (pair, comparison, pair.noise.map { _ in self.chance(99) })
    }

    private mutating func classes() -> OutputComparison {
        let live = Int.random(in: 0..<100, using: &self.random)
        let candidate = self.chance(90) ? live : Int.random(in: 0..<100, using: &self.random)
        let divergence = self.chance(1) ? .nan : Double.random(in: 0...1, using: &self.random)
        var output = OutputComparison(name: "label", divergence: divergence, diverged: live != candidate)
        output.flip = live != candidate
        output.liveClass = "class \(live)"
        output.candidateClass = "class \(candidate)"
        output.signedError = self.chance(1) ? .greatestFiniteMagnitude : Double(candidate - live)
        output.details = ["jsd": divergence / 2, "max_ulp": 1, "top_k_overlap": self.chance(1) ? .infinity : 0.5]
        return output
    }

    private mutating func text() -> OutputComparison {
        var output = OutputComparison(name: "text", divergence: self.chance(80) ? 0 : 0.25, diverged: false)
        if output.divergence > 0 {
            output.fields = (0..<3).map { _ in
                FieldDifference(
                    path: "$.f\(Int.random(in: 0..<400, using: &self.random))",
                    kind: FieldDifference.Kind.allCases[Int.random(in: 0..<6, using: &self.random)],
                    live: "\"äöü \(self.id)\"",
                    candidate: String(repeating: "x", count: 128)
                )
            }
            output.structure = "shape [\(Int.random(in: 0..<50, using: &self.random))]"
        }
        return output
    }

    private mutating func time() -> UInt64 {
        self.chance(1)
            ? UInt64.random(in: 0...(.max), using: &self.random)
            : UInt64.random(in: 4_000...40_000_000, using: &self.random)
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self.random) < percent }
}

extension Evidence {
    mutating func add(_ count: Int, from source: inout RandomEvidence) {
        for _ in 0..<count {
            let next = source.next()
            self.add(next.pair, next.comparison, repeats: next.repeats)
        }
    }
}
