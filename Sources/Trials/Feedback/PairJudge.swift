import Capture
import Comparison
import ServingCore

/// Holds a truth against both answers of a stored pair. An answer that did not come, or was invalid, has lost whole.
struct PairJudge {
    /// The output whose class counts; nil: the first that names a class and is no probability, else the first that names one.
    let labelOutput: String?

    struct Losses: Equatable {
        var live: Double
        var candidate: Double
    }

    struct Problem: Error, Equatable {
        var code: String
        var message: String
    }

    func losses(of pair: CapturedPair, _ truth: Feedback.Truth) -> Result<Losses, Problem> {
        let answered = Leg.Outcome.answered.name
        let (live, candidate) = (pair.summary.live == answered, pair.summary.candidate == answered)
        switch truth {
        case .scores(let liveScore, let candidateScore):
            return .success(Losses(live: live ? 1 - liveScore : 1, candidate: candidate ? 1 - candidateScore : 1))
        case .label(let label):
            // Without two answers there was no comparison that names classes; the one that came gets the benefit of the doubt.
            guard live, candidate else { return .success(Losses(live: live ? 0 : 1, candidate: candidate ? 0 : 1)) }
            return self.compare(pair, label)
        }
    }

    private func compare(_ pair: CapturedPair, _ label: String) -> Result<Losses, Problem> {
        guard let body = try? PairBody(decoding: pair.body) else {
            return .failure(
                Problem(code: "unreadable", message: "the pair of this request is stored but cannot be read")
            )
        }
        let classed = body.comparison.outputs.filter { $0.liveClass != nil && $0.candidateClass != nil }
        let chosen: OutputComparison?
        if let name = self.labelOutput {
            chosen = classed.first { $0.name == name }
        } else {
            chosen = classed.first { output in !Self.isReal(output.name, body) } ?? classed.first
        }
        guard let chosen, let live = chosen.liveClass, let candidate = chosen.candidateClass else {
            let output = self.labelOutput.map { "output '\($0)' names no class" } ?? "no output names a class"
            return .failure(
                Problem(code: "unlabelled", message: "\(output), so a label says nothing; send `scores` instead")
            )
        }
        guard ![live, candidate].contains(where: { Self.isHidden($0, body.mode) }) else {
            return .failure(
                Problem(
                    code: "unreadable",
                    message:
                        "the classes of this request were not kept, or as hashes alone, as `capture` says; send `scores` "
                        + "instead"
                )
            )
        }
        return .success(Losses(live: live == label ? 0 : 1, candidate: candidate == label ? 0 : 1))
    }

    /// Whole numbers are kept in every mode; other names become a hash, or go with their tensor.
    private static func isHidden(_ name: String, _ mode: CapturePolicy.Mode) -> Bool {
        switch mode {
        case .full: false
        case .redacted: name == PairRedactor.marker
        case .hash, .off: name.hasPrefix("#")
        }
    }

    private static func isReal(_ name: String, _ body: PairBody) -> Bool {
        switch body.live.first(where: { $0.name == name })?.datatype {
        case .fp16, .bf16, .fp32, .fp64: true
        default: false
        }
    }
}
