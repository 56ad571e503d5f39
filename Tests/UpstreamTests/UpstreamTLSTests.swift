import Foundation
import HTTP1
import NIOCore
import NIOPosix
import ServingCore
import TestSupport
import Testing
import Upstream

@Suite("Upstream over TLS", .timeLimit(.minutes(1)))
struct UpstreamTLSTests {
    /// A folder with the authority's certificate in it, removed with this.
    private final class Files {
        let folder = FileManager.default.temporaryDirectory.appending(path: "teal-test-\(UUID().uuidString)")

        init() throws {
            try FileManager.default.createDirectory(at: self.folder, withIntermediateDirectories: true)
            try TestCertificates.authority.write(to: self.path("ca.pem"), atomically: true, encoding: .utf8)
            try TestCertificates.server.write(to: self.path("own.pem"), atomically: true, encoding: .utf8)
            try TestCertificates.key.write(to: self.path("own.key"), atomically: true, encoding: .utf8)
        }

        deinit { try? FileManager.default.removeItem(at: self.folder) }

        func path(_ name: String) -> URL { self.folder.appending(path: name) }
    }

    private static func call(
        _ server: ScriptedServer,
        host: String = "localhost",
        _ configure: (inout BackendConfiguration.TLS) -> Void
    ) throws -> UpstreamAnswer {
        var configuration = BackendConfiguration(
            kind: .openAI,
            endpoints: ["https://\(host):\(server.port)"].compactMap { BackendEndpoint($0) }
        )
        configure(&configuration.tls)
        let client = UpstreamClient(try Backend(configuration), on: TestThreads.twoLoops.next(), seed: 1)
        let route = try #require(UpstreamRoute(.get, path: "/", configuration: configuration))
        _ = try client.call(UpstreamRequest(route, isIdempotent: true))
        return try client.call(UpstreamRequest(route, isIdempotent: true))
    }

    @Test("a server whose certificate the authority signed is trusted, by name, by address and by the name given")
    func trusted() throws {
        let files = try Files()
        let server = try ScriptedServer(isTLS: true) { _ in .ok }
        for (host, name) in [("localhost", nil), ("127.0.0.1", nil), ("127.0.0.1", "backend.test")]
            as [(String, String?)]
        {
            let answer = try Self.call(server, host: host) {
                $0.ca = files.path("ca.pem").path()
                $0.serverName = name
            }
            #expect(String(buffer: answer.body) == "ok")
        }
        #expect(server.counts.opened == 3)
    }

    @Test("another name, an unknown authority or none is not trusted, and nothing is sent")
    func notTrusted() throws {
        let files = try Files()
        // An address that the certificate does not have: one that it has is enough to be trusted.
        let server = try ScriptedServer(host: "127.0.0.2", isTLS: true) { _ in .ok }
        let settings: [(inout BackendConfiguration.TLS) -> Void] = [
            {
                $0.ca = files.path("ca.pem").path()
                $0.serverName = "other.test"
            }, { _ in },
        ]
        for configure in settings {
            let failure = #expect(throws: UpstreamFailure.self) {
                try Self.call(server, host: "127.0.0.2", configure)
            }
            #expect(failure?.reason == .connectFailed)
            #expect(failure?.wasSent == false)
        }
        #expect(server.requests.all.isEmpty)
    }

    @Test("without verification anybody is trusted")
    func unverified() throws {
        let server = try ScriptedServer(isTLS: true) { _ in .ok }
        #expect(try Self.call(server) { $0.verify = false }.head.status == 200)
    }

    @Test("a server that does not speak TLS fails the connection")
    func plainServer() throws {
        let server = try ScriptedServer { _ in .ok }
        let failure = #expect(throws: UpstreamFailure.self) { try Self.call(server) { $0.verify = false } }
        #expect(failure.map { [.connectFailed, .connectTimeout].contains($0.reason) } == true)
    }

    @Test("an answer that ends with its connection must end with a farewell", arguments: [true, false])
    func farewell(cutsOff: Bool) throws {
        let server = try ScriptedServer(isTLS: true) { _ in
            ScriptedServer.Reply(pieces: ["HTTP/1.1 200 OK\r\n\r\nhalf"], closes: !cutsOff, cutsOff: cutsOff)
        }
        if cutsOff {
            let failure = #expect(throws: UpstreamFailure.self) { try Self.call(server) { $0.verify = false } }
            #expect(failure?.reason == .closed)
            #expect(failure?.hasBegun == true)
        } else {
            #expect(String(buffer: try Self.call(server) { $0.verify = false }.body) == "half")
        }
    }

    @Test("files that cannot be used are named when the backend is made")
    func files() throws {
        let files = try Files()
        func backend(_ configure: (inout BackendConfiguration.TLS) -> Void) throws -> Backend {
            var configuration = BackendConfiguration(
                kind: .openAI,
                endpoints: ["https://127.0.0.1"].compactMap { BackendEndpoint($0) }
            )
            configure(&configuration.tls)
            return try Backend(configuration)
        }
        #expect(throws: BackendError.self) { try backend { $0.ca = files.path("missing.pem").path() } }
        #expect(throws: BackendError.self) { try backend { $0.certificate = files.path("own.pem").path() } }
        #expect(throws: BackendError.self) {
            try backend {
                $0.certificate = files.path("own.pem").path()
                $0.key = files.path("ca.pem").path()
            }
        }
        _ = try backend {
            $0.ca = files.path("ca.pem").path()
            $0.certificate = files.path("own.pem").path()
            $0.key = files.path("own.key").path()
        }
    }
}
