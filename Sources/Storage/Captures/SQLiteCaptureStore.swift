import Foundation
package import ServingCore
import Synchronization

/// Captures in one SQLite file: WAL, `synchronous=NORMAL`, mode 0600. Handing over costs well under a microsecond; one
/// idle-priority thread writes batches, applies retention and makes the checkpoints. Waiting pairs take at most
/// `queuedBytes`, and some 400 bytes for each of twice `queuedPairs`. When the database cannot be written the batch is
/// kept and tried again until it can, and what does not fit meanwhile is dropped and counted.
package final class SQLiteCaptureStore: CaptureStore {
    package struct Options: Sendable {
        /// Pairs that may wait to be written.
        package var queuedPairs = 20_000
        /// Bytes of pairs that may wait to be written.
        package var queuedBytes = 32 << 20
        /// Pairs of one transaction.
        package var batch = 1_000
        /// How long a batch is gathered.
        package var batchDelay: Duration = .milliseconds(50)
        /// How long a write waits for another process that holds the file's lock, before it is tried again later.
        package var busyTimeout: Duration = .milliseconds(250)
        /// Older pairs are removed.
        package var maximumAge: Duration = .seconds(7 * 24 * 60 * 60)
        /// The oldest pairs are removed when the pages in use exceed this.
        package var maximumBytes: Int64 = 2 << 30
        /// How often ages are looked at.
        package var retentionInterval: Duration = .seconds(60)
        /// The file may grow to this many pages of 4 KiB; nil leaves it to the disk.
        package var pageLimit: Int?
        /// Microseconds since 1970, for the age of pairs. By default a clock that is read once and then only runs: when
        /// the system's clock is set, nothing expires of it.
        package var now: @Sendable () -> Int64 = SQLiteCaptureStore.steadyClock()
        /// Told, in one sentence and once for each, which releases are damaged and left out.
        package var onDamagedRelease: @Sendable (String) -> Void = { _ in }

        package init() {}
    }

    let database: CaptureDatabase
    let queue: CaptureQueue
    private let onDamagedRelease: @Sendable (String) -> Void
    private let damagedReleases = Mutex<Set<Int64>>([])

    /// Opens `path`, creating it and missing folders, checks it, and starts the writer thread. Blocks; call it at start.
    /// Refuses a file that is damaged, read-only, locked, not Teal's, or written by a newer Teal.
    package init(path: String, options: Options = Options()) throws(StoreOpenError) {
        let database = try CaptureDatabase(
            path: path,
            busyTimeout: options.busyTimeout,
            pageLimit: options.pageLimit
        )
        let queue = CaptureQueue(options)
        self.database = database
        self.queue = queue
        self.onDamagedRelease = options.onDamagedRelease
        let isRunning = IdleThread.start {
            var writer = CaptureWriter(queue, database, options)
            writer.run()
        }
        guard isRunning else {
            database.close()
            throw StoreOpenError(.unavailable, "cannot open \(database.file.name): the system gives no more threads")
        }
    }

    /// Like `init`, but renames a damaged file to `<file>.damaged-<seconds since 1970>` and begins a new one.
    /// `problem` is the sentence about it, nil when the file was sound. What was set aside is subject to no retention.
    package static func openSettingAsideDamage(
        path: String,
        options: Options = Options()
    ) throws(StoreOpenError) -> (store: SQLiteCaptureStore, problem: String?) {
        do throws(StoreOpenError) {
            return (try SQLiteCaptureStore(path: path, options: options), nil)
        } catch {
            guard error.kind == .damaged else { throw error }
            let aside = try DatabaseFile.setAside(path, suffix: "\(options.now() / 1_000_000)")
            let store = try SQLiteCaptureStore(path: path, options: options)
            let problem = """
                \(store.database.file.name) was damaged; it was set aside as \(aside), and a new one was begun; delete it \
                when nobody needs the old captures
                """
            return (store, problem)
        }
    }

    deinit { self.queue.close() }

    @discardableResult
    package func append(_ pair: CapturedPair) -> Bool { self.queue.append(pair) }

    package func save(_ release: Release) {
        self.queue.save { $0.releases[release.id] = release }
    }

    package func save(evidence: [UInt8], of release: Int64) {
        self.queue.save { $0.evidence[release] = evidence }
    }

    /// While the database cannot be written, three more tries are made; then the pairs are dropped and counted. Releases
    /// and evidence are kept and tried on.
    package func flush() async { await self.queue.flush() }

    package func figures() -> CaptureFigures { self.queue.figures }

    /// Applies retention now and returns when it is through: what it removed is gone from the disk, unless the database
    /// cannot be written or a query was running.
    package func expire() async { await self.queue.expire() }

    /// Takes nothing more, counts what is still handed over as `closed`, writes what waits as `flush` does, and closes
    /// the file. Later reads throw `.unavailable`.
    package func close() async {
        self.queue.close()
        await self.queue.ended()
    }

    package func releases(model: String?, limit: Int) async throws(StoreError) -> [Release] {
        let found = try await self.database.read { db in try Release.fetch(model: model, limit: limit, in: db) }
        for id in found.damaged where self.damagedReleases.withLock({ $0.insert(id).inserted }) {
            self.onDamagedRelease(
                "release \(id) in \(self.database.file.name) is damaged and left out; its pairs can still be listed"
            )
        }
        return found.releases
    }

    package func evidence(of release: Int64) async throws(StoreError) -> [UInt8]? {
        try await self.database.read { db in try CaptureQueue.Saves.evidence(of: release, in: db) }
    }

    package func pairs(_ query: PairQuery) async throws(StoreError) -> [CapturedPair.Summary] {
        try await self.database.read { db in try CapturedPair.Summary.fetch(query, in: db) }
    }

    package func pair(_ id: Int64) async throws(StoreError) -> CapturedPair? {
        try await self.database.read { db in try CapturedPair.fetch(id, in: db) }
    }

    package func stored(among ids: [Int64]) async throws(StoreError) -> Set<Int64> {
        try await self.database.read { db in try CapturedPair.stored(among: ids, in: db) }
    }

    /// A page ends early, after at least one pair, when its bodies would exceed 16 MiB together; only an empty page is
    /// the last.
    package func pairs(
        model: String,
        release: Int64?,
        after: Int64,
        limit: Int
    ) async throws(StoreError) -> [CapturedPair] {
        try await self.database.read { db in
            let selection = try PairSelection(model: model, release: release, after: after, limit: limit, in: db)
            return try CapturedPair.fetch(try selection.oldest(in: db), bytes: 16 << 20, in: db)
        }
    }

    package func pairs(_ ids: [Int64]) async throws(StoreError) -> [CapturedPair] {
        try await self.database.read { db in try CapturedPair.fetch(ids, bytes: 16 << 20, in: db) }
    }

    package func bodies(_ query: PairQuery, bytes: Int) async throws(StoreError) -> [[UInt8]] {
        try await self.database.read { db in
            let ids = try CapturedPair.Summary.fetch(query, in: db).map(\.id)
            return try CapturedPair.bodies(ids, fitting: bytes, in: db)
        }
    }

    private static func steadyClock() -> @Sendable () -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let start = Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
        let begin = ContinuousClock.now
        return { start + Int64((ContinuousClock.now - begin) / .microseconds(1)) }
    }
}
