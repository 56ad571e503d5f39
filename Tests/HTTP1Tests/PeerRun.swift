import NIOCore
import NIOEmbedded
import NIOHTTP1

/// What NIOHTTP1, and with it llhttp, makes of the bytes of one connection.
struct PeerRun {
    struct Request {
        var head: HTTPRequestHead
        /// Nil when the bytes end before it is complete.
        var body: [UInt8]?
    }

    private(set) var requests: [Request] = []
    private(set) var fault: String?

    init(_ bytes: [UInt8]) {
        let channel = EmbeddedChannel(
            handler: ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes))
        )
        do {
            try channel.writeInbound(ByteBuffer(bytes: bytes))
        } catch {
            self.fault = "\(error)"
        }
        var body: [UInt8] = []
        while let part = try? channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head(let head):
                self.requests.append(Request(head: head))
                body = []
            case .body(let bytes): body += Array(bytes.readableBytesView)
            case .end: self.requests[self.requests.count - 1].body = body
            }
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }
}
