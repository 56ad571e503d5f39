/// Immutable bytes of one tensor, kept alive by whoever owns the memory: a request body, our own allocation or a
/// value inside the inference runtime. Copying this copies a reference, never the bytes.
///
/// `@unchecked Sendable`: the bytes are written before the value is made and never after.
package struct TensorBytes: @unchecked Sendable {
    @usableFromInline let owner: AnyObject
    @usableFromInline let start: UnsafeRawPointer
    package let count: Int

    /// Wraps `count` bytes at `start` that stay valid and unchanged for as long as `owner` lives.
    package init(owner: AnyObject, start: UnsafeRawPointer, count: Int) {
        precondition(count >= 0)
        self.owner = owner
        self.start = start
        self.count = count
    }

    /// Allocates `count` bytes (16-byte aligned) in one allocation and lets `fill` write them. The memory is not
    /// zeroed: `fill` must write every byte.
    package init<Failure: Error>(
        count: Int,
        fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(count >= 0)
        let memory = OwnedMemory.create(minimumCapacity: max(1, (count + 15) / 16)) { _ in () }
        let start = memory.withUnsafeMutablePointerToElements { UnsafeMutableRawPointer($0) }
        try fill(UnsafeMutableRawBufferPointer(start: start, count: count))
        self.owner = memory
        self.start = UnsafeRawPointer(start)
        self.count = count
    }

    /// Copies `bytes` into memory of its own.
    package init(copying bytes: some Collection<UInt8>) {
        self.init(count: bytes.count) { target in target.copyBytes(from: bytes) }
    }

    /// A part of these bytes that shares their memory; `range` must lie inside `0..<count`.
    package subscript(range: Range<Int>) -> TensorBytes {
        precondition(range.lowerBound >= 0 && range.upperBound <= self.count)
        return TensorBytes(owner: self.owner, start: self.start + range.lowerBound, count: range.count)
    }

    @inlinable
    package func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        defer { withExtendedLifetime(self.owner) {} }
        return try body(UnsafeRawBufferPointer(start: self.start, count: self.count))
    }

    /// True if the first byte lies on a multiple of `alignment`.
    @inlinable
    package func isAligned(to alignment: Int) -> Bool {
        Int(bitPattern: self.start) % max(1, alignment) == 0
    }
}

/// Two words per element only to get a 16-byte aligned tail allocation.
private typealias OwnedMemory = ManagedBuffer<Void, (UInt64, UInt64)>
