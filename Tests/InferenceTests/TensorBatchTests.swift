import Inference
import ServingCore
import TestSupport
import Testing

@Suite("TensorBatch")
struct TensorBatchTests {
    @Test("Inputs are put behind each other along the first dimension")
    func join() throws {
        let first = [Tensor.of(.int32, [1, 2] as [Int32], shape: [1, 2]), Tensor.texts(["a"], shape: [1, 1])]
        let second = [
            Tensor.of(.int32, [3, 4, 5, 6] as [Int32], shape: [2, 2]), Tensor.texts(["", "ccc"], shape: [2, 1]),
        ]
        let batch = try TensorBatch(joining: [first, second])
        #expect(batch.inputs[0].shape == [3, 2])
        #expect(batch.inputs[0].values(as: Int32.self) == [1, 2, 3, 4, 5, 6])
        #expect(batch.inputs[1].shape == [3, 1])
        #expect(batch.inputs[1].rawBytes == Tensor.texts(["a", "", "ccc"]).rawBytes)
    }

    private static func batch(rows: [Int]) throws -> TensorBatch {
        try TensorBatch(
            joining: rows.map { [Tensor.of(.int8, [Int8](repeating: 0, count: $0), shape: [Int64($0)])] }
        )
    }

    @Test("Fixed-width outputs are cut by rows and share the answer's memory")
    func splitFixed() throws {
        let answer = Tensor.of(.int16, [1, 2, 3, 4, 5, 6] as [Int16], shape: [3, 2])
        let parts = try Self.batch(rows: [2, 1]).split([answer]) { _ in "y" }
        #expect(parts.map { $0[0].shape } == [[2, 2], [1, 2]])
        #expect(parts.map { $0[0].values(as: Int16.self) } == [[1, 2, 3, 4], [5, 6]])
        let start = answer.bytes.withUnsafeBytes { $0.baseAddress }
        #expect(parts[0][0].bytes.withUnsafeBytes { $0.baseAddress } == start)
    }

    @Test("BYTES outputs are cut where their elements end")
    func splitTexts() throws {
        let answer = Tensor.texts(["a", "", "ccc", "dd", "e", "ffff"], shape: [3, 2])
        let parts = try Self.batch(rows: [1, 2]).split([answer]) { _ in "y" }
        #expect(parts[0][0].rawBytes == Tensor.texts(["a", ""]).rawBytes)
        #expect(parts[1][0].rawBytes == Tensor.texts(["ccc", "dd", "e", "ffff"]).rawBytes)
        #expect(parts[1][0].shape == [2, 2])
    }

    @Test("Every output of every request comes back, in order")
    func severalOutputs() throws {
        let labels = Tensor.of(.int64, [7, 8] as [Int64])
        let scores = Tensor.of(.fp32, [0.1, 0.9, 0.8, 0.2] as [Float], shape: [2, 2])
        let parts = try Self.batch(rows: [1, 1]).split([labels, scores]) { _ in "y" }
        #expect(parts.map { $0[0].values(as: Int64.self) } == [[7], [8]])
        #expect(parts.map { $0[1].values(as: Float.self) } == [[0.1, 0.9], [0.8, 0.2]])
    }

    @Test("Outputs with zero-element rows split into empty parts")
    func emptyRows() throws {
        let answer = Tensor.of(.fp32, [] as [Float], shape: [3, 0])
        let parts = try Self.batch(rows: [1, 2]).split([answer]) { _ in "y" }
        #expect(parts.map { $0[0].shape } == [[1, 0], [2, 0]])
    }

    @Test(
        "An output that has not one row per row of the batch is refused by name",
        arguments: [[2, 2], [], [4], [12]] as [[Int64]]
    )
    func wrongFirstDimension(shape: [Int64]) throws {
        let count = Int(shape.reduce(1, *))
        let answer = Tensor.of(.int8, [Int8](repeating: 0, count: count), shape: shape)
        let batch = try Self.batch(rows: [2, 1])
        let error = #expect(throws: InferenceError.self) { try batch.split([answer]) { "name \($0)" } }
        #expect(error?.code == .invalidOutput)
        #expect(error?.message.contains("`name 0`") == true)
        #expect(error?.message.contains("maxBatchSize") == true)
    }

    @Test("Bytes that do not fill the shape are refused, not read past their end")
    func lyingAnswers() throws {
        let batch = try Self.batch(rows: [2, 1])
        let eight = TensorBytes(copying: [UInt8](repeating: 0, count: 8))
        let short = Tensor(datatype: .int32, shape: [3, 1], bytes: eight)
        let cut = Tensor(datatype: .bytes, shape: [3], bytes: TensorBytes(copying: [1, 0, 0, 0, 65, 9, 0, 0, 0, 1]))
        let vast = Tensor(datatype: .bytes, shape: [3, .max], bytes: TensorBytes(copying: EmptyCollection()))
        for answer in [short, cut, vast] {
            #expect(throws: InferenceError.self) { try batch.split([answer]) { _ in "y" } }
        }
    }

    @Test("Requests without rows cannot be joined")
    func withoutRows() {
        let empty = [Tensor.of(.int8, [] as [Int8], shape: [0])]
        #expect(throws: InferenceError.self) { try TensorBatch(joining: [empty, empty]) }
        #expect(throws: InferenceError.self) { try TensorBatch(joining: []) }
    }
}
