import Inference
import ServingCore
import TestSupport
import Testing

@Suite("OnnxEngine", .timeLimit(.minutes(1)))
struct OnnxEngineTests {
    @Test(
        "Every fixed-width datatype goes through unchanged, bit by bit",
        arguments: DataType.allCases.filter { $0 != .bytes && $0 != .bool }
    )
    func identity(datatype: DataType) throws {
        let engine = try Fixture.engine("identity_\(datatype.description.lowercased())")
        #expect(engine.signature.inputs == [TensorSpec(name: "x", datatype: datatype, shape: [-1])])
        let width = try #require(datatype.byteWidth)
        var random = SeededRandom(seed: 3)
        let bytes = (0..<5 * width).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let input = Tensor(datatype: datatype, shape: [5], bytes: TensorBytes(copying: bytes))
        let output = try engine.run([input], outputs: nil, cancellation: nil)
        #expect(output.map(\.datatype) == [datatype])
        #expect(output.map(\.shape) == [[5]])
        #expect(output.map(\.rawBytes) == [bytes])
    }

    @Test("BOOL goes through; a byte that is neither 0 nor 1 is refused")
    func bool() throws {
        let engine = try Fixture.engine("identity_bool")
        let input = Tensor.of(.bool, [1, 0, 1] as [UInt8])
        #expect(try engine.run([input], outputs: nil, cancellation: nil).first?.rawBytes == [1, 0, 1])
        let error = #expect(throws: InferenceError.self) {
            try engine.run([.of(.bool, [1, 2] as [UInt8])], outputs: nil, cancellation: nil)
        }
        #expect(error?.code == .invalidRequest)
    }

    @Test("BYTES keep empty texts, NUL bytes and bytes that are no UTF-8")
    func bytes() throws {
        let engine = try Fixture.engine("identity_bytes")
        let elements: [[UInt8]] = [[], [0], Array("a\0b".utf8), Array("größer".utf8), [0xFF, 0xC0, 0x80], []]
        let input = Tensor.texts(elements)
        let output = try engine.run([input], outputs: nil, cancellation: nil)
        #expect(output.first?.rawBytes == input.rawBytes)
        #expect(output.first?.shape == [6])
    }

    @Test("Texts computed by the model come back whole")
    func computedTexts() throws {
        let engine = try Fixture.engine("text")
        let long = String(repeating: "abc", count: 5000)
        let output = try engine.run([.texts(["one", long, "x"])], outputs: nil, cancellation: nil)
        #expect(output.first?.rawBytes == Tensor.texts(["one!", long + "!", "x!"]).rawBytes)
    }

    @Test("Several inputs and outputs, any batch size, in declared order")
    func add() throws {
        let engine = try Fixture.engine("add")
        for rows in [1, 4] as [Int64] {
            let count = Int(rows) * 3
            let a = Tensor.of(.fp32, (0..<count).map { Float($0) }, shape: [rows, 3])
            let b = Tensor.of(.fp32, (0..<count).map { Float($0) / 2 }, shape: [rows, 3])
            let outputs = try engine.run([a, b], outputs: nil, cancellation: nil)
            #expect(outputs.map(\.shape) == [[rows, 3], [rows, 3]])
            #expect(outputs[0].values(as: Float.self) == (0..<count).map { Float($0) * 1.5 })
            #expect(outputs[1].values(as: Float.self) == (0..<count).map { Float($0) / 2 })
        }
    }

    @Test("Outputs are selected by index, in the order asked for", arguments: [[1], [1, 0], [0], []] as [[Int]])
    func selection(indices: [Int]) throws {
        let engine = try Fixture.engine("add")
        let a = Tensor.of(.fp32, [5, 5, 5] as [Float], shape: [1, 3])
        let b = Tensor.of(.fp32, [2, 2, 2] as [Float], shape: [1, 3])
        let outputs = try engine.run([a, b], outputs: indices, cancellation: nil)
        #expect(outputs.map { $0.values(as: Float.self)[0] } == indices.map { [7, 3][$0] })
    }

    @Test("An output index out of range and a wrong number of inputs are the request's mistakes")
    func wrongCounts() throws {
        let engine = try Fixture.engine("identity_fp32")
        let input = Tensor.of(.fp32, [1] as [Float])
        for (inputs, outputs) in [([input], [1]), ([input], [-1]), ([], nil), ([input, input], nil)]
            as [([Tensor], [Int]?)]
        {
            let error = #expect(throws: InferenceError.self) {
                try engine.run(inputs, outputs: outputs, cancellation: nil)
            }
            #expect(error?.code == .invalidRequest)
        }
    }

    @Test("Tensors without elements go in and come out")
    func zeroElements() throws {
        let sums = try Fixture.engine("add").run(
            [.of(.fp32, [] as [Float], shape: [0, 3]), .of(.fp32, [] as [Float], shape: [0, 3])],
            outputs: nil,
            cancellation: nil
        )
        #expect(sums.map(\.shape) == [[0, 3], [0, 3]])
        #expect(sums.map(\.bytes.count) == [0, 0])
        let texts = try Fixture.engine("identity_bytes").run([.texts([] as [String])], outputs: nil, cancellation: nil)
        #expect(texts.map(\.shape) == [[0]])
        #expect(texts.map(\.bytes.count) == [0])
    }

    @Test("A scalar answer has no dimensions and one element")
    func scalar() throws {
        let input = Tensor.of(.fp32, [1, 2, 3, 4] as [Float], shape: [2, 2])
        let output = try Fixture.engine("scalar").run([input], outputs: nil, cancellation: nil)
        #expect(output.map(\.shape) == [[]])
        #expect(output.first?.values(as: Float.self) == [10])
    }

    @Test("NaN is an answer like any other")
    func nan() throws {
        let input = Tensor.of(.fp32, [1, 2] as [Float], shape: [1, 2])
        let output = try Fixture.engine("nan").run([input], outputs: nil, cancellation: nil)
        #expect(output.first?.values(as: Float.self).allSatisfy(\.isNaN) == true)
    }

    @Test("Inputs at any address are read correctly", arguments: 1...7)
    func misaligned(offset: Int) throws {
        let values: [Double] = [1.5, -2.25, 1e300]
        let padded = [UInt8](repeating: 0xAA, count: offset) + values.withUnsafeBytes { Array($0) }
        let memory = TensorBytes(copying: padded)
        let bytes = memory[offset..<padded.count]
        #expect(!bytes.isAligned(to: 8))
        let input = Tensor(datatype: .fp64, shape: [3], bytes: bytes)
        let output = try Fixture.engine("identity_fp64").run([input], outputs: nil, cancellation: nil)
        #expect(output.first?.values(as: Double.self) == values)
    }

    @Test("Answers outlive the engine, also those that are a weight or the input itself")
    func answersOutliveEngine() throws {
        final class Request {
            let memory = UnsafeMutableBufferPointer<Float>.allocate(capacity: 2)
            init() { _ = self.memory.initialize(from: [3, 4]) }
            deinit {
                self.memory.update(repeating: -1)
                self.memory.deallocate()
            }
        }
        func answers(_ name: String) throws -> [Tensor] {
            let request = Request()
            guard let start = request.memory.baseAddress else { return [] }
            let bytes = TensorBytes(owner: request, start: UnsafeRawPointer(start), count: 8)
            let input = Tensor(datatype: .fp32, shape: [2], bytes: bytes)
            return try Fixture.engine(name).run([input], outputs: nil, cancellation: nil)
        }
        let constant = try answers("constant")
        let passthrough = try answers("passthrough")
        // Something else takes the memory that was freed.
        for _ in 0..<50 { _ = try Fixture.engine("linear") }
        #expect(constant.map { $0.values(as: Float.self) } == [[1, 2, 3, 4], [-3, -4]])
        #expect(passthrough.map { $0.values(as: Float.self) } == [[3, 4], [-3, -4]])
    }

    @Test("Shapes and bytes that contradict each other are refused before the runtime sees them")
    func contradictions() throws {
        let floats = try Fixture.engine("identity_fp32")
        let texts = try Fixture.engine("identity_bytes")
        let four = TensorBytes(copying: [0, 0, 0, 0])
        let cases: [(OnnxEngine, Tensor)] = [
            (floats, Tensor(datatype: .fp32, shape: [2], bytes: four)),
            (floats, Tensor(datatype: .fp32, shape: [-1], bytes: four)),
            (floats, Tensor(datatype: .fp32, shape: [.max], bytes: four)),
            (floats, Tensor(datatype: .fp32, shape: [.max, 4], bytes: four)),
            (texts, Tensor(datatype: .bytes, shape: [2], bytes: four)),
            (texts, Tensor(datatype: .bytes, shape: [1 << 40], bytes: four)),
            (texts, Tensor(datatype: .bytes, shape: [1], bytes: TensorBytes(copying: [9, 0, 0, 0, 65]))),
            (texts, Tensor(datatype: .bytes, shape: [0], bytes: four)),
        ]
        for (engine, input) in cases {
            let error = #expect(throws: InferenceError.self) {
                try engine.run([input], outputs: nil, cancellation: nil)
            }
            #expect(error?.code == .invalidRequest)
            #expect(error?.message.contains("`x`") == true)
        }
    }

    @Test("What the runtime refuses or the model fails at is told without paths, addresses or C++ names")
    func failures() throws {
        let input = Tensor.of(.fp32, [1, 2, 3] as [Float])
        let wrongType = Tensor.of(.int32, [1, 2] as [Int32])
        let wrongRank = Tensor.of(.fp32, [1, 2] as [Float], shape: [1, 2])
        let engine = try Fixture.engine("picky")
        for bad in [input, wrongType, wrongRank] {
            let error = #expect(throws: InferenceError.self) {
                try engine.run([bad], outputs: nil, cancellation: nil)
            }
            #expect(error?.code == .modelFailed)
            let message = error?.message ?? ""
            #expect(!message.contains(" /") && !message.contains("0x") && !message.contains("::"), "\(message)")
            #expect(message.count > 30)
        }
        let good = try engine.run([.of(.fp32, [1, 2] as [Float])], outputs: nil, cancellation: nil)
        #expect(good.first?.shape == [2, 1])
    }

    @Test("One engine runs on many threads at once")
    func concurrent() async throws {
        let engine = try Fixture.engine("add")
        let wrong = await withTaskGroup(of: Int.self) { group in
            for task in 0..<6 {
                group.addTask {
                    let value = Float(task)
                    let row = Tensor.of(.fp32, [value, value, value], shape: [1, 3])
                    return (0..<500).count { _ in
                        let answer = try? engine.run([row, row], outputs: [0], cancellation: RunCancellation())
                        return answer?.first?.values(as: Float.self) != [value * 2, value * 2, value * 2]
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(wrong == 0)
    }
}
