package import NIOCore

/// Puts our name and version of a model into answers of a server that calls them otherwise. Made once per remote
/// version.
package struct InferResponseRewriter: Sendable {
    /// An answer whose beginning has been replaced.
    package struct Rewritten: Sendable, Equatable {
        /// What to send in place of the bytes up to the last value that was replaced.
        package var head: ByteBuffer
        /// The rest of what was given, binary data included: a slice, not a copy.
        package var rest: ByteBuffer
        /// What `Content-Length` and `Inference-Header-Content-Length` grow by; may be negative.
        package var growth: Int
    }

    private let model: ByteBuffer
    private let version: ByteBuffer

    package init(model: String, version: String) {
        var text = ByteBuffer()
        text.writeJSONString(model)
        self.model = text
        text.clear()
        text.writeJSONString(version)
        self.version = text
    }

    /// `answer` with the values of `model_name` and, if it is there, `model_version` replaced, and no other byte
    /// changed. Nil also when it has our names already.
    ///
    /// Costs a scan up to the two keys, which most servers write first, and a copy of that part; an answer without
    /// `model_version` is scanned to its end, without a parse. Nil when that is not possible: the keys are missing,
    /// stand twice, or hold what is no name. The JSON behind them is not looked at.
    ///
    /// - Parameters:
    ///   - answer: the body, or its first bytes.
    ///   - jsonLength: the value of `Inference-Header-Content-Length`; nil when the whole body is JSON.
    ///   - isWhole: false while more is to come; then nil may also mean that the keys have not come yet.
    package func rewrite(_ answer: ByteBuffer, jsonLength: Int?, isWhole: Bool = true) -> Rewritten? {
        let length = min(jsonLength ?? answer.readableBytes, answer.readableBytes)
        guard length > 0, let places = self.places(answer, length, isWhole: isWhole) else { return nil }
        let replaced = places.sorted { $0.range.lowerBound < $1.range.lowerBound }
        var head = ByteBuffer()
        var from = 0
        var growth = 0
        for place in replaced {
            guard
                let kept = answer.getSlice(at: answer.readerIndex + from, length: place.range.lowerBound - from)
            else { return nil }
            head.writeImmutableBuffer(kept)
            head.writeImmutableBuffer(place.value)
            growth += place.value.readableBytes - place.range.count
            from = place.range.upperBound
        }
        let rest = answer.getSlice(at: answer.readerIndex + from, length: answer.readableBytes - from)
        return rest.map { Rewritten(head: head, rest: $0, growth: growth) }
    }

    /// What to replace, from the beginning of the answer.
    private func places(
        _ answer: ByteBuffer,
        _ length: Int,
        isWhole: Bool
    ) -> [(range: Range<Int>, value: ByteBuffer)]? {
        answer.withUnsafeReadableBytes { bytes in
            var scanner = JSONTopLevelScanner(UnsafeRawBufferPointer(rebasing: bytes[..<length]))
            var places: [(range: Range<Int>, value: ByteBuffer)] = []
            var hasModel = false
            var hasVersion = false
            while !(hasModel && hasVersion), let member = scanner.next() {
                let key = bytes[member.key]
                if key.elementsEqual("model_name".utf8) {
                    guard !hasModel, bytes[member.value.lowerBound] == UInt8(ascii: "\"") else { return nil }
                    hasModel = true
                    Self.note(member.value, self.model, bytes, &places)
                } else if key.elementsEqual("model_version".utf8) {
                    // KServe writes null where it has no version.
                    guard !hasVersion, !scanner.isContainer(member.value) else { return nil }
                    hasVersion = true
                    Self.note(member.value, self.version, bytes, &places)
                }
            }
            guard hasModel, hasVersion || isWhole && scanner.isAtEnd, !places.isEmpty else { return nil }
            return places
        }
    }

    private static func note(
        _ range: Range<Int>,
        _ value: ByteBuffer,
        _ bytes: UnsafeRawBufferPointer,
        _ places: inout [(range: Range<Int>, value: ByteBuffer)]
    ) {
        let isSame = value.withUnsafeReadableBytes { value in
            value.count == range.count && value.elementsEqual(bytes[range])
        }
        if !isSame { places.append((range, value)) }
    }
}
