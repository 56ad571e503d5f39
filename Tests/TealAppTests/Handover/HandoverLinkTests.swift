import Foundation
import ServingCore
import SystemPackage
import TealApp
import TestSupport
import Testing

@Suite("A link between two processes", .timeLimit(.minutes(1))) struct HandoverLinkTests {
    /// Both ends.
    private func pair() throws -> (FileDescriptor, FileDescriptor) {
        var ends: [CInt] = [-1, -1]
        try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &ends) == 0)
        return (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
    }

    private func links() throws -> (HandoverLink, HandoverLink) {
        let (one, other) = try self.pair()
        return (HandoverLink(one), HandoverLink(other))
    }

    private func held(_ count: Int) -> [HeldVersion] {
        (0..<count).map { number in
            HeldVersion(
                model: "m\(number)",
                slot: .green,
                source: "/srv/models",
                version: number,
                digest: String(repeating: "f", count: 64),
                isLive: number % 2 == 0
            )
        }
    }

    @Test("carries every message as it is")
    func messages() throws {
        let (one, other) = try self.links()
        let messages: [HandoverMessage] = [
            .hello(version: 1), .prepared, .ready, .welcome(held: self.held(2)), .refused(reason: "nö"),
            .released(generation: .max, held: [], listeners: [.http, .admin]), .committed,
        ]
        for message in messages { try one.send(message) }
        for message in messages { #expect(try other.receive()?.message == message) }
    }

    @Test("carries messages larger than what the system takes at once")
    func large() async throws {
        let (one, other) = try self.links()
        let message = HandoverMessage.welcome(held: self.held(20_000))
        async let sent: Void = onThread { #expect(throws: Never.self) { try one.send(message) } }
        let received = await onThread { try? other.receive()?.message }
        await sent
        #expect(received == message)
    }

    @Test("carries open files, which stay open here when they are closed there, and are closed in children")
    func descriptors() throws {
        let (one, other) = try self.links()
        let (input, output) = try FileDescriptor.pipe()
        try one.send(.prepared)
        try one.send(.released(generation: 1, held: [], listeners: [.http]), [input, output])
        try one.send(.committed)
        try input.close()
        try output.close()
        #expect(try other.receive()?.descriptors.isEmpty == true)
        let received = try #require(try other.receive())
        try #require(received.descriptors.count == 2)
        #expect(received.descriptors.allSatisfy { fcntl($0.rawValue, F_GETFD) & FD_CLOEXEC != 0 })
        try received.descriptors[1].writeAll("handed over".utf8)
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = try bytes.withUnsafeMutableBytes { try received.descriptors[0].read(into: $0) }
        #expect(String(decoding: bytes[..<count], as: UTF8.self) == "handed over")
        for descriptor in received.descriptors { try descriptor.close() }
        #expect(try other.receive()?.descriptors.isEmpty == true)
    }

    @Test("knows the process and the user at the other end")
    func peer() throws {
        let (one, _) = try self.links()
        #expect(one.peer?.process == getpid())
        #expect(one.peer?.user == geteuid())
    }

    @Test("is at its end when the other side has hung up, also in the middle of nothing")
    func end() throws {
        let (one, other) = try self.links()
        try one.send(.hello(version: 1))
        one.hangUp()
        #expect(try other.receive()?.message == .hello(version: 1))
        #expect(try other.receive()?.message == nil)
    }

    @Test("tells a sender that nobody is there any more")
    func gone() throws {
        let (one, other) = try self.pair()
        try other.close()
        #expect(throws: HandoverLink.Failure.self) { try HandoverLink(one).send(.ready) }
    }

    @Test(
        "refuses what is no message",
        arguments: [
            [], [0], [5, 0, 0], [2, 0, 0, 0], [2, 0, 0, 0, 0x7B], [2, 0, 0, 0, 0x7B, 0x7D], [255, 255, 255, 255, 1],
            [0, 0, 0, 0], [9, 0, 0, 0] + Array("\"unknown\"".utf8),
        ] as [[UInt8]]
    )
    func garbage(bytes: [UInt8]) throws {
        let (one, other) = try self.pair()
        try one.writeAll(bytes)
        try one.close()
        let link = HandoverLink(other)
        if bytes.isEmpty {
            #expect(try link.receive()?.message == nil)
        } else {
            #expect(throws: HandoverLink.Failure.senseless) { try link.receive() }
        }
    }

    @Test("gives up on who stops in the middle of a message")
    func slow() throws {
        let (one, other) = try self.pair()
        try one.writeAll([2, 0, 0, 0, 0x7B])
        let link = HandoverLink(other)
        link.limitReceiving(to: .seconds(1))
        #expect(throws: HandoverLink.Failure.timedOut) { try link.receive() }
        try one.close()
    }
}
