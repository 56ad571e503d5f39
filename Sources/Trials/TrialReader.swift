import Capture
import Comparison
package import ServingCore

/// Answers the surfaces out of the recorder for trials that run, and out of the store for those that ended and for pairs.
package struct TrialReader: TrialReading {
    private let recorder: TrialRecorder
    let store: any CaptureStore
    private let isUnderPressure: @Sendable (String) -> Bool
    private let noiseShare: @Sendable (String) -> Double?

    private static let releaseLimit = 1_000
    private static let pageLimit = 1...1_000

    /// - Parameters:
    ///   - isUnderPressure: does the mirrored leg of this model give way at the moment?
    ///   - noiseShare: how often the live version of this model is asked again, 0...1, as it was set.
    package init(
        recorder: TrialRecorder,
        store: any CaptureStore,
        isUnderPressure: @escaping @Sendable (String) -> Bool,
        noiseShare: @escaping @Sendable (String) -> Double?
    ) {
        self.recorder = recorder
        self.store = store
        self.isUnderPressure = isUnderPressure
        self.noiseShare = noiseShare
    }

    package func figures() -> CaptureFigures { self.store.figures() }

    // MARK: Trials

    package func releases(model: String, limit: Int) async throws(ControlError) -> ReleasesDocument {
        try Self.check(limit)
        var document = ReleasesDocument(releases: [])
        for release in try await self.allReleases(of: model).prefix(limit) {
            document.releases.append(.init(release, pairs: try await self.pairs(of: release)))
        }
        return document
    }

    /// Nil when its evidence cannot be read.
    private func pairs(of release: Release) async throws(ControlError) -> UInt64? {
        if let (found, record) = self.recorder.record(of: release.id) {
            return found.ended == nil ? record.counts.paired : record.recorded
        }
        guard let bytes = try await self.evidence(of: release) else { return 0 }
        return try? TrialRecord.recorded(in: bytes)
    }

    package func trial(model: String, release: Int64?) async throws(ControlError) -> TrialDocument {
        // Asked first, so that a running trial is shown also while the store cannot be read.
        let running = self.recorder.known.filter { $0.model == model && (release == nil ? $0.ended == nil : true) }
        if let chosen = running.filter({ release == nil || $0.id == release }).max(by: { $0.id < $1.id }),
            let (found, record) = self.recorder.record(of: chosen.id)
        {
            return await self.document(found, record, isRunning: found.ended == nil)
        }
        let releases = try await self.allReleases(of: model)
        guard let found = release == nil ? releases.first : releases.first(where: { $0.id == release }) else {
            throw Self.notFound(release, model, releases)
        }
        return await self.document(found, try await self.storedRecord(found), isRunning: false)
    }

    private func document(_ release: Release, _ record: TrialRecord, isRunning: Bool) async -> TrialDocument {
        var document = TrialDocument(
            release,
            record,
            isRunning: isRunning,
            isUnderPressure: isRunning && self.isUnderPressure(release.model),
            noiseShare: self.noiseShare(release.model)
        )
        // An id that `pair` does not find is none to offer. While the store cannot be read nobody can tell.
        let ids = document.worst.compactMap(\.id)
        if !ids.isEmpty, let stored = try? await self.store.stored(among: ids) {
            for index in document.worst.indices where document.worst[index].id.map(stored.contains) == false {
                document.worst[index].id = nil
            }
        }
        return document
    }

    /// Newest first; what is in memory is newer than what the store has.
    private func allReleases(of model: String) async throws(ControlError) -> [Release] {
        var byID: [Int64: Release] = [:]
        let stored = try await self.read { () async throws(StoreError) in
            try await self.store.releases(model: model, limit: Self.releaseLimit)
        }
        for release in stored + self.recorder.known where release.model == model { byID[release.id] = release }
        return byID.values.sorted { $0.id > $1.id }
    }

    private func storedRecord(_ release: Release) async throws(ControlError) -> TrialRecord {
        if let known = self.recorder.record(of: release.id) { return known.record }
        // The gateway ended before its first second.
        guard let bytes = try await self.evidence(of: release) else { return .empty }
        do throws(BinaryDamage) {
            return try TrialRecord(decoding: bytes)
        } catch {
            throw ControlError(
                .notFound,
                "the evidence of release \(release.id) is kept but cannot be read: \(error). Its pairs can be listed."
            )
        }
    }

    private func evidence(of release: Release) async throws(ControlError) -> [UInt8]? {
        try await self.read { () async throws(StoreError) in try await self.store.evidence(of: release.id) }
    }

    private static func notFound(_ release: Int64?, _ model: String, _ releases: [Release]) -> ControlError {
        guard let release, !releases.isEmpty else {
            return ControlError(
                .notFound,
                "model `\(model)` has had no trial yet: one begins when a second version is ready in its other slot"
            )
        }
        let newest = releases.prefix(3).map { "\($0.id) (\($0.end?.rawValue ?? "running"))" }
        return ControlError(
            .notFound,
            "model `\(model)` has no release \(release); its newest: \(newest.joined(separator: ", "))"
        )
    }

    // MARK: Pairs

    package func pairs(_ query: PairQuery) async throws(ControlError) -> PairsDocument {
        try Self.check(query.limit)
        let pairs = try await self.read { () async throws(StoreError) in try await self.store.pairs(query) }
        let isPaged = query.order == .newest && pairs.count == query.limit
        return PairsDocument(pairs: pairs, next: isPaged ? pairs.last?.id : nil)
    }

    package func pair(model: String, id: Int64) async throws(ControlError) -> PairDocument {
        let pair = try await self.read { () async throws(StoreError) in try await self.store.pair(id) }
        guard let pair else {
            throw ControlError(
                .notFound,
                "no pair \(id) is kept: there was none, or it is older than the retention allows, "
                    + "or captures were off. The newest are listed by `pairs`."
            )
        }
        guard pair.summary.model == model else {
            throw ControlError(.notFound, "pair \(id) is one of model `\(pair.summary.model)`, not of `\(model)`")
        }
        do throws(PairBodyError) {
            return PairDocument(pair.summary, try PairBody(decoding: pair.body))
        } catch {
            throw ControlError(.notFound, "the content of pair \(id) cannot be read: \(error)")
        }
    }

    package func requests(
        model: String,
        release: Int64?,
        after: Int64,
        limit: Int
    ) async throws(ControlError) -> RecordedRequests {
        try Self.check(limit)
        let releases = try await self.allReleases(of: model)
        guard release == nil ? !releases.isEmpty : releases.contains(where: { $0.id == release }) else {
            throw Self.notFound(release, model, releases)
        }
        let pairs = try await self.read { () async throws(StoreError) in
            try await self.store.pairs(model: model, release: release, after: after, limit: limit)
        }
        var result = RecordedRequests(lines: [], next: pairs.last?.summary.id, skipped: 0)
        for pair in pairs {
            let parameters = pair.summary.segments.filter { !$0.isHeader }
            if let body = try? PairBody(decoding: pair.body),
                let line = RecordedRequest.line(body, id: pair.summary.requestID, parameters: parameters)
            {
                result.lines.append(line)
            } else {
                result.skipped += 1
            }
        }
        return result
    }

    // MARK: Errors

    private static func check(_ limit: Int) throws(ControlError) {
        guard Self.pageLimit.contains(limit) else {
            throw ControlError(.invalidRequest, "a limit of \(limit) was asked for; 1 to 1000 is possible")
        }
    }

    private func read<Value: Sendable>(
        _ body: () async throws(StoreError) -> Value
    ) async throws(ControlError) -> Value {
        do throws(StoreError) {
            return try await body()
        } catch {
            switch error {
            case .unavailable(let why):
                throw ControlError(.storeUnavailable, "the capture database cannot be read at the moment: \(why)")
            case .staleRevision(let current):
                throw ControlError(.staleRevision, "the capture database has moved on", currentRevision: current)
            }
        }
    }
}
