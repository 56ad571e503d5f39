package import Promotion
package import ServingCore

/// What the gate said about one candidate of the demo.
package struct Judgement: Sendable, Equatable {
    package var model: String
    package var version: Int
    package var expected: Verdict.Decision
    /// Nil when the gate could not be asked.
    package var given: GateDocument?
    /// Since the question was put first.
    package var seconds = 0.0
    /// How a promotion that does not override the gate was refused; nil when none was tried.
    package var refusal: String?
    /// Where its report was written.
    package var report: String?

    package init(model: String, version: Int, expected: Verdict.Decision) {
        self.model = model
        self.version = version
        self.expected = expected
    }

    package var isAsExpected: Bool { self.given?.decision == self.expected }

    /// Pairs with a label.
    package var labels: UInt64 { self.given?.verdict.checks.first { $0.check == .quality }?.count ?? 0 }
}

/// Asks the gate about several candidates until it has decided about each.
struct DemoJudge: Sendable {
    let desk: any GateDesk
    let patience: Duration

    private static let interval = Duration.milliseconds(250)

    /// Calls `onLook` with all of them after every look. Ends early when the task is cancelled.
    func decide(_ asked: [Judgement], onLook: ([Judgement]) -> Void) async -> [Judgement] {
        var judgements = asked
        let clock = ContinuousClock()
        let start = clock.now
        while judgements.contains(where: \.isOpen), clock.now - start < self.patience {
            do { try await clock.sleep(for: Self.interval) } catch { break }
            for index in judgements.indices where judgements[index].isOpen {
                // An answer about another candidate is of the trial before.
                guard let given = try? await self.desk.current(model: judgements[index].model),
                    given.verdict.inputs.candidate.version == judgements[index].version
                else { continue }
                judgements[index].given = given
                judgements[index].seconds = (clock.now - start) / .seconds(1)
            }
            onLook(judgements)
        }
        return judgements
    }
}

extension Judgement {
    /// A promotion needs the number of a stored verdict.
    fileprivate var isOpen: Bool {
        switch self.given?.decision {
        case .promote: self.given?.id == nil
        case .reject: false
        case .hold, nil: true
        }
    }
}
