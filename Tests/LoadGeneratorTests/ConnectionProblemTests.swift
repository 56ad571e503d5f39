import Foundation
import LoadGenerator
import NIOCore
import NIOPosix
import Testing

@Suite("What is wrong with a connection, in words")
struct ConnectionProblemTests {
    @Test(
        "an error of the system is its own few words, without functions and numbers",
        arguments: [
            (ECONNREFUSED, "connection refused"), (ECONNRESET, "connection reset by peer"),
            (EHOSTUNREACH, "no route to host"), (EMFILE, "too many open files"),
        ]
    )
    func system(_ code: Int32, _ words: String) {
        let problem = ConnectionProblem(IOError(errnoCode: code, reason: "connect(descriptor:addr:size:)"))
        #expect(problem.description == words)
        #expect(problem.isRefused == (code == ECONNREFUSED))
    }

    @Test("a connection that takes too long says how long was waited")
    func timeout() {
        #expect("\(ConnectionProblem(ChannelError.connectTimeout(.seconds(5))))" == "no connection within 5 s")
    }

    @Test("a name whose addresses refuse is a refusal, one that has none is unknown")
    func names() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let socket = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(socket.localAddress?.port)
        try await socket.close()
        // No part of a name may be this long, so no server is asked for it.
        let nobody = String(repeating: "x", count: 64)
        for (host, words) in [("localhost", "connection refused"), (nobody, "unknown host")] {
            let error = await #expect(throws: NIOConnectionError.self) {
                try await ClientBootstrap(group: group).connect(host: host, port: port).get()
            }
            #expect(try "\(ConnectionProblem(#require(error)))" == words)
        }
    }
}
