import Foundation
import SemanticSearch
import TestSupport
import Testing

@Suite("NumPy archives")
struct NumPyArchiveTests {
    /// One array of every kind, with odd values; `Fixtures/export.npz` was read with NumPy 2.
    private static func sample() throws -> NumPyArchive {
        var archive = NumPyArchive()
        try archive.begin("id", .int64, shape: [3])
        try archive.append([1, -2, Int64.max])
        try archive.begin("divergence", .float64, shape: [3])
        try archive.append([0.25, Double.nan, -.infinity])
        try archive.begin("request_vector", .float32, shape: [3, 2])
        for row: [Float] in [[0, 1], [0.5, -0.5], [.greatestFiniteMagnitude, -0.0]] { try archive.append(row) }
        try archive.begin("request_text", .text(scalars: 6), shape: [3])
        try archive.append(["", "héllo😀 wörld", "a\u{301}b"])
        try archive.begin("nothing", .float32, shape: [0, 384])
        try archive.begin("one", .float64, shape: [])
        try archive.append([2.5])
        try archive.finish()
        return archive
    }

    @Test func `the bytes are those that NumPy has read`() throws {
        var archive = try Self.sample()
        let file = try #require(Bundle.module.url(forResource: "Fixtures/export", withExtension: "npz"))
        #expect(archive.take() == [UInt8](try Data(contentsOf: file)))
        #expect(archive.take().isEmpty)
    }

    @Test func `taken in parts it is the same file, and no more than one part is held`() throws {
        var whole = NumPyArchive()
        var parts = NumPyArchive()
        var taken: [UInt8] = []
        var longest = 0
        try whole.begin("v", .float32, shape: [1_000, 7])
        try parts.begin("v", .float32, shape: [1_000, 7])
        for row in 0..<1_000 {
            let values = (0..<7).map { Float(row * $0) }
            try whole.append(values)
            try parts.append(values)
            let part = parts.take()
            longest = max(longest, part.count)
            taken += part
        }
        try whole.finish()
        try parts.finish()
        #expect(whole.take() == taken + parts.take())
        #expect(longest < 256)
    }

    @Test func `every array begins at a multiple of 64 bytes of its file, with sizes and checksum behind it`() throws {
        var archive = try Self.sample()
        let bytes = archive.take()
        var members: [String] = []
        var place = 0
        while Self.word(bytes, place) == 0x0403_4B50 {
            let name = Int(bytes[place + 26])
            let start = place + 30 + name
            let header = 10 + Int(bytes[start + 8]) + Int(bytes[start + 9]) << 8
            #expect(header % 64 == 0 && Array(bytes[start..<(start + 6)]) == [0x93] + Array("NUMPY".utf8))
            members.append(String(decoding: bytes[(start + 10)..<(start + header)], as: UTF8.self))
            let end = try #require((start..<bytes.count).first { Self.word(bytes, $0) == 0x0807_4B50 })
            #expect(Self.word(bytes, end + 4) == Self.slowChecksum(bytes[start..<end]))
            #expect(
                Self.word(bytes, end + 8) == UInt32(end - start) && Self.word(bytes, end + 12) == UInt32(end - start)
            )
            place = end + 16
        }
        #expect(Self.word(bytes, place) == 0x0201_4B50)
        #expect(members.count == 6)
        #expect(members[2].hasPrefix("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }"))
        #expect(members[3].hasPrefix("{'descr': '<U6', 'fortran_order': False, 'shape': (3,), }"))
        #expect(members[5].hasPrefix("{'descr': '<f8', 'fortran_order': False, 'shape': (), }"))
        #expect(members.allSatisfy { $0.hasSuffix(" \n") })
    }

    @Test func `the checksum is right for every length, in whatever parts it is given`() throws {
        var random = SeededRandom(seed: 15)
        for count in 0..<70 {
            let values = (0..<count).map { _ in Int64(bitPattern: random.next()) }
            var archive = NumPyArchive()
            try archive.begin("a", .int64, shape: [count])
            var rest = values[...]
            while !rest.isEmpty {
                let part = rest.prefix(Int.random(in: 1...9, using: &random))
                try archive.append(Array(part))
                rest = rest.dropFirst(part.count)
            }
            let bytes = archive.take()
            let end = bytes.count - 16
            #expect(Self.word(bytes, end + 4) == Self.slowChecksum(bytes[(30 + 5)..<end]))
        }
    }

    @Test func `what does not fit the shape or the kind is refused, and so is what is missing`() throws {
        var archive = NumPyArchive()
        #expect(throws: NumPyArchiveError.self) { try archive.append([Float(1)]) }
        try archive.begin("a", .float32, shape: [2])
        #expect(throws: NumPyArchiveError.self) { try archive.append([1.0, 2.0]) }
        #expect(throws: NumPyArchiveError.self) { try archive.append(["text"]) }
        #expect(throws: NumPyArchiveError.self) { try archive.append([Float](repeating: 0, count: 3)) }
        try archive.append([Float(1)])
        #expect(throws: NumPyArchiveError.self) { try archive.begin("b", .float32, shape: [2]) }
        let error = #expect(throws: NumPyArchiveError.self) { try archive.finish() }
        #expect(error?.description == "`a` lacks 1 elements")
        try archive.append([Float(1)])
        for name in ["a", "", "b/c", "é", "b.npy", String(repeating: "b", count: 256)] {
            #expect(throws: NumPyArchiveError.self) { try archive.begin(name, .float32, shape: [2]) }
        }
        try archive.finish()
        #expect(throws: NumPyArchiveError.self) { try archive.begin("b", .float32, shape: [2]) }
    }

    @Test func `an array beyond 4 GiB is refused in one sentence before anything is written`() throws {
        var archive = NumPyArchive()
        for shape in [[1 << 30], [3_000_000, 384], [Int.max, 2], [-1], [Int.max, Int.max, 0]] {
            let error = #expect(throws: NumPyArchiveError.self) { try archive.begin("a", .float32, shape: shape) }
            #expect(error?.description.contains("at most 4 GiB") == true)
        }
        for scalars in [0, -1, Int.max] {
            #expect(throws: NumPyArchiveError.self) { try archive.begin("a", .text(scalars: scalars), shape: [1]) }
        }
        try archive.begin("a", .float32, shape: [(1 << 30) - 200])
        #expect(archive.take().count < 200)
    }

    private static func word(_ bytes: [UInt8], _ place: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }
    }

    /// Bit by bit.
    private static func slowChecksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        ~bytes.reduce(UInt32.max) { state, byte in
            (0..<8).reduce(state ^ UInt32(byte)) { word, _ in word & 1 == 1 ? (word >> 1) ^ 0xEDB8_8320 : word >> 1 }
        }
    }
}
