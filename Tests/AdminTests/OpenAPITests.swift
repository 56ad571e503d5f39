import Admin
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct OpenAPITests {
    @Test("every route of the server is in the file, and the reverse")
    func routes() async throws {
        let document = try await Self.document()
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        var documented: Set<String> = []
        for (path, operations) in paths {
            for method in operations.keys where method != "parameters" { documented.insert("\(method) \(path)") }
        }
        #expect(documented == Set(AdminRoutes.all.map { "\($0.method.lowercased()) \($0.path)" }))
    }

    @Test("probes are documented as open, the rest not")
    func security() async throws {
        let document = try await Self.document()
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        for route in AdminRoutes.all {
            let operation = try #require(paths[route.path]?[route.method.lowercased()] as? [String: Any])
            let isOpen = (operation["security"] as? [Any])?.isEmpty ?? false
            #expect(isOpen == route.isOpen, "\(route)")
        }
    }

    @Test("every reference leads somewhere")
    func references() async throws {
        let document = try await Self.document()
        func walk(_ value: Any) {
            if let object = value as? [String: Any] {
                if let reference = object["$ref"] as? String {
                    let target = reference.split(separator: "/").dropFirst().reduce(document as Any?) { node, key in
                        (node as? [String: Any])?[String(key)]
                    }
                    #expect(target != nil, "\(reference)")
                }
                object.values.forEach(walk)
            } else if let array = value as? [Any] {
                array.forEach(walk)
            }
        }
        walk(document)
    }

    @Test("every error code a client can meet is listed")
    func codes() async throws {
        let text = String(describing: try await Self.document()["components"])
        for code in [
            "invalid_request", "stale_revision", "insufficient_memory", "load_failed", "unauthorized", "too_large",
        ] {
            #expect(text.contains(code))
        }
    }

    private static func document() async throws -> [String: Any] {
        let bytes = Mutex<[UInt8]>([])
        try await AdminFixture.run { admin in
            let answer = try await admin.send("GET", "/openapi.json")
            #expect(answer.status == 200)
            bytes.withLock { $0 = answer.body }
        }
        return try #require(try JSONSerialization.jsonObject(with: Data(bytes.withLock(\.self))) as? [String: Any])
    }
}
