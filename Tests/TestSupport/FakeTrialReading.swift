package import ServingCore
import Synchronization
package import Trials

/// A `TrialReading` that records what it is asked and answers with the samples below; it knows model `digits` alone.
package final class FakeTrialReading: TrialReading {
    package enum Call: Sendable, Equatable {
        case releases(String, Int)
        case trial(String, Int64?)
        case pairs(PairQuery)
        case pair(String, Int64)
        case requests(String, release: Int64?, after: Int64, limit: Int)
    }

    private struct State {
        var calls: [Call] = []
        var failure: ControlError?
        var isEmpty = false
        var requests: [String] = []
    }

    private let state = Mutex(State())

    package init() {}

    package var calls: [Call] { self.state.withLock { $0.calls } }

    /// From now on every call throws `failure`; nil heals.
    package func fail(with failure: ControlError?) { self.state.withLock { $0.failure = failure } }

    /// From now on there is no release and no pair.
    package func clear() { self.state.withLock { $0.isEmpty = true } }

    /// What `requests` pages through: line n has id n, from 1; an empty line is a pair without a readable request.
    package func keep(_ requests: [String]) { self.state.withLock { $0.requests = requests } }

    package func releases(model: String, limit: Int) async throws(ControlError) -> ReleasesDocument {
        let isEmpty = try self.note(.releases(model, limit))
        return ReleasesDocument(releases: isEmpty || model != "digits" ? [] : [.init(.sample(), pairs: 1_230)])
    }

    package func trial(model: String, release: Int64?) async throws(ControlError) -> TrialDocument {
        let isEmpty = try self.note(.trial(model, release))
        guard !isEmpty, model == "digits", release == nil || release == Release.sample().id else {
            throw ControlError(.notFound, "no such trial of model '\(model)'")
        }
        return .sample()
    }

    package func pairs(_ query: PairQuery) async throws(ControlError) -> PairsDocument {
        let isEmpty = try self.note(.pairs(query))
        guard !isEmpty, query.model == "digits" else { return PairsDocument(pairs: []) }
        return PairsDocument(
            pairs: [.sample(), .failed()],
            next: query.limit == 2 ? CapturedPair.Summary.failed().id : nil
        )
    }

    package func pair(model: String, id: Int64) async throws(ControlError) -> PairDocument {
        let isEmpty = try self.note(.pair(model, id))
        guard !isEmpty, model == "digits", id == CapturedPair.Summary.sample().id else {
            throw ControlError(.notFound, "no pair \(id) of model '\(model)'")
        }
        return .sample()
    }

    package func requests(
        model: String,
        release: Int64?,
        after: Int64,
        limit: Int
    ) async throws(ControlError) -> RecordedRequests {
        _ = try self.note(.requests(model, release: release, after: after, limit: limit))
        let kept = self.state.withLock { model == "digits" ? $0.requests : [] }
        let page = kept.dropFirst(Int(after)).prefix(limit)
        let next = Int(after) + page.count
        return RecordedRequests(
            lines: page.filter { !$0.isEmpty },
            next: next < kept.count ? Int64(next) : nil,
            skipped: page.count(where: \.isEmpty)
        )
    }

    package func figures() -> CaptureFigures { CaptureFigures() }

    /// True when there is nothing to show.
    private func note(_ call: Call) throws(ControlError) -> Bool {
        let (failure, isEmpty) = self.state.withLock { state in
            state.calls.append(call)
            return (state.failure, state.isEmpty)
        }
        if let failure { throw failure }
        return isEmpty
    }
}
