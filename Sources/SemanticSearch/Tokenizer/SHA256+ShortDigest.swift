import Crypto

extension SHA256 {
    /// 16 lower-case hexadecimal digits of the digest of these parts. When there are several, the caller keeps them apart.
    static func shortDigest(of parts: [[UInt8]]) -> String {
        var hash = SHA256()
        for part in parts {
            part.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        return self.hexadecimal(hash.finalize().prefix(8))
    }

    /// Two lower-case digits a byte.
    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
}
