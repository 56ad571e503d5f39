import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import TestSupport

/// A server on a real socket that answers as the test says. Counts its connections and keeps the requests.
final class ScriptedServer: Sendable {
    struct Reply: Sendable {
        /// Each written and flushed on its own.
        var pieces: [String]
        var closes = false
        /// The connection ends beneath TLS, without a farewell.
        var cutsOff = false

        static let ok = Reply(pieces: ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
        static let silence = Reply(pieces: [])

        static func answer(_ body: String) -> Reply {
            Reply(pieces: ["HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"])
        }
    }

    struct Counts: Sendable {
        var opened = 0
        var open = 0
    }

    typealias Script = @Sendable (_ request: String) -> Reply

    let requests = Outcomes<String>()
    private let counted = Mutex(Counts())
    private let channel = Mutex<(any Channel)?>(nil)

    var counts: Counts { self.counted.withLock { $0 } }
    var port: Int { self.channel.withLock { $0?.localAddress?.port } ?? 0 }

    /// Listens on 127.0.0.1, or on a Unix socket when `path` is given.
    init(path: String? = nil, host: String = "127.0.0.1", isTLS: Bool = false, script: @escaping Script) throws {
        let context = isTLS ? try Self.tls() : nil
        let bootstrap = ServerBootstrap(group: TestThreads.twoLoops)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let socket = SocketEnd()
                    try channel.pipeline.syncOperations.addHandler(socket)
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    try channel.pipeline.syncOperations.addHandler(Answering(self, socket, script))
                }
            }
        let channel =
            if let path {
                try bootstrap.bind(unixDomainSocketPath: path).wait()
            } else {
                try bootstrap.bind(host: host, port: 0).wait()
            }
        self.channel.withLock { $0 = channel }
    }

    /// Listens no more; connections that are open stay.
    func stop() throws { try self.channel.withLock { $0 }?.close().wait() }

    private static func tls() throws -> NIOSSLContext {
        let certificate = try NIOSSLCertificate(bytes: Array(TestCertificates.server.utf8), format: .pem)
        let key = try NIOSSLPrivateKey(bytes: Array(TestCertificates.key.utf8), format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: [.certificate(certificate)],
                privateKey: .privateKey(key)
            )
        )
    }

    /// Nearest to the socket.
    private final class SocketEnd: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private var context: ChannelHandlerContext?

        func handlerAdded(context: ChannelHandlerContext) { self.context = context }

        func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

        func close() { self.context?.close(promise: nil) }
    }

    private final class Answering: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let server: ScriptedServer
        private let socket: SocketEnd
        private let script: Script
        private var text = ""

        init(_ server: ScriptedServer, _ socket: SocketEnd, _ script: @escaping Script) {
            self.server = server
            self.socket = socket
            self.script = script
        }

        func channelActive(context: ChannelHandlerContext) {
            self.server.counted.withLock {
                $0.opened += 1
                $0.open += 1
            }
        }

        func channelInactive(context: ChannelHandlerContext) { self.server.counted.withLock { $0.open -= 1 } }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.text += String(buffer: Self.unwrapInboundIn(data))
            while let request = self.request() {
                self.server.requests.deliver(request)
                let reply = self.script(request)
                for piece in reply.pieces {
                    context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: piece)), promise: nil)
                }
                if reply.cutsOff { self.socket.close() }
                if reply.closes { context.close(promise: nil) }
            }
        }

        /// The next whole request, taken off the text.
        private func request() -> String? {
            guard let end = self.text.firstRange(of: "\r\n\r\n") else { return nil }
            let head = self.text[..<end.upperBound]
            let field = head.firstRange(of: "content-length: ")
            let length = field.flatMap { Int(head[$0.upperBound...].prefix { $0.isNumber }) } ?? 0
            guard self.text[end.upperBound...].utf8.count >= length else { return nil }
            let last = self.text.utf8.index(end.upperBound, offsetBy: length)
            let request = String(self.text[..<last])
            self.text = String(self.text[last...])
            return request
        }
    }
}
