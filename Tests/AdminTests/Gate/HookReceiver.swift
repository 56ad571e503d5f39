import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A server on a port of its own that answers each request with the next status it was given, or holds it.
final class HookReceiver: Sendable {
    struct Request: Sendable, Equatable {
        var line: String
        /// Names in lower case.
        var headers: [String: String]
        var body: [UInt8]
    }

    private struct State {
        /// 0 holds the request; when there is none left, the last counts on.
        var statuses: [Int]
        var requests: [Request] = []
        var held: [any Channel] = []
        var isReleased = false
    }

    private let state: Mutex<State>
    private let channel: Mutex<(any Channel)?> = Mutex(nil)

    /// - Parameter statuses: 0 holds a request until `release` closes its connection.
    init(_ statuses: [Int] = [200]) async throws {
        self.state = Mutex(State(statuses: statuses))
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(receiver: self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.channel.withLock { $0 = channel }
    }

    var url: String { "http://127.0.0.1:\(self.channel.withLock { $0?.localAddress?.port } ?? 0)/hook?token=x" }

    var requests: [Request] { self.state.withLock { $0.requests } }

    /// Closes what is held, and from now on everything that would be.
    func release() {
        let held = self.state.withLock { state in
            state.isReleased = true
            defer { state.held = [] }
            return state.held
        }
        for channel in held { channel.close(promise: nil) }
    }

    func stop() async throws {
        self.release()
        try await self.channel.withLock { $0.take() }?.close().get()
    }

    private func answer(_ request: Request, on channel: any Channel) {
        let (status, isClosed) = self.state.withLock { state in
            state.requests.append(request)
            let status = state.statuses.count > 1 ? state.statuses.removeFirst() : state.statuses[0]
            if status == 0, !state.isReleased { state.held.append(channel) }
            return (status, status == 0 && state.isReleased)
        }
        if isClosed { return channel.close(promise: nil) }
        guard status != 0 else { return }
        let answer = "HTTP/1.1 \(status) X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        channel.writeAndFlush(ByteBuffer(string: answer)).whenComplete { _ in channel.close(promise: nil) }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let receiver: HookReceiver
        private var received: [UInt8] = []

        init(receiver: HookReceiver) { self.receiver = receiver }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.received += self.unwrapInboundIn(data).readableBytesView
            guard let end = Data(self.received).range(of: Data("\r\n\r\n".utf8)) else { return }
            let lines = String(decoding: self.received[..<end.lowerBound], as: UTF8.self).components(
                separatedBy: "\r\n"
            )
            var headers: [String: String] = [:]
            for line in lines.dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
            }
            let body = Array(self.received[end.upperBound...])
            guard body.count == headers["content-length"].flatMap(Int.init) ?? 0 else { return }
            self.receiver.answer(Request(line: lines[0], headers: headers, body: body), on: context.channel)
        }
    }
}
