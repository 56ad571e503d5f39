import GRDB
import ServingCore

/// The one thread that writes: batches, then a step of retention, then batches again.
struct CaptureWriter {
    private static let batchBytes = 4 << 20
    private static let firstBackOff: Duration = .milliseconds(100)
    private static let lastBackOff: Duration = .seconds(2)
    /// Between the tries that a flush waits for.
    private static let urgentBackOff: Duration = .milliseconds(50)
    private static let urgentTries = 3

    private let queue: CaptureQueue
    private let database: CaptureDatabase
    private let options: SQLiteCaptureStore.Options
    private var hand: CaptureQueue.Hand
    private var inserter = PairInserter()
    private var retention: CaptureRetention
    private var nextRetention: ContinuousClock.Instant
    private var expiries: [CheckedContinuation<Void, Never>] = []
    private var usedBytes: Int64 = 0
    private var failure: CaptureFailure?
    private var backOff = Self.firstBackOff
    private var urgentFailures = 0
    private var isFlushing = false

    init(_ queue: CaptureQueue, _ database: CaptureDatabase, _ options: SQLiteCaptureStore.Options) {
        self.queue = queue
        self.database = database
        self.options = options
        self.hand = CaptureQueue.Hand(capacity: options.queuedPairs)
        self.retention = CaptureRetention(limit: options.maximumBytes)
        self.nextRetention = .now
    }

    /// Returns after the store was closed and everything handed over before was committed or dropped.
    mutating func run() {
        while true {
            self.rest()
            let orders = self.queue.take(into: &self.hand)
            self.writeTold()
            if !self.hand.isEmpty { self.write(isUrgent: orders.isFlushing || orders.isClosing) }
            self.expire(isAsked: orders.isExpiring)
            let isWritten = self.hand.isEmpty || (self.hand.pairs.isEmpty && self.failure != nil)
            if orders.isClosing && isWritten && !orders.hasMore { break }
        }
        self.database.close()
        for expiry in self.expiries { expiry.resume() }
        self.queue.end()
    }

    private func rest() {
        if self.retention.isRunning { return }
        if self.failure != nil {
            if self.urgentFailures > 0 {
                self.queue.pause(.firmly, atMost: Self.urgentBackOff)
            } else {
                self.queue.pause(.backingOff, atMost: self.backOff)
            }
        } else if self.hand.isEmpty {
            self.queue.pause(.idle, atMost: self.nextRetention - .now)
            self.queue.pause(.gathering, atMost: self.options.batchDelay)
        }
    }

    /// In one transaction, the only one here that waits for the disk: whoever gave feedback hears that it will not be lost.
    private func writeTold() {
        let told = self.queue.takeTold()
        guard !told.isEmpty else { return }
        do {
            let outcomes = try self.database.write { db in
                var outcomes: [[FeedbackOutcome]] = []
                try db.execute(sql: "PRAGMA synchronous = FULL")
                defer { try? db.execute(sql: "PRAGMA synchronous = NORMAL") }
                try db.inTransaction(.immediate) {
                    outcomes = try told.map { told in try told.feedback.map { one in try one.append(to: db) } }
                    return .commit
                }
                return outcomes
            }
            for (told, outcomes) in zip(told, outcomes) { told.done.resume(returning: .success(outcomes)) }
        } catch {
            let failure = CaptureFailure(error, file: self.database.file.name)
            if failure.isDamage { self.database.file.markDamaged() }
            for told in told { told.done.resume(returning: .failure(.unavailable(failure.sentence))) }
        }
    }

    private mutating func write(isUrgent: Bool) {
        let batch = self.hand.batch(count: self.options.batch, bytes: Self.batchBytes)
        do {
            let taken = try self.commit(batch)
            self.queue.settle(&self.hand, count: batch.count, taken: taken, size: self.database.size)
            self.failure = nil
            self.backOff = Self.firstBackOff
            self.urgentFailures = 0
        } catch {
            self.fail(CaptureFailure(error, file: self.database.file.name), isUrgent: isUrgent)
        }
    }

    private mutating func commit(_ batch: Range<Int>) throws -> Int {
        do {
            return try self.database.write { db in
                var taken = 0
                try db.inTransaction(.immediate) {
                    try self.hand.saves.write(to: db)
                    taken = try self.inserter.insert(self.hand.pairs[batch], into: db)
                    return .commit
                }
                self.usedBytes = try CaptureRetention.used(in: db)
                return taken
            }
        } catch {
            self.inserter.forgetGroups()
            throw error
        }
    }

    private mutating func fail(_ failure: CaptureFailure, isUrgent: Bool) {
        self.backOff = self.failure == nil ? Self.firstBackOff : min(self.backOff * 2, Self.lastBackOff)
        self.failure = failure
        self.queue.report(failure)
        if failure.isDamage { self.database.file.markDamaged() }
        // Makes room if anything may go, and takes the log off the disk.
        if failure.isFull && !self.retention.isRunning { self.beginRetention(emptiesLog: true) }
        guard isUrgent else { return }
        self.urgentFailures += 1
        if self.urgentFailures >= Self.urgentTries {
            self.urgentFailures = 0
            self.queue.giveUp(&self.hand, failure)
        }
    }

    private mutating func beginRetention(emptiesLog: Bool = false) {
        let microseconds = Int64(clamping: Int(min(self.options.maximumAge / .microseconds(1), 9e15)))
        self.retention.begin(
            cutoff: self.options.now().subtractingReportingOverflow(microseconds).partialValue,
            used: self.usedBytes,
            emptiesLog: emptiesLog
        )
        self.nextRetention = .now + self.options.retentionInterval
    }

    private mutating func expire(isAsked: Bool) {
        if isAsked {
            self.expiries += self.queue.takeExpiries()
            self.beginRetention()
        } else if !self.retention.isRunning
            && (.now >= self.nextRetention || self.usedBytes > self.options.maximumBytes)
        {
            self.beginRetention()
        }
        guard self.retention.isRunning else { return }
        do {
            let expired = try self.database.write { db in
                let expired = try self.retention.step(in: db)
                self.usedBytes = try CaptureRetention.used(in: db)
                return expired
            }
            self.inserter.forgetGroups()
            self.queue.expired(expired, size: self.database.size)
            if self.failure == nil { self.queue.report(nil) }
        } catch {
            self.retention.stop()
            if self.failure == nil { self.queue.report(CaptureFailure(error, file: self.database.file.name)) }
        }
        guard !self.retention.isRunning else { return }
        for expiry in self.expiries { expiry.resume() }
        self.expiries = []
    }
}
