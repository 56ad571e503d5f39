import Crypto
package import ServingCore

/// HMAC-SHA256 under the gateway's own key: equal content can be told, and nobody without the key can try out guesses.
package struct KeyedHash: Sendable {
    /// Bytes kept of a hash that is neither short nor a number.
    static let length = 16

    /// With the key taken in; each hash goes on from a copy.
    private let keyed: HMAC<SHA256>

    /// - Parameter key: 32 random bytes that stay the same for as long as hashes are to be compared.
    package init(key: [UInt8]) {
        self.keyed = HMAC<SHA256>(key: SymmetricKey(data: key))
    }

    /// `#` and eight hex digits. Enough to tell a few thousand texts apart, not to prove that two are the same.
    func short(_ text: String) -> String {
        var hash = self.keyed
        hash.update(data: [Domain.text])
        var text = text
        text.withUTF8 { hash.update(data: UnsafeRawBufferPointer($0)) }
        let digits = Array("0123456789abcdef".utf8)
        var short = [UInt8(ascii: "#")]
        for byte in hash.finalize().prefix(4) { short += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
        return String(decoding: short, as: UTF8.self)
    }

    /// Over datatype, shape and content.
    func hash(_ tensor: Tensor) -> [UInt8] {
        var hash = self.keyed
        hash.update(data: [Domain.tensor, tensor.datatype.rawValue, UInt8(truncatingIfNeeded: tensor.shape.count)])
        for dimension in tensor.shape {
            withUnsafeBytes(of: dimension.littleEndian) { hash.update(data: $0) }
        }
        tensor.bytes.withUnsafeBytes { hash.update(data: $0) }
        return Array(hash.finalize().prefix(Self.length))
    }

    /// Of anything else.
    func hash(_ content: [UInt8]) -> [UInt8] {
        var hash = self.keyed
        hash.update(data: [Domain.content])
        hash.update(data: content)
        return Array(hash.finalize().prefix(Self.length))
    }

    /// What a stored pair is found by when somebody comes back with the id its client gave: `CapturedPair.requestHash`.
    /// Of an id 120 bytes count, because ids out of headers are cut a little after that.
    package func request(_ id: String, model: String) -> Int64 {
        self.number(Domain.request, Array(model.utf8) + [0] + Array(id.utf8.prefix(120)))
    }

    /// Of what was told about a pair: `PairFeedback.told`. The same of another pair has another hash.
    package func truth(_ truth: Feedback.Truth, of pair: Int64) -> Int64 {
        let pair = Self.bytes(pair)
        return switch truth {
        case .label(let label): self.number(Domain.label, pair + Array(label.utf8))
        case .scores(let live, let candidate):
            self.number(Domain.scores, [live, candidate].reduce(pair) { $0 + Self.bytes($1 == 0 ? 0 : $1.bitPattern) })
        }
    }

    private func number(_ domain: UInt8, _ content: [UInt8]) -> Int64 {
        var hash = self.keyed
        hash.update(data: [domain])
        hash.update(data: content)
        return Int64(bitPattern: hash.finalize().prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    private static func bytes(_ integer: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: integer.littleEndian) { Array($0) }
    }

    private enum Domain {
        static let text: UInt8 = 0
        static let tensor: UInt8 = 1
        static let content: UInt8 = 2
        static let request: UInt8 = 3
        static let label: UInt8 = 4
        static let scores: UInt8 = 5
    }
}
