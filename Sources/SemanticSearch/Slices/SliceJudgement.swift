import Comparison
import Glibc

/// What the half that did not propose a slice says of it.
struct SliceJudgement {
    private static let intervalAlpha = 0.05
    /// Larger e-values are shown as this.
    static let largestE = 1e300

    let excess: Slice.Excess
    /// Not weighted.
    let logE: Double
    let gate: Slice.GateEvidence

    init(_ rows: PairBits, _ input: SliceInput, _ halves: SliceHalves) {
        var gate = ExcessTest(margin: input.margin)
        var (inside, outside): ([Double], [Double]) = ([], [])
        for row in halves.confirmation {
            let loss = input.pairs[row].loss ?? 0
            guard rows.contains(row) else {
                outside.append(loss)
                continue
            }
            inside.append(loss)
            gate.add(loss, noise: input.pairs[row].noise.map { $0.isNaN ? 1 : min(1, max(0, $0)) })
        }
        let test = TwoMeansTest(inside: inside, outside: outside)
        let bounds = test.bounds(alpha: Self.intervalAlpha)
        self.logE = test.logE
        self.excess = Slice.Excess(
            requests: inside.count,
            mean: test.excess,
            lower: bounds.lower,
            upper: bounds.upper
        )
        self.gate = Slice.GateEvidence(
            margin: input.margin.isFinite ? input.margin : -1,
            passE: Self.shown(gate.passEvidence),
            failE: Self.shown(gate.failEvidence(isDeterministic: input.isDeterministic) + log(halves.weight))
        )
    }

    static func shown(_ logE: Double) -> Double { min(Self.largestE, exp(logE)) }
}
