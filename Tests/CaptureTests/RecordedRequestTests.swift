import Capture
import Comparison
import NIOCore
import OpenInference
import ServingCore
import TestSupport
import Testing

@Suite("RecordedRequest")
struct RecordedRequestTests {
    private static func body(_ inputs: [NamedTensor]) throws -> PairBody {
        let leg = Leg(outcome: .answered, nanoseconds: 1)
        let pair = Pair(id: 1, release: 1, inputs: inputs, live: leg, candidate: leg)
        return try PairRedactor(mode: .full).encoded(pair)
    }

    /// The inputs as the gateway reads them from the line.
    private static func reread(
        _ inputs: [NamedTensor],
        id: String? = nil,
        parameters: [Segment] = []
    ) throws -> InferRequest {
        let line = try #require(RecordedRequest.line(try Self.body(inputs), id: id, parameters: parameters))
        #expect(!line.contains("\n"))
        let signature = ModelSignature(
            inputs: inputs.map { TensorSpec(name: $0.name, datatype: $0.tensor.datatype, shape: $0.tensor.shape) },
            outputs: [TensorSpec(name: "o", datatype: .fp32, shape: [1])]
        )
        return try InferRequestDecoder().decode(
            ByteBuffer(string: line),
            jsonLength: nil,
            signature: signature,
            parameters: parameters.map(\.key)
        )
    }

    @Test("The gateway reads the very same tensors")
    func roundTrip() throws {
        let inputs = [
            NamedTensor(name: "b", tensor: .of(.bool, [UInt8(1), 0])),
            NamedTensor(name: "u8", tensor: .of(.uint8, [UInt8.min, .max])),
            NamedTensor(name: "u16", tensor: .of(.uint16, [UInt16.min, .max])),
            NamedTensor(name: "u32", tensor: .of(.uint32, [UInt32.min, .max])),
            NamedTensor(name: "u64", tensor: .of(.uint64, [UInt64.min, .max])),
            NamedTensor(name: "i8", tensor: .of(.int8, [Int8.min, .max])),
            NamedTensor(name: "i16", tensor: .of(.int16, [Int16.min, .max])),
            NamedTensor(name: "i32", tensor: .of(.int32, [Int32.min, .max])),
            NamedTensor(name: "i64", tensor: .of(.int64, [Int64.min, .max], shape: [2, 1])),
            NamedTensor(name: "\"odd\\ näme\n", tensor: .texts(["a\"b\\c\n\u{1}\u{2028}é\0", "", "文"])),
            NamedTensor(name: "none", tensor: .of(.fp32, [Float](), shape: [0, 3])),
        ]
        let request = try Self.reread(inputs)
        for (read, given) in zip(request.inputs, inputs) {
            #expect(read.rawBytes == given.tensor.rawBytes && read.shape == given.tensor.shape, "\(given.name)")
        }
    }

    @Test("Floating-point numbers come back bit by bit")
    func numbers() throws {
        var random = SeededRandom(seed: 11)
        let floats =
            [
                0, -0.0, 1, 0.1, Float.leastNonzeroMagnitude, Float.greatestFiniteMagnitude, .leastNormalMagnitude,
                16_777_216,
            ]
            + (0..<20_000).map { _ in Float(bitPattern: UInt32.random(in: .min ... .max, using: &random)) }
        let doubles =
            [0, -0.0, 0.1, Double.leastNonzeroMagnitude, Double.greatestFiniteMagnitude, 1e22, 9_007_199_254_740_992]
            + (0..<20_000).map { _ in Double(bitPattern: UInt64.random(in: .min ... .max, using: &random)) }
        let inputs = [
            NamedTensor(name: "f", tensor: .of(.fp32, floats.filter(\.isFinite))),
            NamedTensor(name: "d", tensor: .of(.fp64, doubles.filter(\.isFinite))),
        ]
        let request = try Self.reread(inputs)
        #expect(request.inputs[0].rawBytes == inputs[0].tensor.rawBytes)
        #expect(request.inputs[1].rawBytes == inputs[1].tensor.rawBytes)
    }

    @Test("Declared parameters go along, but none that means something to the gateway")
    func parameters() throws {
        let parameters = [
            Segment(key: "label", value: "seven \"7\""), Segment(key: "timeout", value: "5"),
            Segment(key: "binary_data_output", value: "true"),
        ]
        let request = try Self.reread([NamedTensor(name: "x", tensor: .of(.fp32, [Float(1)]))], parameters: parameters)
        #expect(request.parameters.map(\.name) == ["label"])
        #expect(request.parameters.first?.value == "seven \"7\"")
        #expect(request.timeoutMicroseconds == nil)
    }

    @Test("The client's id goes along, whatever is in it", arguments: [nil, "", "a-1", "\"\\\n\u{1}é\u{2028}"])
    func id(_ id: String?) throws {
        #expect(try Self.reread([NamedTensor(name: "x", tensor: .of(.fp32, [Float(1)]))], id: id).id == id)
    }

    @Test("What JSON cannot say is no line")
    func unrepresentable() throws {
        let inputs: [Tensor] = [
            .of(.fp32, [Float.nan]), .of(.fp64, [Double.infinity]), .of(.fp16, [UInt16(0)]), .of(.bf16, [UInt16(0)]),
            .texts([[0xFF, 0xFE]]),
        ]
        for tensor in inputs {
            #expect(try RecordedRequest.line(Self.body([NamedTensor(name: "x", tensor: tensor)])) == nil)
        }
    }

    @Test("Hashes are no request")
    func hashed() throws {
        #expect(try RecordedRequest.line(PairRedactor(mode: .hash).encoded(Pairs.digits())) == nil)
    }
}
