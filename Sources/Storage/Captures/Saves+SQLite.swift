import Foundation
import GRDB
import ServingCore

extension CaptureQueue.Saves {
    /// Inserts or replaces all of it within the caller's transaction.
    func write(to db: Database) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        for release in self.releases.values {
            try db.cachedStatement(
                sql: "INSERT OR REPLACE INTO releases (id, model, document) VALUES (?, ?, ?)"
            ).execute(arguments: [
                release.id, release.model, String(decoding: try encoder.encode(release), as: UTF8.self),
            ])
        }
        for (release, document) in self.evidence {
            try db.cachedStatement(
                sql: "INSERT OR REPLACE INTO evidence (release, document) VALUES (?, ?)"
            ).execute(arguments: [release, document.isEmpty ? nil : Data(document)])
        }
    }

    static func evidence(of release: Int64, in db: Database) throws -> [UInt8]? {
        let statement = try db.cachedStatement(sql: "SELECT document FROM evidence WHERE release = ?")
        return try Row.fetchOne(statement, arguments: [release]).map { row in try row.optionalBlob(0) ?? [] }
    }
}

extension Release {
    /// Newest first; of rows that are none, the ids.
    static func fetch(
        model: String?,
        limit: Int,
        in db: Database
    ) throws -> (releases: [Release], damaged: [Int64]) {
        let limit = min(max(1, limit), 1000)
        let rows: [Row]
        if let model {
            let statement = try db.cachedStatement(
                sql: "SELECT id, document FROM releases WHERE model = ? ORDER BY id DESC LIMIT ?"
            )
            rows = try Row.fetchAll(statement, arguments: [model, limit])
        } else {
            let statement = try db.cachedStatement(sql: "SELECT id, document FROM releases ORDER BY id DESC LIMIT ?")
            rows = try Row.fetchAll(statement, arguments: [limit])
        }
        var (releases, damaged): ([Release], [Int64]) = ([], [])
        for row in rows {
            if let document = try? row.text(1),
                let release = try? JSONDecoder().decode(Release.self, from: Data(document.utf8))
            {
                releases.append(release)
            } else {
                damaged.append(try row.integer(0))
            }
        }
        return (releases, damaged)
    }
}
