package import HTTP1
import NIOCore

/// What a `RequestReader` makes of the bytes of one connection.
package struct ReaderRun: Equatable {
    package struct Request: Equatable {
        package var head: RequestHead
        /// As it came; empty when it is too long.
        package var target: String
        /// Nil when the bytes end before it is complete.
        package var body: [UInt8]?
    }

    package private(set) var requests: [Request] = []
    package private(set) var fault: RequestFault?
    /// Bytes not consumed.
    package private(set) var rest: [UInt8] = []

    /// - Parameters:
    ///   - captures: headers whose values are kept, names in lower case.
    ///   - skips: the requests whose body is only read past.
    package init(
        _ pieces: [[UInt8]],
        limits: HTTPLimits = HTTPLimits(),
        captures: [String] = [],
        skips: (Int) -> Bool = { _ in false }
    ) {
        var reader = RequestReader(limits: limits)
        var input = ByteBuffer()
        do throws(RequestFault) {
            for piece in pieces {
                input.discardReadBytes()
                input.writeBytes(piece)
                try self.drain(&reader, &input, captures, skips)
            }
        } catch {
            self.fault = error
        }
        self.rest = Array(input.readableBytesView)
    }

    package init(_ text: String, limits: HTTPLimits = HTTPLimits()) {
        self.init([Array(text.utf8)], limits: limits)
    }

    private mutating func drain(
        _ reader: inout RequestReader,
        _ input: inout ByteBuffer,
        _ captures: [String],
        _ skips: (Int) -> Bool
    ) throws(RequestFault) {
        while true {
            var target = ""
            switch try reader.next(&input, captures: captures, target: { target = String(decoding: $0, as: UTF8.self) })
            {
            case .more: return
            case .head(let head):
                self.requests.append(Request(head: head, target: target))
                if skips(self.requests.count - 1) { reader.skipBody() }
            case .complete(let body):
                let last = self.requests.count - 1
                self.requests[last].body = Array(body.readableBytesView)
            }
        }
    }

    /// The one head read without a fault; nil when there was a fault or none is complete.
    package var head: RequestHead? {
        self.fault == nil && self.requests.count == 1 ? self.requests.first?.head : nil
    }
    package var refusal: HTTPStatus? { self.head?.refusal?.status }
    package var bodies: [String?] { self.requests.map { $0.body.map { String(decoding: $0, as: UTF8.self) } } }

    /// Which of two faults is found first may depend on how the bytes are cut, and so may what is left then.
    package var withoutReason: (requests: [Request], isFault: Bool, rest: [UInt8]) {
        (self.requests, self.fault != nil, self.fault == nil ? self.rest : [])
    }
}
