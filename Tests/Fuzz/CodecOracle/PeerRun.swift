import NIOCore
import NIOEmbedded
package import NIOHTTP1

/// What NIOHTTP1, and with it llhttp, makes of the bytes of one connection.
package struct PeerRun {
    package struct Request {
        package var head: HTTPRequestHead
        /// Nil when the bytes end before it is complete.
        package var body: [UInt8]?
    }

    package private(set) var requests: [Request] = []
    package private(set) var fault: String?

    package init(_ bytes: [UInt8]) {
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
