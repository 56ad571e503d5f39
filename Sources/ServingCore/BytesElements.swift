/// Walks the elements of a `BYTES` tensor: a 4-byte little-endian length, then that many bytes. Never reads outside
/// the memory it was given.
package struct BytesElements {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// The memory must stay valid while this value is used.
    package init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// True when all memory belonged to complete elements.
    package var isAtEnd: Bool { self.position == self.bytes.count }

    /// Where the next element's content lies; nil at the end and where an element is cut short.
    package mutating func next() -> Range<Int>? {
        guard self.bytes.count - self.position >= 4 else { return nil }
        let stored = self.bytes.loadUnaligned(fromByteOffset: self.position, as: UInt32.self)
        let start = self.position + 4
        guard let length = Int(exactly: UInt32(littleEndian: stored)), length <= self.bytes.count - start else {
            return nil
        }
        self.position = start + length
        return start..<self.position
    }

    /// How many elements `bytes` holds; nil when they do not fill it exactly.
    package static func count(in bytes: TensorBytes) -> Int? {
        bytes.withUnsafeBytes { bytes in
            var elements = BytesElements(bytes)
            var count = 0
            while elements.next() != nil { count += 1 }
            return elements.isAtEnd ? count : nil
        }
    }
}
