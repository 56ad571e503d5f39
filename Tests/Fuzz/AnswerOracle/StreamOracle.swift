import NIOCore
import OpenAI
import OpenInference

/// What reads along while an answer passes: the events of a stream, and our name for the model in each.
struct StreamOracle {
    private static let maxEventBytes = 64
    private static let model = "our \"one\"\n"

    private let parser = JSONParser(maxDepth: 128)

    private struct Events: Equatable {
        var events: [[UInt8]] = []
        var isBetween = true
        var isDone = false
        var overlong = 0

        init(_ pieces: [[UInt8]]) {
            var reader = SSEReader(maxEventBytes: StreamOracle.maxEventBytes)
            for piece in pieces { reader.read(ByteBuffer(bytes: piece)) { self.take($0) } }
            self.isBetween = reader.isBetweenEvents
            reader.end { self.take($0) }
            self.isDone = reader.isDone
            self.overlong = reader.overlongEvents
        }

        private mutating func take(_ event: SSEEvent) {
            switch event {
            case .data(let bytes): self.events.append([0] + bytes)
            case .error(let bytes): self.events.append([1] + bytes)
            }
        }
    }

    func checkEvents(_ bytes: [UInt8]) -> [String] {
        let whole = Events([bytes])
        var wrong = Self.cuts(bytes).filter { Events($0) != whole }.map { "events in \($0.count) pieces" }
        if whole.events.contains(where: { $0.count > Self.maxEventBytes + 1 }) { wrong.append("a long event") }
        return wrong
    }

    func checkModel(_ bytes: [UInt8], isStream: Bool) -> [String] {
        let whole = Self.rewritten([bytes], isStream: isStream)
        var wrong = Self.cuts(bytes).filter { Self.rewritten($0, isStream: isStream) != whole }
            .map { "the name in \($0.count) pieces" }
        guard isStream else { return wrong + self.differences(bytes[...], whole[...]) }
        let lines = Self.lines(bytes)
        let others = Self.lines(whole)
        guard lines.count == others.count else { return wrong + ["number of lines"] }
        // The data of an event, on however many lines, is one object.
        var data = (old: [UInt8](), new: [UInt8]())
        for (line, other) in zip(lines, others) {
            if line.starts(with: "data:".utf8), other.starts(with: "data:".utf8) {
                data.old += line.dropFirst(5) + [0x0A]
                data.new += other.dropFirst(5) + [0x0A]
                continue
            }
            if line != other { wrong.append("a line that is no data") }
            guard line.isEmpty else { continue }
            wrong += self.differences(data.old[...], data.new[...])
            data = ([], [])
        }
        return wrong + self.differences(data.old[...], data.new[...])
    }

    static func cuts(_ bytes: [UInt8]) -> [[[UInt8]]] {
        let cut = bytes.count * Int(bytes.last ?? 0) / 256
        let threes = stride(from: 0, to: bytes.count, by: 3).map { Array(bytes[$0...].prefix(3)) }
        return [bytes.map { [$0] }, [Array(bytes[..<cut]), Array(bytes[cut...])], threes]
    }

    private static func rewritten(_ pieces: [[UInt8]], isStream: Bool) -> [UInt8] {
        var rewriter = AnswerModelRewriter(model: Self.model).begun(isStream: isStream)
        return pieces.flatMap { Array(rewriter.rewrite(ByteBuffer(bytes: $0)).readableBytesView) }
    }

    /// LF, CR and CRLF end a line.
    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for (index, byte) in bytes.enumerated() where byte == 0x0A || byte == 0x0D {
            if byte == 0x0A, index > 0, bytes[index - 1] == 0x0D {
                start = index + 1
                continue
            }
            lines.append(bytes[start..<index])
            start = index + 1
        }
        return lines + [bytes[start...]]
    }

    /// What differs between a JSON object and itself with our name, besides one `model`. What is no JSON may differ.
    private func differences(_ bytes: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> [String] {
        guard case .object(let old)? = JSONValue(Array(bytes), self.parser) else { return [] }
        guard case .object(let new)? = JSONValue(Array(other), self.parser), old.count == new.count else {
            return ["no JSON with our name"]
        }
        let ours = JSONValue.text(Array(Self.model.utf8))
        let isName = { (member: JSONValue.Member) in
            if case .text = member.value { member.key.elementsEqual("model".utf8) } else { false }
        }
        var expected = old
        // A key with escapes is another to the rewriter.
        if let index = old.firstIndex(where: isName), !bytes.contains(UInt8(ascii: "\\")) {
            expected[index].value = ours
        } else if let index = old.indices.first(where: { old[$0] != new[$0] }), isName(old[index]) {
            expected[index].value = ours
        }
        return expected == new ? [] : ["a member that is not model"]
    }
}
