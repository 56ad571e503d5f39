/// A bounded walk over the protobuf form of a model that enters just the messages in which weights and subgraphs can
/// be. One pass, a stack of at most `maximumDepth` entries, no position outside the buffer whatever the lengths say.
struct OnnxModelWalk {
    enum Outcome: Equatable {
        case sound
        case notOnnx
        case truncated(offset: Int, missing: Int)
        case damaged(offset: Int)
        case tooDeep
        case externalData
    }

    /// The messages of onnx.proto that matter here.
    private enum Message {
        case model, graph, node, attribute, tensor, sparseTensor, function, trainingInfo
    }

    /// What a field means to the walk.
    private enum Meaning {
        case child(Message)
        case externalData
        case dataLocation
        case graph
        case operatorDomain
        case functionDomain
        case other
    }

    private struct Frame {
        let message: Message
        let end: Int
    }

    /// Protobuf parsers stop at 100, so nothing deeper would load anyway.
    static let maximumDepth = 100

    private(set) var hasGraph = false

    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var stack: [Frame] = []
    private var operatorDomains: Set<String> = []
    private var functionDomains: Set<String> = []

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// An operator domain that neither the runtime nor a function of the model provides; meaningful after `run`.
    var unknownDomain: String? { self.operatorDomains.subtracting(self.functionDomains).min() }

    mutating func run() -> Outcome {
        self.stack = [Frame(message: .model, end: self.bytes.count)]
        while let frame = self.stack.last {
            if self.position == frame.end {
                self.stack.removeLast()
            } else if let outcome = self.step(in: frame) {
                return outcome
            }
        }
        return .sound
    }

    /// Reads one field; nil to go on.
    private mutating func step(in frame: Frame) -> Outcome? {
        let start = self.position
        guard let tag = self.varint(before: frame.end), tag <= UInt64(UInt32.max), tag >> 3 != 0 else {
            return self.malformed(at: start, in: frame)
        }
        let meaning = Self.meaning(of: Int(tag >> 3), in: frame.message)
        switch tag & 7 {
        case 0:
            guard let value = self.varint(before: frame.end) else { return self.malformed(at: start, in: frame) }
            if case .dataLocation = meaning, value != 0 { return .externalData }
            return nil
        case 1: return self.skip(8, from: start, in: frame)
        case 5: return self.skip(4, from: start, in: frame)
        case 2:
            guard let size = self.varint(before: frame.end).flatMap({ Int(exactly: $0) }) else {
                return self.malformed(at: start, in: frame)
            }
            let available = frame.end - self.position
            guard size <= available else { return self.overrun(at: start, missing: size - available, in: frame) }
            return self.enter(meaning, size: size)
        default:
            // Groups are not part of onnx.proto, and what a parser would make of them is not followed here.
            return self.looksLikeModel(at: start) ? .damaged(offset: start) : .notOnnx
        }
    }

    private mutating func enter(_ meaning: Meaning, size: Int) -> Outcome? {
        let end = self.position + size
        switch meaning {
        case .externalData: return .externalData
        case .child(let message): return self.push(message, end: end)
        case .graph:
            self.hasGraph = true
            return self.push(.graph, end: end)
        case .operatorDomain: self.note(self.position..<end, in: \.operatorDomains)
        case .functionDomain: self.note(self.position..<end, in: \.functionDomains)
        case .dataLocation, .other: break
        }
        self.position = end
        return nil
    }

    private mutating func push(_ message: Message, end: Int) -> Outcome? {
        guard self.stack.count < Self.maximumDepth else { return .tooDeep }
        self.stack.append(Frame(message: message, end: end))
        return nil
    }

    private mutating func skip(_ size: Int, from start: Int, in frame: Frame) -> Outcome? {
        let available = frame.end - self.position
        guard size <= available else { return self.overrun(at: start, missing: size - available, in: frame) }
        self.position += size
        return nil
    }

    /// A length that points past the end: at the outermost level the file is short, deeper it contradicts itself.
    private func overrun(at start: Int, missing: Int, in frame: Frame) -> Outcome {
        guard self.looksLikeModel(at: start) else { return .notOnnx }
        return frame.message == .model ? .truncated(offset: start, missing: missing) : .damaged(offset: start)
    }

    private func malformed(at start: Int, in frame: Frame) -> Outcome {
        guard self.looksLikeModel(at: start) else { return .notOnnx }
        // A field's head that the end of the file cuts off.
        let isCutOff = frame.message == .model && self.position == frame.end
        return isCutOff ? .truncated(offset: start, missing: 1) : .damaged(offset: start)
    }

    /// Every exporter writes the format's version first: field 1, one byte.
    private func looksLikeModel(at offset: Int) -> Bool {
        offset >= 2 && self.bytes.count > 2 && self.bytes[0] == 0x08 && (1...100).contains(self.bytes[1])
    }

    /// At most ten bytes, as protobuf writes them; nil when it does not end before `end`.
    private mutating func varint(before end: Int) -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while self.position < end, shift < 70 {
            let byte = self.bytes[self.position]
            self.position += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    private mutating func note(_ range: Range<Int>, in domains: WritableKeyPath<Self, Set<String>>) {
        let domain = self.bytes[range]
        guard !Self.bundledDomains.contains(where: { $0.utf8.elementsEqual(domain) }) else { return }
        self[keyPath: domains].insert(String(decoding: domain, as: UTF8.self))
    }

    private static let bundledDomains = [
        "", "ai.onnx", "ai.onnx.ml", "ai.onnx.preview", "ai.onnx.preview.training", "ai.onnx.training",
        "com.microsoft", "com.microsoft.experimental", "com.microsoft.nchwc", "com.ms.internal.nhwc",
    ]

    /// Field numbers of onnx.proto (IR version 13).
    private static func meaning(of field: Int, in message: Message) -> Meaning {
        switch (message, field) {
        case (.model, 7): .graph
        case (.model, 20): .child(.trainingInfo)
        case (.model, 25): .child(.function)
        case (.trainingInfo, 1), (.trainingInfo, 2): .child(.graph)
        case (.function, 7), (.graph, 1): .child(.node)
        case (.function, 11): .child(.attribute)
        case (.function, 10): .functionDomain
        case (.graph, 5): .child(.tensor)
        case (.graph, 15): .child(.sparseTensor)
        case (.node, 5): .child(.attribute)
        case (.node, 7): .operatorDomain
        case (.attribute, 5), (.attribute, 10): .child(.tensor)
        case (.attribute, 6), (.attribute, 11): .child(.graph)
        case (.attribute, 22), (.attribute, 23): .child(.sparseTensor)
        case (.sparseTensor, 1), (.sparseTensor, 2): .child(.tensor)
        case (.tensor, 13): .externalData
        case (.tensor, 14): .dataLocation
        default: .other
        }
    }
}
