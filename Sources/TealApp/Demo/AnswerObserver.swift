package import LoadGenerator
import Synchronization

/// Watches one model's answers: are they right, and does any come from a generation that should be gone.
package final class AnswerObserver: Sendable {
    package struct Accuracy: Sendable, Equatable {
        package var judged = 0
        package var right = 0

        package init() {}
    }

    package struct Findings: Sendable, Equatable {
        package var slots: [String: Accuracy] = [:]
        /// Answers to requests sent after a cutover was acknowledged, by a generation before it.
        package var stale = 0
        /// Answers of one generation that came from two slots.
        package var contradictory = 0

        package init() {}
    }

    private struct State {
        var findings = Findings()
        var slotOfGeneration: [UInt64: String] = [:]
    }

    private let data: HeldOutData
    private let state = Mutex(State())
    /// The oldest generation that may answer a request sent from now on.
    private let oldest = Atomic<UInt64>(0)

    package init(data: HeldOutData) { self.data = data }

    /// From now on nothing before `generation` may answer.
    package func acknowledged(_ generation: UInt64) { self.oldest.max(generation, ordering: .sequentiallyConsistent) }

    /// Taken when a request is sent, it comes back with the answer: exact, however the threads interleave.
    package var stamp: UInt64 { self.oldest.load(ordering: .sequentiallyConsistent) }

    package func observe(_ answer: LoadAnswer) {
        guard (200..<300).contains(answer.status) else { return }
        let isRight = self.data.isRight(answer.body, for: answer.request)
        let slot = answer.slot ?? ""
        self.state.withLock { state in
            state.findings.slots[slot, default: Accuracy()].judged += 1
            if isRight { state.findings.slots[slot, default: Accuracy()].right += 1 }
            guard let generation = answer.generation else { return }
            if generation < answer.stamp { state.findings.stale += 1 }
            let known = state.slotOfGeneration[generation]
            if known == nil { state.slotOfGeneration[generation] = slot }
            if let known, known != slot { state.findings.contradictory += 1 }
        }
    }

    package var findings: Findings { self.state.withLock { $0.findings } }
}
