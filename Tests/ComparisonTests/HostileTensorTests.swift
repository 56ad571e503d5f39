import Comparison
import ServingCore
import TestSupport
import Testing

/// Answers come from models nobody has checked: nothing in them may stop the process or leave the range of divergences.
@Suite("Hostile answers")
struct HostileTensorTests {
    private static let datatypes = DataType.allCases

    private func isSound(_ comparison: OutputComparison) -> Bool {
        comparison.divergence >= 0 && comparison.divergence <= 1
            && comparison.details.values.allSatisfy(\.isFinite)
            && (comparison.signedError?.isFinite ?? true)
            && comparison.fields.count <= 32
    }

    @Test(
        "NaN and infinity are full differences unless both sides have them",
        arguments: [Float.nan, .infinity, -.infinity]
    )
    func notFinite(_ value: Float) throws {
        for comparator in [ComparisonSettings.Comparator.regression, .probabilities, .vector] {
            let output = OneOutput(.fp32, [-1, 2], setting: .init(comparator: comparator))
            output.learn([.floats([0.25, 0.75], [1, 2])])
            let result = try #require(
                output.compare(.floats([0.25, 0.75], [1, 2]), .floats([value, value], [1, 2]))
            )
            #expect(result.divergence == 1 && result.diverged && self.isSound(result), "\(comparator)")
        }
        let same = OneOutput(.fp32, [-1, 2])
        same.learn([.floats([0.3, 5], [1, 2])])
        let result = try #require(same.compare(.floats([value, 5], [1, 2]), .floats([value, 5], [1, 2])))
        #expect(result.divergence == 0 && !result.diverged)
    }

    @Test("the largest numbers there are do not overflow into the results")
    func extremes() throws {
        let output = OneOutput(.fp64, [-1])
        let most = Double.greatestFiniteMagnitude
        output.learn((0..<4).map { .of(.fp64, [$0 % 2 == 0 ? most : -most, 1]) })
        let result = try #require(output.compare(.of(.fp64, [most, most]), .of(.fp64, [-most, 0])))
        #expect(self.isSound(result) && result.diverged)
    }

    @Test("bytes that are not the elements of the shape", arguments: DataType.allCases)
    func wrongSize(_ datatype: DataType) throws {
        let whole: Tensor =
            datatype == .bytes
            ? .texts(["a", "b"])
            : Tensor(
                datatype: datatype,
                shape: [2],
                bytes: TensorBytes(copying: [UInt8](repeating: 0, count: 2 * datatype.byteWidth!))
            )
        let output = OneOutput(datatype, [-1])
        output.learn([whole])
        for bytes in [[], [1], [1, 2, 3], [255, 255, 255, 255, 0], [UInt8](repeating: 255, count: 33)] as [[UInt8]] {
            let broken = Tensor(datatype: datatype, shape: [2], bytes: TensorBytes(copying: bytes))
            for (live, candidate) in [(whole, broken), (broken, whole), (broken, broken)] {
                let result = try #require(output.compare(live, candidate))
                #expect(result.structure != nil && result.divergence == 1 && self.isSound(result))
            }
        }
    }

    @Test("no elements, scalars and shapes that are no shapes")
    func shapes() throws {
        for datatype in Self.datatypes {
            for shape in [[], [0], [0, 5], [5, 0], [-1], [Int64.max, Int64.max], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]]
                as [[Int64]]
            {
                for setting in ComparisonSettings.Comparator.allCases {
                    let count = Tensor.elementCount(of: shape) ?? 0
                    let tensor = Tensor(
                        datatype: datatype,
                        shape: shape,
                        bytes: TensorBytes(copying: [UInt8](repeating: 0, count: count * (datatype.byteWidth ?? 4)))
                    )
                    let output = OneOutput(datatype, shape, setting: .init(comparator: setting))
                    output.learn([tensor])
                    if let result = output.compare(tensor, tensor) { #expect(self.isSound(result)) }
                    let free = OneOutput(datatype, shape)
                    free.learn([tensor])
                    if let result = free.compare(tensor, tensor) { #expect(self.isSound(result)) }
                }
            }
        }
    }

    @Test("random bytes as any datatype, by any comparator", arguments: 0..<8 as Range<UInt64>)
    func randomBytes(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for datatype in Self.datatypes {
            for setting in ComparisonSettings.Comparator.allCases.map(Optional.some) + [nil] {
                let output = OneOutput(
                    datatype,
                    [-1, 4],
                    named: "label",
                    setting: setting.map { .init(comparator: $0) }
                )
                let answer = { (random: inout SeededRandom) -> Tensor in
                    guard let width = datatype.byteWidth else {
                        return .texts(
                            (0..<4).map { _ in
                                (0..<(random.next() % 12)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                            },
                            shape: [1, 4]
                        )
                    }
                    let bytes = (0..<(4 * width)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                    return Tensor(datatype: datatype, shape: [1, 4], bytes: TensorBytes(copying: bytes))
                }
                for _ in 0..<40 {
                    for comparison in output.add(answer(&random), answer(&random), noise: answer(&random)) {
                        #expect((comparison.outputs + (comparison.noise ?? [])).allSatisfy(self.isSound))
                    }
                }
            }
        }
    }

    @Test("damaged JSON: every prefix and every changed byte of a text is compared or found not to be JSON")
    func damagedJSON() {
        let output = OneOutput(.bytes, [1], setting: .init(comparator: .json))
        let text = Array(#"{"a":[1,-2.5e3,"\u00e9\ud83d\ude00\n"],"b":{"c":null,"d":[true,false]},"":{}}"#.utf8)
        output.learn([.texts([text], shape: [1])])
        for index in text.indices {
            for byte in [0x00, 0x22, 0x5C, 0x7B, 0x5D, 0x80, 0xFF] as [UInt8] {
                var changed = text
                changed[index] = byte
                for variant in [changed, Array(text.prefix(index))] {
                    let result = output.compare(.texts([text], shape: [1]), .texts([variant], shape: [1]))
                    #expect(result.map(self.isSound) == true)
                }
            }
        }
    }

    @Test("JSON beyond the limits of depth and size is not read, and nothing is lost but the fields")
    func largeJSON() throws {
        let output = OneOutput(.bytes, [1], setting: .init(comparator: .json))
        output.learn([.text("{}")])
        let deep = String(repeating: "[", count: 100_000)
        #expect(output.compare(.text(deep), .text(deep + "["))?.diverged == true)
        let wide = "[" + String(repeating: "1,", count: 70_000) + "1]"
        let result = try #require(output.compare(.text(wide), .text(wide.replacing("1]", with: "2]"))))
        #expect(result.diverged && result.fields.isEmpty && self.isSound(result))
        let huge = "[\"" + String(repeating: "a", count: 1_100_000) + "\"]"
        #expect(output.compare(.text(huge), .text("[]"))?.divergence == 1)
    }

    @Test("classes that are long or not UTF-8 are cut and repaired")
    func classes() throws {
        let output = OneOutput(.bytes, [1], named: "label", setting: .init(comparator: .labels))
        output.learn([.text("a")])
        let result = try #require(
            output.compare(
                .texts([[0xFF, 0x41]], shape: [1]),
                .texts([[UInt8](repeating: 0x42, count: 10_000)], shape: [1])
            )
        )
        #expect(result.liveClass == "\u{FFFD}A")
        #expect(result.candidateClass?.utf8.count == 64)
    }
}
