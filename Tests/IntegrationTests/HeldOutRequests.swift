import Foundation
import LoadGenerator
import TestSupport

/// The bundled held-out requests, as bytes ready to send.
enum HeldOutRequests {
    static func prepared(_ model: String, limit: Int = 200) throws -> [PreparedRequest] {
        try self.lines(model).prefix(limit).map { line in
            PreparedRequest(post: "/v2/models/\(model)/infer", host: "127.0.0.1", body: Array(line.utf8))
        }
    }

    static func lines(_ model: String) throws -> [Substring] {
        let path = GatewayProcess.bundledModels + "/\(model)/heldout.jsonl"
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    }
}
