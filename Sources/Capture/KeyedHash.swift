import Crypto
import ServingCore

/// HMAC-SHA256 under the gateway's own key: equal content can be told, and nobody without the key can try out guesses.
struct KeyedHash: Sendable {
    /// Bytes kept of a hash that is not short.
    static let length = 16

    /// With the key taken in; each hash goes on from a copy.
    private let keyed: HMAC<SHA256>

    init(key: [UInt8]) {
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

    private enum Domain {
        static let text: UInt8 = 0
        static let tensor: UInt8 = 1
        static let content: UInt8 = 2
    }
}
