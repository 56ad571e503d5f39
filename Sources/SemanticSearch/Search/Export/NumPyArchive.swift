#if !_endian(little)
    #error("numbers are written as they lie in memory, and the file says that they are little-endian")
#endif

/// Several arrays in one `.npz` file, as `numpy.load` reads it without `allow_pickle`: a ZIP file without compression,
/// each member an `.npy` file. Written in a stream: what `take` returns goes to the reader, so no more than what lies
/// between two calls is held. The same arrays give the same bytes.
package struct NumPyArchive: Sendable {
    /// What ZIP files without 64-bit sizes hold.
    package static let mostBytes = Int(UInt32.max) - 1
    package static let mostArrays = Int(UInt16.max) - 1

    private var bytes: [UInt8] = []
    /// Bytes that were taken.
    private var taken = 0
    private var written: [NumPyArray] = []
    private var open: NumPyArray?
    private var isFinished = false

    package init() {}

    /// What was written since the last call; the file is these parts one after the other.
    package mutating func take() -> [UInt8] {
        defer { self.bytes = [] }
        self.taken += self.bytes.count
        return self.bytes
    }

    /// Begins an array, whose elements follow row by row.
    ///
    /// - Parameter name: of letters, digits, underscores and hyphens; each once.
    package mutating func begin(
        _ name: String,
        _ element: NumPyElement,
        shape: [Int]
    ) throws(NumPyArchiveError) {
        guard !self.isFinished else { throw NumPyArchiveError("the archive is finished") }
        if let open = self.open {
            throw NumPyArchiveError("`\(open.name)` lacks \(open.remaining) elements")
        }
        guard Self.isName(name), !self.written.contains(where: { $0.name == name }) else {
            throw NumPyArchiveError("`\(name)` is no name of a new array")
        }
        let room = Self.mostBytes - self.size - self.directorySize(with: name)
        guard let header = NumPyArray.header(element, shape: shape),
            let (count, bytes) = NumPyArray.byteCount(element, shape: shape, limit: room - header.count),
            self.written.count < Self.mostArrays
        else {
            throw NumPyArchiveError(
                "`\(name)` of shape \(shape) does not fit: an archive has at most 4 GiB; export fewer pairs at a time"
            )
        }
        var array = NumPyArray(
            name: name,
            element: element,
            remaining: count,
            byteCount: header.count + bytes,
            offset: self.size
        )
        self.bytes += ZipRecord.local(name + ".npy")
        header.withUnsafeBytes { array.checksum.add($0) }
        self.bytes += header
        self.open = array
        if count == 0 { self.close() }
    }

    package mutating func append(_ values: [Int64]) throws(NumPyArchiveError) {
        try self.append(values, of: .int64)
    }

    /// Any value, NaN and infinity too.
    package mutating func append(_ values: [Double]) throws(NumPyArchiveError) {
        try self.append(values, of: .float64)
    }

    /// Any value, NaN and infinity too.
    package mutating func append(_ values: [Float]) throws(NumPyArchiveError) {
        try self.append(values, of: .float32)
    }

    package mutating func append(_ texts: [String]) throws(NumPyArchiveError) {
        guard case .text(let scalars)? = self.open?.element else {
            throw NumPyArchiveError("texts are appended to no array of texts")
        }
        var values: [UInt32] = []
        for text in texts {
            let end = values.count + scalars
            values += text.unicodeScalars.prefix(scalars).map(\.value)
            values += repeatElement(0, count: end - values.count)
        }
        try self.append(values, elements: texts.count)
    }

    /// Writes what readers find the arrays by; nothing can be added any more.
    package mutating func finish() throws(NumPyArchiveError) {
        guard !self.isFinished else { return }
        if let open = self.open { throw NumPyArchiveError("`\(open.name)` lacks \(open.remaining) elements") }
        let start = self.size
        for array in self.written {
            self.bytes += ZipRecord.central(
                array.name + ".npy",
                checksum: array.checksum.value,
                byteCount: array.byteCount,
                offset: array.offset
            )
        }
        self.bytes += ZipRecord.end(members: self.written.count, start: start, byteCount: self.size - start)
        self.isFinished = true
    }

    /// Bytes of the file so far.
    private var size: Int { self.taken + self.bytes.count }

    /// What one more array and the end of the file take beside the array's `.npy` file.
    private func directorySize(with name: String) -> Int {
        let names = self.written.reduce(name.utf8.count) { $0 + $1.name.utf8.count }
        return ZipRecord.localSize + name.utf8.count + 4 + ZipRecord.descriptorSize
            + names + (self.written.count + 1) * (ZipRecord.centralSize + 4) + ZipRecord.endSize
    }

    private static func isName(_ name: String) -> Bool {
        (1...255).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                let isDigit = byte &- 0x30 < 10
                return isDigit || (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            }
    }

    private mutating func append<Value: BitwiseCopyable>(
        _ values: [Value],
        of element: NumPyElement
    ) throws(NumPyArchiveError) {
        guard self.open?.element == element else {
            throw NumPyArchiveError("\(element.descriptor) values are appended to no array of such")
        }
        try self.append(values, elements: values.count)
    }

    private mutating func append<Value: BitwiseCopyable>(_ values: [Value], elements: Int) throws(NumPyArchiveError) {
        guard var array = self.open, elements <= array.remaining else {
            throw NumPyArchiveError("more elements than the array's shape has room for")
        }
        values.withUnsafeBytes { bytes in
            array.checksum.add(bytes)
            self.bytes += bytes
        }
        array.remaining -= elements
        self.open = array
        if array.remaining == 0 { self.close() }
    }

    private mutating func close() {
        guard let array = self.open else { return }
        self.bytes += ZipRecord.descriptor(checksum: array.checksum.value, byteCount: array.byteCount)
        self.written.append(array)
        self.open = nil
    }
}

/// Why an array cannot be written as told; `description` is one sentence.
package struct NumPyArchiveError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
