import Synchronization

/// What the engine found last, for those who must not wait for its thread: the gate and the metrics.
final class PublishedFindings: Sendable {
    private struct State {
        var figures = SearchFigures()
        var slices: [String: (release: Int64, findings: SliceFindings)] = [:]
        var coverage: [String: CoverageFinding] = [:]
    }

    private let state = Mutex(State())

    var figures: SearchFigures {
        get { self.state.withLock { $0.figures } }
        set { self.state.withLock { $0.figures = newValue } }
    }

    func publish(_ findings: SliceFindings, _ model: String, _ release: Int64) {
        self.state.withLock { $0.slices[model] = (release, findings) }
    }

    func publish(_ coverage: CoverageFinding, _ model: String) { self.state.withLock { $0.coverage[model] = coverage } }

    func of(_ model: String, _ release: Int64) -> (slices: SliceFindings?, coverage: CoverageFinding?) {
        self.state.withLock { state in
            let slices = state.slices[model].flatMap { $0.release == release ? $0.findings : nil }
            return (slices, state.coverage[model].flatMap { $0.release == release ? $0 : nil })
        }
    }
}
