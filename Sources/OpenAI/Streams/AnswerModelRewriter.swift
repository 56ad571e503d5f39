package import NIOCore
import OpenInference

/// Puts our name for the model into an answer as it comes, cut anywhere: one JSON object, or a stream of events that each
/// hold one, on one `data:` line or several. Replaces the text behind `model` on the top level and leaves every other byte
/// as it is; holds nothing back. What is no JSON object passes unchanged.
package struct AnswerModelRewriter: Sendable {
    private enum Place {
        /// So many bytes of `data:` have come of a line.
        case lineStart(Int)
        /// In a line of another kind.
        case otherLine
        /// Nothing more is replaced of the object.
        case passing
        /// In front of the object.
        case before
        /// On the top level of the object, where a key may begin.
        case between
        /// In a key that may be `model` as long as so many bytes of it have come; nil: it is another.
        case key(Int?, escaped: Bool)
        case behindKey(isModel: Bool)
        case beforeValue(isModel: Bool)
        case value
        case text(escaped: Bool)
        /// In the name that is replaced.
        case name(escaped: Bool)
    }

    private static let prefix = Array("data:".utf8)
    private static let model = Array("model".utf8)

    private let rendered: ByteBuffer
    private var isStream = false
    private var place = Place.before
    /// Where the next line of the same event goes on.
    private var continued = Place.before
    private var isBehindReturn = false
    /// Objects and lists that are open around this place.
    private var depth = 0

    /// - Parameter model: as clients know it.
    package init(model: String) {
        var rendered = ByteBuffer()
        rendered.writeJSONString(model)
        self.rendered = rendered
    }

    /// The same at the beginning of an answer.
    package func begun(isStream: Bool) -> AnswerModelRewriter {
        var rewriter = self
        rewriter.isStream = isStream
        rewriter.place = isStream ? .lineStart(0) : .before
        return rewriter
    }

    /// What to send in place of the bytes that follow those of the last call: possibly none, often the same without a copy.
    package mutating func rewrite(_ piece: ByteBuffer) -> ByteBuffer {
        // A name stands behind each of these.
        var kept: [Range<Int>] = []
        var from: Int? = if case .name = self.place { nil } else { 0 }
        piece.withUnsafeReadableBytes { bytes in
            var index = 0
            while index < bytes.count {
                let wasName = self.isInName
                if let next = self.pass(bytes, from: index) {
                    index = next
                    continue
                }
                self.take(bytes[index])
                if self.isInName, !wasName {
                    kept.append((from ?? index)..<index)
                    from = nil
                } else if wasName, !self.isInName {
                    from = self.isLineEnd(bytes[index]) ? index : index + 1
                }
                index += 1
            }
        }
        if kept.isEmpty, from == 0 { return piece }
        return self.join(kept, rest: from, of: piece)
    }

    private func join(_ kept: [Range<Int>], rest: Int?, of piece: ByteBuffer) -> ByteBuffer {
        var out = ByteBuffer()
        out.reserveCapacity(piece.readableBytes + kept.count * self.rendered.readableBytes)
        let write = { (range: Range<Int>) in
            if let slice = piece.getSlice(at: piece.readerIndex + range.lowerBound, length: range.count) {
                out.writeImmutableBuffer(slice)
            }
        }
        for range in kept {
            write(range)
            out.writeImmutableBuffer(self.rendered)
        }
        if let rest { write(rest..<piece.readableBytes) }
        return out
    }

    private var isInName: Bool {
        if case .name = self.place { true } else { false }
    }

    /// Goes over what cannot change anything in one step; nil when the byte at `index` may.
    private func pass(_ bytes: UnsafeRawBufferPointer, from index: Int) -> Int? {
        let rest = bytes[index...]
        let end: Int?
        switch self.place {
        case .passing where !self.isStream: return bytes.count
        case .passing, .otherLine: end = rest.firstIndex(where: self.isLineEnd)
        case .text(escaped: false): end = rest.firstIndex { $0 == 0x22 || $0 == 0x5C || self.isLineEnd($0) }
        // Below the top level, numbers are all there is between these.
        case .value where self.depth > 1:
            end = rest.firstIndex { $0 == 0x22 || $0 | 0x20 == 0x7B || $0 | 0x20 == 0x7D || self.isLineEnd($0) }
        default: return nil
        }
        let next = end ?? bytes.endIndex
        return next > index ? next : nil
    }

    private func isLineEnd(_ byte: UInt8) -> Bool { self.isStream && (byte == 0x0A || byte == 0x0D) }

    private mutating func take(_ byte: UInt8) {
        if self.isLineEnd(byte) {
            // A line feed behind a carriage return ends no other line.
            if byte == 0x0D || !self.isBehindReturn { self.endLine() }
            self.isBehindReturn = byte == 0x0D
            return
        }
        self.isBehindReturn = false
        switch self.place {
        case .lineStart(let seen):
            if byte != Self.prefix[seen] {
                self.place = .otherLine
            } else {
                self.place = seen + 1 < Self.prefix.count ? .lineStart(seen + 1) : self.continued
            }
        case .passing, .otherLine: break
        case .before: self.expect(byte, UInt8(ascii: "{"), then: .between)
        case .between: self.expect(byte, UInt8(ascii: "\""), then: .key(0, escaped: false))
        case .key(let seen, let escaped): self.takeKey(byte, seen, escaped)
        case .behindKey(let isModel): self.expect(byte, UInt8(ascii: ":"), then: .beforeValue(isModel: isModel))
        case .beforeValue(let isModel): self.beginValue(byte, isModel)
        case .value: self.takeValue(byte)
        case .text(let escaped):
            self.place = Self.isEnd(byte, escaped) ? .value : .text(escaped: Self.escapes(byte, escaped))
        case .name(let escaped):
            self.place = Self.isEnd(byte, escaped) ? .passing : .name(escaped: Self.escapes(byte, escaped))
        }
    }

    private mutating func endLine() {
        switch self.place {
        // An empty one ends the event.
        case .lineStart(0): self.continued = .before
        case .lineStart, .otherLine: break
        // To JSON it is white space,
        case .before, .between, .behindKey, .beforeValue, .value, .passing: self.continued = self.place
        // which no text may hold.
        case .key, .text, .name: self.continued = .passing
        }
        self.place = .lineStart(0)
    }

    /// One byte and no other, behind white space.
    private mutating func expect(_ byte: UInt8, _ wanted: UInt8, then next: Place) {
        guard !Self.isSpace(byte) else { return }
        if case .before = self.place { self.depth = 1 }
        self.place = byte == wanted ? next : .passing
    }

    private mutating func takeKey(_ byte: UInt8, _ seen: Int?, _ escaped: Bool) {
        if Self.isEnd(byte, escaped) {
            self.place = .behindKey(isModel: seen == Self.model.count)
        } else if let seen, seen < Self.model.count, byte == Self.model[seen] {
            self.place = .key(seen + 1, escaped: false)
        } else {
            self.place = .key(nil, escaped: Self.escapes(byte, escaped))
        }
    }

    private mutating func beginValue(_ byte: UInt8, _ isModel: Bool) {
        guard !Self.isSpace(byte) else { return }
        if isModel, byte == UInt8(ascii: "\"") {
            self.place = .name(escaped: false)
        } else {
            self.place = .value
            self.takeValue(byte)
        }
    }

    private mutating func takeValue(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): self.place = .text(escaped: false)
        case UInt8(ascii: "{"), UInt8(ascii: "["): self.depth &+= 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            self.depth &-= 1
            if self.depth <= 0 { self.place = .passing }
        case UInt8(ascii: ",") where self.depth == 1: self.place = .between
        default: break
        }
    }

    private static func isEnd(_ byte: UInt8, _ escaped: Bool) -> Bool { byte == UInt8(ascii: "\"") && !escaped }

    private static func escapes(_ byte: UInt8, _ escaped: Bool) -> Bool { byte == UInt8(ascii: "\\") && !escaped }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
}
