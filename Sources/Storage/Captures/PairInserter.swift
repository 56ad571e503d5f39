import Foundation
import GRDB
import ServingCore

/// Writes pairs with the places they are found at.
struct PairInserter {
    private struct Group: Hashable {
        var model: String
        var release: Int64
        var live: String
        var candidate: String
        var diverged: Bool
    }

    private var groups: [Group: Int64] = [:]

    /// To be called when rows of `groups` may have vanished: after a rollback, and after retention.
    mutating func forgetGroups() { self.groups = [:] }

    /// Inserts within the caller's transaction. Returns how many were left out because their id is taken.
    mutating func insert(_ pairs: ArraySlice<CapturedPair>, into db: Database) throws -> Int {
        let row = try db.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO pairs (id, grp, divergence, noise_divergence, live_nanoseconds,
                    candidate_nanoseconds, noise_nanoseconds, noise, request, segments, reason, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        let place = try db.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO positions (segment, grp, pair, divergence, bucket, request)
                VALUES (0, ?, ?, ?, ?, ?)
                """
        )
        let position = try db.cachedStatement(
            sql: "INSERT OR IGNORE INTO positions (segment, grp, pair, divergence) VALUES (?, ?, ?, ?)"
        )
        var taken = 0
        var pacing = IdlePacing()
        for pair in pairs {
            pacing.pause()
            let summary = pair.summary
            let group = try self.number(of: summary, in: db)
            let divergence = StoredShare.of(summary.divergence)
            try row.execute(arguments: [
                summary.id, group, divergence, summary.noiseDivergence.map(StoredShare.of),
                Int64(clamping: summary.liveNanoseconds), Int64(clamping: summary.candidateNanoseconds),
                summary.noiseNanoseconds.map(Int64.init(clamping:)), summary.noise, Self.blob(summary.requestID?.utf8),
                Self.blob(StoredSegments.encode(summary.segments)), Self.blob(summary.reason?.utf8),
                Self.blob(pair.body.isEmpty ? nil : pair.body),
            ])
            guard db.changesCount == 1 else {
                taken += 1
                continue
            }
            let bucket = pair.requestHash.map { _ in StoredRequests.bucket(ofRow: db.lastInsertedRowID) }
            try place.execute(arguments: [group, summary.id, divergence, bucket, pair.requestHash])
            for segment in summary.segments {
                try position.execute(arguments: [StoredSegments.number(segment), group, summary.id, divergence])
            }
        }
        return taken
    }

    private static func blob(_ bytes: (some Sequence<UInt8>)?) -> Data? { bytes.map { Data($0) } }

    private mutating func number(of summary: CapturedPair.Summary, in db: Database) throws -> Int64 {
        let group = Group(
            model: summary.model,
            release: summary.release,
            live: summary.live,
            candidate: summary.candidate,
            diverged: summary.diverged
        )
        if let number = self.groups[group] { return number }
        let arguments: StatementArguments = [
            group.model, group.release, group.live, group.candidate, group.diverged ? 1 : 0,
        ]
        try db.cachedStatement(
            sql: "INSERT OR IGNORE INTO groups (model, release, live, candidate, diverged) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: arguments)
        let number = try Int64.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT id FROM groups
                    WHERE model = ? AND release = ? AND live = ? AND candidate = ? AND diverged = ?
                    """
            ),
            arguments: arguments
        )
        guard let number else { throw DamagedRow() }
        self.groups[group] = number
        return number
    }
}
