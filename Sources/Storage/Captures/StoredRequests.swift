import GRDB
import ServingCore

/// Finds pairs by their requests' hashes. These lie in no order, so an index of them alone would touch another page for
/// each pair written: four times the bytes to the disk, measured over 600,000 pairs. So pairs are filed in buckets, in the
/// order they came, and within those by hash; what is looked for is looked for in one bucket after the other.
enum StoredRequests {
    /// 8192 pairs of a row's neighbourhood. The index of one bucket fits into SQLite's cache, and 2 GiB of pairs are some
    /// 300 buckets.
    static func bucket(ofRow number: Int64) -> Int64 { number >> 13 }

    /// The newest pair, in the newest bucket that has one.
    static func newest(_ hash: Int64, model: String, in db: Database) throws -> Int64? {
        let next = try db.cachedStatement(
            sql: "SELECT max(bucket) FROM positions WHERE request IS NOT NULL AND bucket < ?"
        )
        let pair = try db.cachedStatement(
            sql: """
                SELECT pair FROM positions CROSS JOIN groups ON groups.id = positions.grp
                WHERE bucket = ? AND request = ? AND groups.model = ? ORDER BY pair DESC LIMIT 1
                """
        )
        var bucket = Int64.max
        while let row = try Row.fetchOne(next, arguments: [bucket]), let found = try row.optionalInteger(0) {
            // A damaged index must not send this round in circles.
            guard found < bucket else { throw DamagedRow() }
            bucket = found
            if let row = try Row.fetchOne(pair, arguments: [bucket, hash, model]) { return try row.integer(0) }
        }
        return nil
    }
}
