package import ServingCore

/// Where a stepwise ramp goes next: a pure function of the split, what the gate's checks say, and the time.
package enum RampStep: Sendable, Equatable {
    case stay
    /// To the next share.
    case advance(Double)
    /// A check has failed: everybody goes back to the live version.
    case fallBack(String)

    /// - Parameters:
    ///   - checks: of the live verdict.
    ///   - now: microseconds since 1970.
    package init(_ split: SplitSettings, decision: Verdict.Decision, checks: [CheckResult], now: Int64) {
        guard split.share > 0 || !split.ramp.isEmpty else {
            self = .stay
            return
        }
        let failed = checks.filter { $0.enforcement == .block && $0.state == .fail }
        guard decision != .reject, failed.isEmpty else {
            self = .fallBack(failed.first.map { "\($0.title): \($0.sentence)" } ?? "the gate says reject")
            return
        }
        let guards = checks.filter { $0.check == .validity || $0.check == .errors }
        let isTime = now &- split.stepBegan >= split.stepTime
        guard let next = split.ramp.first, isTime, guards.allSatisfy({ $0.state == .pass }) else {
            self = .stay
            return
        }
        self = .advance(next)
    }
}
