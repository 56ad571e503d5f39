import Capture
import Comparison
import ServingCore

/// What there is to compare in a request or an answer. An answer can have both: a text and numbers.
struct Content: Sendable, Equatable {
    /// All texts, one a line, at most `textLimit` bytes; nil when there is none, or only white space.
    var text: String?
    /// All numbers one after the other, at most `numberLimit`; empty when there are none, or one is no finite number.
    var numbers: [Float] = []

    static let textLimit = 16 << 10
    static let numberLimit = 1 << 16

    init(text: String? = nil, numbers: [Float] = []) {
        self.text = text
        self.numbers = numbers
    }

    init(_ tensors: [KeptTensor]) {
        var bytes: [UInt8] = []
        for tensor in tensors.compactMap(\.tensor) {
            if tensor.datatype == .bytes {
                Self.append(tensor, to: &bytes)
            } else {
                Self.append(tensor, to: &self.numbers)
            }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if text.contains(where: { !$0.isWhitespace }) { self.text = text }
        if !self.numbers.allSatisfy(\.isFinite) { self.numbers = [] }
    }

    private static func append(_ tensor: Tensor, to text: inout [UInt8]) {
        tensor.bytes.withUnsafeBytes { bytes in
            var elements = BytesElements(bytes)
            while text.count < Self.textLimit, let element = elements.next() {
                if !text.isEmpty { text.append(UInt8(ascii: "\n")) }
                text += bytes[element].prefix(Self.textLimit - text.count)
            }
        }
    }

    private static func append(_ tensor: Tensor, to numbers: inout [Float]) {
        guard let values = TensorValues(tensor) else { return }
        var row: [Double] = []
        values.read(0..<min(values.count, Self.numberLimit - numbers.count), into: &row)
        numbers += row.map { Float($0) }
    }
}

/// What there is to compare in a pair.
struct PairContents: Sendable, Equatable {
    var request: Content
    var live: Content
    var candidate: Content

    /// Nothing of a pair of which only hashes were kept.
    init(_ body: PairBody) {
        self.request = Content(body.inputs)
        self.live = Content(body.live)
        self.candidate = Content(body.candidate)
    }
}
