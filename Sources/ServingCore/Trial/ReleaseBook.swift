import Synchronization

/// Knows which release is running for each model: one begins when a second version is ready beside the live one, and ends
/// when one of the two leaves its slot or traffic moves.
package final class ReleaseBook: Sendable {
    /// The two versions of one model, when both are ready.
    package struct Sides: Sendable, Equatable {
        package var kind: Release.Kind
        package var live: Release.Side
        /// The one that does not answer clients.
        package var candidate: Release.Side

        package init(kind: Release.Kind, live: Release.Side, candidate: Release.Side) {
            self.kind = kind
            self.live = live
            self.candidate = candidate
        }
    }

    /// What one update changed.
    package struct Change: Sendable, Equatable {
        /// By model.
        package var running: [String: Release]
        package var begun: [Release]
        /// With `ended` and `end` set.
        package var ended: [Release]
    }

    private struct State {
        var running: [String: Release] = [:]
        var lastID: Int64 = 0
    }

    private let state = Mutex(State())
    /// Microseconds since 1970.
    private let now: @Sendable () -> Int64

    package init(now: @escaping @Sendable () -> Int64) {
        self.now = now
    }

    /// The running release of `model`.
    package func running(_ model: String) -> Release? {
        self.state.withLock { $0.running[model] }
    }

    /// Takes up releases that an earlier process left running; of several for one model the newest.
    package func restore(_ releases: [Release]) {
        self.state.withLock { state in
            for release in releases.sorted(by: { $0.id < $1.id }) {
                // No clock gives such an id; one out of a damaged row must not overflow.
                guard release.id < 1 << 53 else { continue }
                state.lastID = max(state.lastID, release.id)
                if release.ended == nil { state.running[release.model] = release }
            }
        }
    }

    /// Brings the book up to what is served now; models that are not in `sides` have no second version.
    ///
    /// - Parameter undecided: models whose slots are not settled yet: their releases stay as they are and are left out of
    ///   the change.
    package func update(_ sides: [String: Sides], undecided: Set<String> = []) -> Change {
        self.state.withLock { state in
            var change = Change(running: [:], begun: [], ended: [])
            for (model, release) in state.running
            where !undecided.contains(model) && !release.isBetween(sides[model]) {
                var ended = release
                ended.ended = self.now()
                ended.end = Self.end(of: release, sides[model])
                change.ended.append(ended)
                state.running[model] = nil
            }
            for (model, sides) in sides where !undecided.contains(model) && state.running[model] == nil {
                let id = max(self.now(), state.lastID &+ 1)
                state.lastID = id
                let release = Release(
                    id: id,
                    model: model,
                    kind: sides.kind,
                    live: sides.live,
                    candidate: sides.candidate
                )
                state.running[model] = release
                change.begun.append(release)
            }
            change.running = state.running.filter { !undecided.contains($0.key) }
            change.begun.sort { $0.id < $1.id }
            change.ended.sort { $0.id < $1.id }
            return change
        }
    }

    private static func end(of release: Release, _ sides: Sides?) -> Release.End {
        guard let sides, sides.live.isSame(as: release.candidate) else { return .abandoned }
        return release.kind == .standby ? .rolledBack : .promoted
    }
}

extension Release {
    fileprivate func isBetween(_ sides: ReleaseBook.Sides?) -> Bool {
        guard let sides else { return false }
        return self.kind == sides.kind && self.live.isSame(as: sides.live)
            && self.candidate.isSame(as: sides.candidate)
    }
}

extension Release.Side {
    /// The number of a version may be given anew; its digest says what it is.
    fileprivate func isSame(as other: Release.Side) -> Bool {
        self.slot == other.slot && self.digest == other.digest
    }
}
