import SemanticSearch
import TestSupport
import Testing

struct VectorMathTests {
    private static func rows(_ count: Int, _ stride: Int, _ random: inout SeededRandom, extreme: Bool) -> [UInt8] {
        (0..<count * stride).map { _ in
            extreme ? [0, 1, 128, 255].randomElement(using: &random) ?? 0 : .random(in: 0...255, using: &random)
        }
    }

    @Test(arguments: [64, 128, 384, 4_096], [false, true])
    func `all forms scan to the same bits`(stride: Int, extreme: Bool) {
        var random = SeededRandom(seed: 3)
        let count = 11
        let rows = Self.rows(count, stride, &random, extreme: extreme)
        let query = (0..<stride).map { _ in
            extreme
                ? [Int8.min, -127, 127].randomElement(using: &random) ?? 0 : Int8.random(in: -127...127, using: &random)
        }
        let expected = (0..<count).map { row in
            (0..<stride).reduce(Int32(0)) { $0 + Int32(query[$1]) * Int32(rows[row * stride + $1]) }
        }
        let positions = (0..<UInt32(count)).shuffled(using: &random)
        for form in VectorForm.available {
            for used in 0...count {
                var dots = [Int32](repeating: 0, count: count)
                form.scan(query, rows, stride, used, &dots)
                #expect(dots[..<used] == expected[..<used] && dots[used...].allSatisfy { $0 == 0 })
            }
            var dots = [Int32](repeating: 0, count: count)
            form.scan(query, rows, stride, at: positions, count, &dots)
            #expect(dots == positions.map { expected[Int($0)] })
        }
    }

    @Test(arguments: [64, 384, 4_096])
    func `all forms rescore and add up to the same bits`(stride: Int) {
        var random = SeededRandom(seed: 4)
        for _ in 0..<20 {
            let high = Self.rows(1, stride, &random, extreme: false)
            let low = (0..<stride).map { _ in Int8.random(in: -128...127, using: &random) }
            let query = (0..<stride).map { _ in Float.random(in: -1...1, using: &random) }
            let dots = VectorForm.available.map { $0.dot(query, high, low, stride).bitPattern }
            #expect(Set(dots).count == 1)
            let sums = VectorForm.available.map { form in
                var sums = query
                form.accumulate(&sums, 0.37, high, low, stride)
                return sums.map { $0.bitPattern }
            }
            #expect(Set(sums).count == 1)
        }
    }

    @Test(arguments: [1, 6, 64])
    func `all forms score bits alike`(words: Int) {
        var random = SeededRandom(seed: 7)
        let blocks = 5
        let bits = (0..<blocks * words * 8).map { _ in UInt64.random(in: 0 ... .max, using: &random) }
        for isFull in [false, true] {
            let planes = (0..<4 * words).map { _ in isFull ? .max : UInt64.random(in: 0 ... .max, using: &random) }
            let expected = (0..<blocks * 8).map { row in
                (0..<words).reduce(32_768) { sum, word in
                    let own = bits[(row / 8 * words + word) * 8 + row % 8]
                    let ones = (0..<4).map { (own & planes[$0 * words + word]).nonzeroBitCount }
                    return sum + ones[0] + 2 * ones[1] + 4 * ones[2] - 8 * ones[3]
                }
            }
            for form in VectorForm.available {
                var scores = [UInt16](repeating: 0, count: blocks * 8)
                form.scanBits(planes, bits, words, blocks, &scores)
                #expect(scores.map { Int($0) } == expected)
            }
        }
    }

    @Test func `checksums are those of CRC-32C in all forms`() {
        let text = Array("123456789".utf8)
        #expect(VectorForm.available.allSatisfy { $0.checksum(0, text, 9) == 0xE306_9283 })
        var random = SeededRandom(seed: 6)
        for count in [0, 1, 7, 8, 9, 1_000] {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(Set(VectorForm.available.map { $0.checksum(5, bytes, count) }).count == 1)
        }
    }
}
