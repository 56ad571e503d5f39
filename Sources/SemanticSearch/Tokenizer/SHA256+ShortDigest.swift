import Crypto

extension SHA256 {
    /// 16 lower-case hexadecimal digits of the digest of these parts. When there are several, the caller keeps them apart.
    static func shortDigest(of parts: [[UInt8]]) -> String {
        var hash = SHA256()
        for part in parts {
            part.withUnsafeBytes { hash.update(bufferPointer: $0) }
        }
        return hash.finalize().prefix(8).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }
}
