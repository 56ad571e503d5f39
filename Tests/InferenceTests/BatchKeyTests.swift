import Inference
import ServingCore
import TestSupport
import Testing

@Suite("BatchKey")
struct BatchKeyTests {
    private static func tensor(_ shape: [Int64], _ datatype: DataType = .int8) -> Tensor {
        Tensor(datatype: datatype, shape: shape, bytes: TensorBytes(copying: EmptyCollection()))
    }

    private static func key(_ inputs: [Tensor], outputs: [Int]? = nil) -> BatchKey? {
        BatchKey.make(inputs: inputs, outputs: outputs)?.key
    }

    @Test("The first dimension is the number of rows and does not matter for the key")
    func rows() throws {
        let one = try #require(BatchKey.make(inputs: [Self.tensor([1, 3])], outputs: nil))
        let five = try #require(BatchKey.make(inputs: [Self.tensor([5, 3])], outputs: nil))
        #expect(one.rows == 1)
        #expect(five.rows == 5)
        #expect(one.key == five.key)
    }

    @Test("Other shapes, ranks, datatypes and output selections make other keys")
    func differences() {
        let keys = [
            Self.key([Self.tensor([1, 3])]),
            Self.key([Self.tensor([1, 4])]),
            Self.key([Self.tensor([1, 3, 1])]),
            Self.key([Self.tensor([1, 3], .uint8)]),
            Self.key([Self.tensor([1, 3]), Self.tensor([1])]),
            Self.key([Self.tensor([1, 3])], outputs: []),
            Self.key([Self.tensor([1, 3])], outputs: [0]),
            Self.key([Self.tensor([1, 3])], outputs: [0, 1]),
        ]
        #expect(Set(keys).count == keys.count)
        #expect(!keys.contains(nil))
    }

    @Test(
        "Requests without a common number of rows have no key",
        arguments: [[], [[]], [[0, 3]], [[-1, 3]], [[2, 3], [3, 3]], [[2, 3], []]] as [[[Int64]]]
    )
    func unbatchable(shapes: [[Int64]]) {
        #expect(Self.key(shapes.map { Self.tensor($0) }) == nil)
    }
}
