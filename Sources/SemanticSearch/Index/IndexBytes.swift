/// Little-endian numbers into bytes.
struct IndexBytesWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { self.bytes += $0 }
    }

    mutating func write<Value>(_ start: UnsafePointer<Value>, count: Int) {
        self.bytes += UnsafeRawBufferPointer(UnsafeBufferPointer(start: start, count: count))
    }

    mutating func write(_ other: [UInt8]) { self.bytes += other }

    mutating func write(_ values: [UInt16]) { values.withUnsafeBytes { self.bytes += $0 } }
}

/// The way back; nil where the bytes end.
struct IndexBytesReader {
    let bytes: ArraySlice<UInt8>
    private(set) var place: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        self.place = bytes.startIndex
    }

    var remaining: Int { self.bytes.endIndex - self.place }

    mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count >= 0, count <= self.remaining else { return nil }
        defer { self.place += count }
        return self.bytes[self.place..<self.place + count]
    }

    mutating func read<Value: FixedWidthInteger>(_ type: Value.Type) -> Value? {
        self.take(Value.bitWidth / 8).map { bytes in
            bytes.reversed().reduce(into: 0) { $0 = $0 << 8 | Value(truncatingIfNeeded: $1) }
        }
    }

    /// False when there are not as many bytes.
    mutating func copy<Value>(to target: UnsafeMutablePointer<Value>, count: Int) -> Bool {
        guard let bytes = self.take(count * MemoryLayout<Value>.stride) else { return false }
        UnsafeMutableRawBufferPointer(start: target, count: bytes.count).copyBytes(from: bytes)
        return true
    }
}
