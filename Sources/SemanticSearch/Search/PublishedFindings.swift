import Synchronization

/// What the engine found last, for those who must not wait for its thread: the gate and the metrics.
final class PublishedFindings: Sendable {
    private struct State {
        var figures = SearchFigures()
        /// The newest release of each model whose pairs were listed; nil without any.
        var newest: [String: Int64?] = [:]
        var slices: [String: (release: Int64, findings: SliceFindings)] = [:]
        /// Nil where there is nothing to compare with.
        var coverage: [String: (release: Int64, finding: CoverageFinding?)] = [:]
    }

    private let state = Mutex(State())

    var figures: SearchFigures {
        get { self.state.withLock { $0.figures } }
        set { self.state.withLock { $0.figures = newValue } }
    }

    func publish(newest release: Int64?, _ model: String) {
        self.state.withLock { _ = $0.newest.updateValue(release, forKey: model) }
    }

    func publish(_ findings: SliceFindings, _ model: String, _ release: Int64) {
        self.state.withLock { $0.slices[model] = (release, findings) }
    }

    func publish(_ coverage: CoverageFinding?, _ model: String, _ release: Int64) {
        self.state.withLock { $0.coverage[model] = (release, coverage) }
    }

    func of(_ model: String, _ release: Int64) -> (slices: SliceFindings?, coverage: CoverageFinding?) {
        self.state.withLock { state in
            let slices = state.slices[model].flatMap { $0.release == release ? $0.findings : nil }
            return (slices, state.coverage[model].flatMap { $0.release == release ? $0.finding : nil })
        }
    }

    /// False while nobody knows whether there are pairs of the release, and while they wait for their slices or coverage.
    func hasLooked(_ model: String, _ release: Int64) -> Bool {
        self.state.withLock { state in
            guard let newest = state.newest[model] else { return false }
            return newest != release
                || state.slices[model]?.release == release && state.coverage[model]?.release == release
        }
    }
}
