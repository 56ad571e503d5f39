/// Bytes in a file that says what they are and shows any damage: a header with the mark of what they belong to, then
/// blocks, each with its CRC-32C and that of its number. Damage of up to 32 bits in a row in a block is always found.
enum SealedFile {
    private static let magic = Array("tealvec1".utf8)
    private static let block = 64 << 10
    static let longestMark = 4_096

    enum Kind: UInt32 {
        case manifest = 1
        case rows = 2
        case cells = 3
    }

    /// What a file is for. All of it has to be the same when it is read.
    struct Label {
        var kind: Kind
        var mark: String
        var dimension: Int
        /// Of the file's name: a file under another's name is not taken.
        var number: UInt64
    }

    static func seal(_ payload: [UInt8], _ label: Label) -> [UInt8] {
        var writer = IndexBytesWriter()
        writer.write(self.header(label, payload.count))
        writer.write(self.crc(writer.bytes[...], number: 0))
        for (number, start) in stride(from: 0, to: payload.count, by: self.block).enumerated() {
            let bytes = payload[start..<min(start + self.block, payload.count)]
            writer.write(self.crc(bytes, number: UInt32(number)))
            writer.write(Array(bytes))
        }
        return writer.bytes
    }

    private static func header(_ label: Label, _ length: Int) -> [UInt8] {
        var writer = IndexBytesWriter()
        writer.write(self.magic)
        writer.write(label.kind.rawValue)
        // A dimension that does not fit is of an index that stores nothing, and of which nothing is read.
        writer.write(UInt32(truncatingIfNeeded: label.dimension))
        writer.write(label.number)
        writer.write(UInt64(length))
        writer.write(UInt32(label.mark.utf8.count))
        writer.write(Array(label.mark.utf8))
        return writer.bytes
    }

    /// The payload, or what is wrong with the file.
    static func open(_ bytes: [UInt8], _ label: Label) -> Result<[UInt8], SealedFileDamage> {
        var reader = IndexBytesReader(bytes[...])
        let fixed = self.magic.count + 28
        guard bytes.count >= fixed + 4 else { return .failure(.truncated) }
        guard bytes.starts(with: self.magic) else { return .failure(.notOurs) }
        let lengths = bytes[fixed - 12..<fixed]
        var lengthReader = IndexBytesReader(lengths)
        guard let length = lengthReader.read(UInt64.self), let mark = lengthReader.read(UInt32.self),
            let payload = Int(exactly: length), mark <= Self.longestMark
        else { return .failure(.damaged("header")) }
        guard let header = reader.take(fixed + Int(mark)), let crc = reader.read(UInt32.self) else {
            return .failure(.truncated)
        }
        guard crc == self.crc(header, number: 0) else { return .failure(.damaged("header")) }
        guard Array(header) == self.header(label, payload) else { return .failure(.stale) }
        let blocks = payload / self.block + (payload % self.block == 0 ? 0 : 1)
        guard reader.remaining >= 4 * blocks, reader.remaining - 4 * blocks == payload else {
            return .failure(.truncated)
        }
        return self.blocks(&reader, payload)
    }

    private static func blocks(_ reader: inout IndexBytesReader, _ length: Int) -> Result<[UInt8], SealedFileDamage> {
        var payload: [UInt8] = []
        payload.reserveCapacity(length)
        var number: UInt32 = 0
        while payload.count < length {
            guard let crc = reader.read(UInt32.self), let bytes = reader.take(min(self.block, length - payload.count))
            else {
                return .failure(.truncated)
            }
            guard crc == self.crc(bytes, number: number) else { return .failure(.damaged("block \(number)")) }
            payload += bytes
            number += 1
        }
        return .success(payload)
    }

    private static func crc(_ bytes: ArraySlice<UInt8>, number: UInt32) -> UInt32 {
        bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return number }
            return VectorForm.best.checksum(number, base, buffer.count)
        }
    }
}

/// Why a file is left out.
enum SealedFileDamage: Error, Equatable, CustomStringConvertible {
    case truncated
    case notOurs
    case damaged(String)
    case stale

    var description: String {
        switch self {
        case .truncated: "it is cut off or has bytes too many"
        case .notOurs: "it is no file of vectors"
        case .damaged(let place): "its \(place) is damaged"
        case .stale: "it belongs to other data"
        }
    }
}
