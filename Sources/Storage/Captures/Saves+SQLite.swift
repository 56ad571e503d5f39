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
    /// Newest first.
    static func fetch(model: String?, limit: Int, in db: Database) throws -> [Release] {
        let limit = min(max(1, limit), 1000)
        let documents: [String]
        if let model {
            let statement = try db.cachedStatement(
                sql: "SELECT document FROM releases WHERE model = ? ORDER BY id DESC LIMIT ?"
            )
            documents = try Row.fetchAll(statement, arguments: [model, limit]).map { row in try row.text(0) }
        } else {
            let statement = try db.cachedStatement(sql: "SELECT document FROM releases ORDER BY id DESC LIMIT ?")
            documents = try Row.fetchAll(statement, arguments: [limit]).map { row in try row.text(0) }
        }
        return try documents.map { document in
            guard let release = try? JSONDecoder().decode(Release.self, from: Data(document.utf8)) else {
                throw DamagedRow()
            }
            return release
        }
    }
}
