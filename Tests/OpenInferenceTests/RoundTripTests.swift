import NIOCore
import OpenInference
import ServingCore
import TestSupport
import Testing

/// Encodes tensors as an answer and decodes that as a request: the bits must be the same.
@Suite("Round trips")
struct RoundTripTests {
    private func roundTrip(_ tensor: Tensor, binary: Bool = false) throws -> [UInt8] {
        let spec = TensorSpec(name: "x", datatype: tensor.datatype, shape: tensor.shape.map { _ in -1 })
        let encoder = InferResponseEncoder(model: "m", version: "1", signature: .init(inputs: [], outputs: [spec]))
        var answer = ByteBuffer()
        let request = InferRequest(inputs: [], outputs: [.init(index: 0, binary: binary)])
        let length = try encoder.encode(request, outputs: [tensor], into: &answer)
        var json = answer.readString(length: length ?? answer.readableBytes) ?? ""
        json.replace("\"outputs\":", with: "\"inputs\":", maxReplacements: 1)
        var body = ByteBuffer(string: json)
        body.writeBuffer(&answer)
        let decoded = try InferRequestDecoder()
            .decode(
                body,
                jsonLength: length.map { _ in json.utf8.count },
                signature: .init(inputs: [spec], outputs: [])
            )
        return decoded.inputs[0].array
    }

    @Test("FP32: extremes and random bit patterns")
    func floats() throws {
        var random = SeededRandom(seed: 1)
        var values: [Float] = [
            0, -0.0, 1, -1, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude,
            Float.leastNormalMagnitude.nextDown, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .pi, .ulpOfOne,
            16_777_216, 16_777_218, 9.007199e15, 1e9, 1e10, 1e-5, 0x1p36, 0x1p32, 0x1p63, 0x1p64, 0x1p65,
        ]
        while values.count < 20_000 {
            let value = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            if value.isFinite { values.append(value) }
        }
        let tensor = Tensor(.fp32, [Int64(values.count)], values)
        #expect(try self.roundTrip(tensor) == tensor.array)
    }

    @Test("FP64: extremes and random bit patterns")
    func doubles() throws {
        var random = SeededRandom(seed: 2)
        var values: [Double] = [
            0, -0.0, 1, -1, .leastNonzeroMagnitude, .leastNormalMagnitude, Double.leastNormalMagnitude.nextDown,
            .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .pi, .ulpOfOne, 0x1p53, 0x1p67, 1e15, 1e16, 1e21, 1e22,
            1e23, 0x1p63, 0x1p64,
        ]
        while values.count < 20_000 {
            let value = Double(bitPattern: random.next())
            if value.isFinite { values.append(value) }
        }
        let tensor = Tensor(.fp64, [Int64(values.count)], values)
        #expect(try self.roundTrip(tensor) == tensor.array)
    }

    @Test("integers of every width")
    func integers() throws {
        func check<Value: FixedWidthInteger & BitwiseCopyable>(_ datatype: DataType, _: Value.Type) throws {
            var random = SeededRandom(seed: 3)
            var values = [Value.min, Value.min + 1, 0, 1, Value.max - 1, Value.max]
            for _ in 0..<2000 { values.append(Value(truncatingIfNeeded: random.next() >> (random.next() % 64))) }
            let tensor = Tensor(datatype, [2, Int64(values.count / 2)], values)
            #expect(try self.roundTrip(tensor) == tensor.array)
        }
        try check(.int8, Int8.self)
        try check(.int16, Int16.self)
        try check(.int32, Int32.self)
        try check(.int64, Int64.self)
        try check(.uint8, UInt8.self)
        try check(.uint16, UInt16.self)
        try check(.uint32, UInt32.self)
        try check(.uint64, UInt64.self)
    }

    @Test("BOOL and BYTES")
    func others() throws {
        var random = SeededRandom(seed: 4)
        let bools = Tensor(.bool, [100], (0..<100).map { _ in UInt8(random.next() & 1) })
        #expect(try self.roundTrip(bools) == bools.array)
        let texts = (0..<500).map { _ in
            String(
                String.UnicodeScalarView(
                    (0..<(random.next() % 20)).compactMap { _ in
                        Unicode.Scalar(UInt32(random.next() % (random.next() & 1 == 0 ? 0x80 : 0x11_0000)))
                    }
                )
            )
        }
        let tensor = Tensor([250, 2], elements: texts.map { Array($0.utf8) })
        #expect(try self.roundTrip(tensor) == tensor.array)
    }

    @Test("every datatype as binary, arbitrary bits", arguments: DataType.allCases)
    func binary(_ datatype: DataType) throws {
        var random = SeededRandom(seed: 5)
        let bytes = (0..<(50 * (datatype.byteWidth ?? 1))).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let tensor =
            switch datatype {
            case .bytes: Tensor([2], elements: [bytes, []])
            case .bool: Tensor(.bool, [50], bytes.map { $0 & 1 })
            default: Tensor(datatype, [50], bytes)
            }
        #expect(try self.roundTrip(tensor, binary: true) == tensor.array)
    }
}
