package import NIOCore
internal import OpenInference

/// Puts a backend's name for the model into requests. The name is rendered once, so one value serves all requests of a
/// slot.
package struct ModelRewriter: Sendable {
    private let rendered: ByteBuffer

    package init(model: String) {
        var rendered = ByteBuffer()
        rendered.writeJSONString(model)
        self.rendered = rendered
    }

    /// `body` with the value of `model` replaced and everything else byte for byte; costs a copy of the body, or
    /// nothing when the name is the same.
    ///
    /// - Parameter request: what was read from this `body`.
    package func rewrite(_ body: ByteBuffer, of request: OpenAIRequest) -> ByteBuffer {
        let value = request.modelValue
        let start = body.readerIndex + value.lowerBound
        guard let before = body.getSlice(at: body.readerIndex, length: value.lowerBound),
            let old = body.getSlice(at: start, length: value.count),
            let after = body.getSlice(at: start + value.count, length: body.readableBytes - value.upperBound),
            old != self.rendered
        else { return body }
        var rewritten = ByteBuffer()
        rewritten.reserveCapacity(before.readableBytes + self.rendered.readableBytes + after.readableBytes)
        rewritten.writeImmutableBuffer(before)
        rewritten.writeImmutableBuffer(self.rendered)
        rewritten.writeImmutableBuffer(after)
        return rewritten
    }
}
