import Foundation
import GRDB
import ServingCore

extension CapturedPair {
    /// Memory a waiting pair is counted with: its content, and what its values need beside it.
    var queuedBytes: Int {
        var bytes = 384 + self.body.count + (self.summary.requestID?.utf8.count ?? 0)
        bytes += self.summary.reason?.utf8.count ?? 0
        for segment in self.summary.segments { bytes += 32 + segment.key.utf8.count + segment.value.utf8.count }
        return bytes
    }
}

extension CapturedPair.Summary {
    private static let columns = """
        SELECT pairs.id, groups.release, groups.model, groups.live, groups.candidate, groups.diverged, pairs.divergence,
        pairs.noise_divergence, pairs.live_nanoseconds, pairs.candidate_nanoseconds, pairs.noise_nanoseconds, pairs.noise,
        pairs.request, pairs.segments, pairs.reason
        """
    private static let source = " FROM pairs JOIN groups ON groups.id = pairs.grp WHERE pairs.id = ? AND wiped = 0"

    /// The summaries of those of `ids` that are there, in the order of `ids`.
    static func fetch(_ ids: [Int64], in db: Database) throws -> [CapturedPair.Summary] {
        let statement = try db.cachedStatement(sql: Self.columns + Self.source)
        return try ids.compactMap { id in
            try Row.fetchOne(statement, arguments: [id]).map(Self.init(row:))
        }
    }

    fileprivate static func fetchWithBody(_ id: Int64, in db: Database) throws -> CapturedPair? {
        let statement = try db.cachedStatement(sql: Self.columns + ", pairs.body" + Self.source)
        return try Row.fetchOne(statement, arguments: [id]).map { row in
            CapturedPair(summary: try Self(row: row), body: try row.optionalBlob(15) ?? [])
        }
    }

    private init(row: Row) throws {
        self.init(
            id: try row.integer(0),
            release: try row.integer(1),
            model: try row.text(2),
            live: try row.text(3),
            candidate: try row.text(4),
            liveNanoseconds: UInt64(clamping: try row.integer(8)),
            candidateNanoseconds: UInt64(clamping: try row.integer(9)),
            divergence: try row.real(6),
            diverged: try row.integer(5) != 0
        )
        self.noiseDivergence = try row.optionalReal(7)
        self.noiseNanoseconds = try row.optionalInteger(10).map(UInt64.init(clamping:))
        self.noise = try row.optionalText(11)
        self.requestID = try row.optionalBlob(12).map(Self.text)
        self.segments = try row.optionalBlob(13).map(StoredSegments.decode) ?? []
        self.reason = try row.optionalBlob(14).map(Self.text)
    }
}

extension CapturedPair.Summary {
    private static func text(_ bytes: [UInt8]) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw DamagedRow() }
        return text
    }
}

extension CapturedPair {
    static func fetch(_ id: Int64, in db: Database) throws -> CapturedPair? {
        try Summary.fetchWithBody(id, in: db)
    }

    /// Those of `ids` that are there, in that order; ends early, after at least one, before their bodies exceed `bytes`
    /// together.
    static func fetch(_ ids: [Int64], bytes: Int, in db: Database) throws -> [CapturedPair] {
        var pairs: [CapturedPair] = []
        var sum = 0
        for id in ids {
            guard let pair = try Self.fetch(id, in: db) else { continue }
            sum += pair.body.count
            guard pairs.isEmpty || sum <= bytes else { break }
            pairs.append(pair)
        }
        return pairs
    }

    static func stored(among ids: [Int64], in db: Database) throws -> Set<Int64> {
        let statement = try db.cachedStatement(sql: "SELECT id FROM pairs WHERE id = ? AND wiped = 0")
        return Set(try ids.filter { id in try Row.fetchOne(statement, arguments: [id]) != nil })
    }
}
