import Comparison
import TestSupport
import Testing

@Suite("State coding: Codable values without Foundation")
struct StateCodingTests {
    private struct Inner: Codable, Equatable {
        var name: String
        var mean: Double
        var ratio: Float
    }

    private enum Kind: Codable, Equatable {
        case none
        case pair(Int, other: [Inner])
    }

    private struct Value: Codable, Equatable {
        var flag = true
        var small: Int8 = -128
        var large: UInt64 = .max
        var negative: Int = .min
        var missing: Int?
        var given: String? = "ü\0"
        var floats: [Float] = [1, -.infinity, 3.5]
        var doubles: [[Double]] = [[], [.pi, -0.0]]
        var bytes: [UInt8] = [0, 255]
        var empty: [Int] = []
        var optionals: [Int?] = [1, nil, 3]
        var kinds: [Kind] = [.none, .pair(3, other: [Inner(name: "a", mean: 0.1, ratio: 0.1)])]
        var table: [String: Inner] = ["x": Inner(name: "b", mean: 1e300, ratio: -1)]
        var numbers: [Int: String] = [7: "seven"]
        var names: Set<String> = ["a"]
    }

    @Test("what is written is read back")
    func roundTrip() throws {
        let value = Value()
        #expect(try StateCoding.decode(Value.self, from: StateCoding.encode(value)) == value)
        #expect(try StateCoding.decode([Int].self, from: StateCoding.encode([1, 2])) == [1, 2])
        #expect(try StateCoding.decode(String.self, from: StateCoding.encode("x")) == "x")
    }

    @Test("tables with names as keys give the same bytes however they were filled")
    func isDeterministic() throws {
        let names = (0..<100).map { "n\($0)" }
        var (one, two): ([String: Int], [String: Int]) = ([:], [:])
        for name in names { one[name] = name.count }
        for name in names.reversed() { two[name] = name.count }
        #expect(try StateCoding.encode(one) == StateCoding.encode(two))
    }

    @Test("what does not fit the type is refused, not trapped on")
    func refusesOtherTypes() throws {
        let text = try StateCoding.encode("x")
        #expect(throws: BinaryDamage.self) { try StateCoding.decode(Bool.self, from: text) }
        #expect(throws: BinaryDamage.self) { try StateCoding.decode([Int].self, from: text) }
        #expect(throws: BinaryDamage.self) { try StateCoding.decode(Value.self, from: text) }
        #expect(throws: BinaryDamage.self) { try StateCoding.decode(Int.self, from: StateCoding.encode([1])) }
        #expect(throws: BinaryDamage.self) { try StateCoding.decode(Int8.self, from: StateCoding.encode(300)) }
        #expect(throws: BinaryDamage.self) { try StateCoding.decode(UInt.self, from: StateCoding.encode(-1)) }
    }

    @Test("any bytes give a value or an error")
    func isTotal() throws {
        let bytes = try StateCoding.encode(Value())
        var random = SeededRandom(seed: 2)
        for _ in 0..<20_000 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try? StateCoding.decode(
                Value.self,
                from: Array(damaged.prefix(Int.random(in: 0...bytes.count, using: &random)))
            )
        }
        let deep = [UInt8](repeating: 11, count: 1) + [1]
        #expect(throws: BinaryDamage.self) {
            try StateCoding.decode(Value.self, from: Array(repeating: deep, count: 10_000).flatMap(\.self))
        }
    }
}
