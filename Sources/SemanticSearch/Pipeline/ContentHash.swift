import Crypto

/// What stands for a content, the same after a restart. Nobody who does not know the seed can make two contents of which
/// the second would be taken for the first.
struct ContentHash: Sendable {
    let seed: UInt64

    func of(_ text: String) -> UInt64 {
        var text = text
        return text.withUTF8 { self.of(UnsafeRawBufferPointer($0)) }
    }

    func of(_ numbers: [Float]) -> UInt64 { numbers.withUnsafeBytes { self.of($0) } }

    private func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = SHA256()
        withUnsafeBytes(of: self.seed.littleEndian) { hash.update(bufferPointer: $0) }
        hash.update(bufferPointer: bytes)
        return hash.finalize().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
