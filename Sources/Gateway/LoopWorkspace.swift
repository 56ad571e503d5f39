import NIOCore
import OpenAI
import OpenInference
package import Routing

/// What all connections of one event loop share: routing, the decoder and scratch memory. Used on that loop only, by
/// one request at a time, so nothing here is allocated per request.
package final class LoopWorkspace {
    let routing: LoopRouting
    package let overload: LoopOverload
    let decoder = InferRequestDecoder()
    let openAI = OpenAIRequestReader()
    let predict = PredictRequestDecoder()
    package let connections = ConnectionRegistry()
    /// The body of the answer being made.
    var body: ByteBuffer
    /// The bytes of the answer being written; its storage is ours again as soon as the socket has taken them.
    var response: ByteBuffer

    package init(routing: LoopRouting, overload: LoopOverload = LoopOverload()) {
        self.routing = routing
        self.overload = overload
        self.body = ByteBufferAllocator().buffer(capacity: 4_096)
        self.response = ByteBufferAllocator().buffer(capacity: 4_096)
    }

    /// Gives back memory that one large answer made the scratch buffers grow to.
    func trim() {
        let limit = 1 << 20
        if self.body.capacity > limit { self.body = ByteBufferAllocator().buffer(capacity: 4_096) }
        if self.response.capacity > limit { self.response = ByteBufferAllocator().buffer(capacity: 4_096) }
    }
}
