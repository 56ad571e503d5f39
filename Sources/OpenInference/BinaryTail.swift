internal import NIOCore
internal import ServingCore

/// A body split into its JSON and the raw tensor bytes behind it, which tensors claim from front to back.
///
/// Holds the body's storage, so the pointers stay valid as long as this value lives.
struct BinaryTail {
    private let storage: AnyObject
    let bytes: UnsafeRawBufferPointer
    let limits: DecodeLimits
    private let role: TensorRole
    private let jsonLength: Int
    /// Bytes of the body claimed so far, JSON included.
    private var claimed: Int

    /// Nil if `jsonLength` lies outside the body.
    init?(of body: ByteBuffer, from jsonLength: Int, limits: DecodeLimits, role: TensorRole) {
        guard jsonLength >= 0, jsonLength <= body.readableBytes else { return nil }
        // The storage object is retained here; it does not move or change while anyone but `body` holds it.
        (self.bytes, self.storage) = body.withUnsafeReadableBytesWithStorageManagement { bytes, storage in
            (bytes, storage.takeUnretainedValue())
        }
        self.jsonLength = jsonLength
        self.claimed = jsonLength
        self.limits = limits
        self.role = role
    }

    var json: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self.bytes[..<self.jsonLength]) }

    var unclaimed: Int { self.bytes.count - self.claimed }

    /// Takes the next `size` bytes as the value of `spec` with `count` elements, and checks them.
    mutating func claim(_ size: Int, for spec: TensorSpec, count: Int) throws(InferenceError) -> TensorBytes {
        let part = try self.skip(size, of: spec.name)
        try self.check(part, spec: spec, count: count)
        return self.shared(part, alignment: spec.datatype.byteWidth ?? 1)
    }

    /// Takes the next `size` bytes for a tensor that nobody wants to see.
    @discardableResult
    mutating func skip(_ size: Int, of name: String) throws(InferenceError) -> UnsafeRawBufferPointer {
        guard size <= self.unclaimed else {
            throw self.role.invalid(
                name,
                "says binary_data_size \(size), but only \(self.unclaimed) bytes are left in the body"
            )
        }
        defer { self.claimed += size }
        return UnsafeRawBufferPointer(rebasing: self.bytes[self.claimed..<(self.claimed + size)])
    }

    /// `part` of the body without a copy if it is aligned, else a copy.
    private func shared(_ part: UnsafeRawBufferPointer, alignment: Int) -> TensorBytes {
        if let start = part.baseAddress, Int(bitPattern: start) % alignment == 0 {
            return TensorBytes(owner: self.storage, start: start, count: part.count)
        }
        return TensorBytes(count: part.count) { target in target.copyMemory(from: part) }
    }

    private func check(
        _ part: UnsafeRawBufferPointer,
        spec: TensorSpec,
        count: Int
    ) throws(InferenceError) {
        guard let width = spec.datatype.byteWidth else { return try self.checkElements(part, spec: spec, count: count) }
        let (size, overflow) = count.multipliedReportingOverflow(by: width)
        guard !overflow, part.count == size else {
            throw self.role.invalid(
                spec.name,
                "has \(part.count) bytes of binary data; \(count) elements of \(spec.datatype) need"
                    + " \(overflow ? "more than the body can hold" : "\(size)")"
            )
        }
        if spec.datatype == .bool, let wrong = part.firstIndex(where: { $0 > 1 }) {
            throw self.role.invalid(spec.name, "element \(wrong) is the byte \(part[wrong]); BOOL takes 0 or 1")
        }
    }

    /// Walks the length prefixes of a BYTES tensor.
    private func checkElements(
        _ part: UnsafeRawBufferPointer,
        spec: TensorSpec,
        count: Int
    ) throws(InferenceError) {
        var offset = 0
        for index in 0..<count {
            guard part.count - offset >= 4 else {
                throw self.role.invalid(
                    spec.name,
                    "has \(index) BYTES elements in its binary data; its shape needs \(count)"
                )
            }
            let length = Int(UInt32(littleEndian: part.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
            offset += 4
            guard length <= part.count - offset else {
                throw self.role.invalid(
                    spec.name,
                    "element \(index) says it is \(length) bytes long, but \(part.count - offset) are left"
                )
            }
            try self.limits.checkElement(length, index: index, of: spec, role: self.role)
            offset += length
        }
        guard offset == part.count else {
            throw self.role.invalid(
                spec.name,
                "has \(part.count - offset) bytes after its \(count) BYTES elements"
            )
        }
    }
}

extension DecodeLimits {
    func checkElement(
        _ length: Int,
        index: Int,
        of spec: TensorSpec,
        role: TensorRole
    ) throws(InferenceError) {
        guard length <= self.maxElementBytes else {
            throw InferenceError(
                role.tooLargeCode,
                "\(role.noun) \(quoted(spec.name)) element \(index) is \(length) bytes long; at most"
                    + " \(self.maxElementBytes) are accepted"
            )
        }
    }
}
