import NIOCore
import NIOEmbedded
package import NIOHTTP1

/// What NIOHTTP1, and with it llhttp, makes of the bytes of one connection to whose server requests were sent before.
package struct PeerAnswers {
    package struct Answer {
        package var head: HTTPResponseHead
        package var body: [UInt8] = []
        package var isComplete = false
    }

    package private(set) var answers: [Answer] = []
    package private(set) var fault: String?

    /// - Parameters:
    ///   - asked: requests sent, one after the other.
    ///   - closes: the server closes behind the bytes.
    package init(_ bytes: [UInt8], asked: Int, answersHead: Bool, closes: Bool) {
        let channel = EmbeddedChannel(
            handler: ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes))
        )
        do {
            for _ in 0..<asked {
                let head = HTTPRequestHead(version: .http1_1, method: answersHead ? .HEAD : .GET, uri: "/")
                try channel.writeOutbound(HTTPClientRequestPart.head(head))
            }
            try channel.writeInbound(ByteBuffer(bytes: bytes))
            if closes {
                try channel.close().wait()
                try channel.throwIfErrorCaught()
            }
        } catch {
            self.fault = "\(error)"
        }
        while let part = try? channel.readInbound(as: HTTPClientResponsePart.self) {
            switch part {
            case .head(let head): self.answers.append(Answer(head: head))
            case .body(let bytes): self.answers[self.answers.count - 1].body += Array(bytes.readableBytesView)
            case .end: self.answers[self.answers.count - 1].isComplete = true
            }
        }
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }
}
