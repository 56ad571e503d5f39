import GRDB
import ServingCore

/// Finds the ids of the pairs a query asks for, without touching the pairs' rows.
struct PairSelection {
    /// Wherever they are looked for: inclusive and exclusive.
    private var lower: Int64
    private var upper: Int64
    private var groups: [Int64]
    private var segment: Int64
    private var limit: Int

    init(_ query: PairQuery, in db: Database) throws {
        self.lower = query.from ?? .min
        self.upper = min(query.until ?? .max, query.before ?? .max)
        self.segment = query.segment.map(StoredSegments.number) ?? 0
        self.limit = min(max(1, query.limit), 1000)
        self.groups = try Int64.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT id FROM groups
                    WHERE model = ?1 AND (?2 IS NULL OR release = ?2) AND (?3 IS NULL OR candidate = ?3)
                        AND (?4 IS NULL OR live = ?4) AND diverged >= ?5
                    ORDER BY release DESC
                    """
            ),
            arguments: [
                query.model, query.release, query.candidateOutcome, query.liveOutcome, query.divergedOnly ? 1 : 0,
            ]
        )
    }

    /// All pairs with ids above `after`; of all the model's releases when `release` is nil.
    init(model: String, release: Int64?, after: Int64, limit: Int, in db: Database) throws {
        var query = PairQuery(model: model, release: release, limit: limit)
        let (from, isPastEnd) = after.addingReportingOverflow(1)
        query.from = from
        query.until = isPastEnd ? .min : nil
        try self.init(query, in: db)
    }

    /// Descending. Each group gives its newest that are newer than what the earlier ones filled the page with.
    func newest(in db: Database) throws -> [Int64] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT pair FROM positions WHERE segment = ? AND grp = ? AND pair >= ? AND pair < ?
                ORDER BY pair DESC LIMIT ?
                """
        )
        var page: [Int64] = []
        for group in self.groups {
            let floor = page.count == self.limit ? max(self.lower, page.last ?? self.lower) : self.lower
            let found = try Int64.fetchAll(
                statement,
                arguments: [self.segment, group, floor, self.upper, self.limit]
            )
            guard !found.isEmpty else { continue }
            page = Array((page + found).sorted(by: >).prefix(self.limit))
        }
        return page
    }

    /// Ascending. Each group gives its oldest that are older than what the earlier ones filled the page with.
    func oldest(in db: Database) throws -> [Int64] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT pair FROM positions WHERE segment = ? AND grp = ? AND pair >= ? AND pair < ?
                ORDER BY pair LIMIT ?
                """
        )
        var page: [Int64] = []
        for group in self.groups.reversed() {
            let ceiling = page.count == self.limit ? min(self.upper, page.last ?? self.upper) : self.upper
            let found = try Int64.fetchAll(
                statement,
                arguments: [self.segment, group, self.lower, ceiling, self.limit]
            )
            guard !found.isEmpty else { continue }
            page = Array((page + found).sorted().prefix(self.limit))
        }
        return page
    }

    /// Most divergent first, of equal ones the newest. Reads the positions of all pairs in question.
    func mostDivergent(in db: Database) throws -> [Int64] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT divergence, pair FROM positions WHERE segment = ? AND grp = ? AND pair >= ? AND pair < ?
                ORDER BY divergence DESC, pair DESC LIMIT ?
                """
        )
        var page: [(divergence: Double, pair: Int64)] = []
        for group in self.groups {
            let arguments: StatementArguments = [self.segment, group, self.lower, self.upper, self.limit]
            let found = try Row.fetchAll(statement, arguments: arguments)
            page += try found.map { row in (try row.real(0), try row.integer(1)) }
            page.sort { $0.divergence == $1.divergence ? $0.pair > $1.pair : $0.divergence > $1.divergence }
            page.removeLast(max(0, page.count - self.limit))
        }
        return page.map(\.pair)
    }
}
