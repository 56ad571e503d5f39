/// Makes request targets out of the bytes of request lines. Clients ask for the same one again and again: the last one
/// is remembered.
struct TargetReader {
    private var bytes: [UInt8] = []
    private var target = RequestTarget.unknown

    /// `bytes` are visible ASCII.
    mutating func read(_ bytes: Slice<UnsafeRawBufferPointer>) -> RequestTarget {
        if bytes.elementsEqual(self.bytes) { return self.target }
        let target = RequestTarget(parsing: String(decoding: bytes, as: UTF8.self))
        if bytes.count <= 256 {
            self.bytes = Array(bytes)
            self.target = target
        }
        return target
    }
}
