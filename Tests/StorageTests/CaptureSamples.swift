import Foundation
import GRDB
import ServingCore
import Storage
import Synchronization
import TestSupport

extension CapturedPair {
    static func sample(
        _ id: Int64,
        release: Int64 = 1,
        model: String = "digits",
        diverged: Bool = false,
        body: [UInt8] = [1, 2, 3]
    ) -> CapturedPair {
        CapturedPair(
            summary: Summary(
                id: id,
                release: release,
                model: model,
                live: "answered",
                candidate: "answered",
                liveNanoseconds: 1000,
                candidateNanoseconds: 2000,
                divergence: diverged ? 0.75 : 0,
                diverged: diverged
            ),
            body: body
        )
    }

    /// Any combination of what a pair may carry.
    static func random(_ id: Int64, _ random: inout SeededRandom) -> CapturedPair {
        var pair = CapturedPair.sample(id, release: Int64.random(in: 1...3, using: &random))
        pair.summary.model = pair.summary.release == 3 ? "sentiment" : "digits"
        let outcomes = Leg.Outcome.allCases.map(\.name)
        for outcome in [\CapturedPair.Summary.live, \.candidate] where Int.random(in: 0..<4, using: &random) == 0 {
            pair.summary[keyPath: outcome] = outcomes.randomElement(using: &random) ?? "answered"
        }
        // Few values, so that many are equal.
        pair.summary.divergence = Double(Int.random(in: 0...20, using: &random)) / 20
        pair.summary.diverged = pair.summary.divergence > 0.7
        if Bool.random(using: &random) {
            pair.summary.requestID = "request \(id) é"
            pair.summary.noise = "timeout"
            pair.summary.noiseNanoseconds = UInt64(id)
            pair.summary.noiseDivergence = 0.125
            pair.summary.reason = "the candidate gave no answer"
        }
        if Bool.random(using: &random) {
            let value = ["DE", "FR", ""].randomElement(using: &random) ?? ""
            pair.summary.segments.append(Segment(key: "country", value: value))
            pair.summary.segments.append(Segment(key: "größe", value: "\(id % 5)"))
        }
        if Bool.random(using: &random) { pair.requestHash = .random(in: .min ... .max, using: &random) }
        pair.body = (0..<Int.random(in: 0...6000, using: &random)).map { UInt8(truncatingIfNeeded: $0 &+ Int(id)) }
        return pair
    }
}

extension Release {
    static func sample(_ id: Int64, model: String = "digits") -> Release {
        Release(
            id: id,
            model: model,
            kind: .candidate,
            live: Side(slot: .blue, version: 1, digest: "aa"),
            candidate: Side(slot: .green, version: 2, digest: "bb")
        )
    }
}

extension SQLiteCaptureStore.Options {
    /// Nothing expires by itself, and a locked file is noticed soon.
    static var quick: Self {
        var options = Self()
        options.busyTimeout = .milliseconds(10)
        options.batchDelay = .milliseconds(1)
        options.now = { 0 }
        return options
    }

    /// As `quick`, but another process's lock makes the store wait longer than a test takes.
    static var patient: Self {
        var options = Self.quick
        options.busyTimeout = .seconds(30)
        return options
    }
}

/// A clock that stands still until it is set.
final class ManualClock: Sendable {
    private let microseconds: Mutex<Int64>

    init(_ microseconds: Int64) { self.microseconds = Mutex(microseconds) }

    var now: Int64 {
        get { self.microseconds.withLock { $0 } }
        set { self.microseconds.withLock { $0 = newValue } }
    }
}

/// Another process's connection; it waits its turn.
func otherProcess(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    configuration.busyMode = .timeout(10)
    return try DatabaseQueue(path: path, configuration: configuration)
}

/// Another process that holds the write lock of the file at `path`.
final class LockHolder: Sendable {
    private let connection: DatabaseQueue

    init(_ path: String) throws {
        self.connection = try otherProcess(path)
        try self.connection.writeWithoutTransaction { db in try db.beginTransaction(.immediate) }
    }

    func letGo() throws {
        try self.connection.writeWithoutTransaction { db in try db.rollback() }
    }
}

extension CaptureFigures {
    var droppedTotal: UInt64 { self.dropped.values.reduce(0, +) }

    /// Every pair handed over is stored, dropped or waiting.
    var isConserved: Bool { self.appended == self.stored + self.droppedTotal + UInt64(self.queuedPairs) }
}
