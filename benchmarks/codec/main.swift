// Nanoseconds per decode and encode. `CodecBenchmark <case> <iterations>` runs one case only, for callgrind.
import NIOCore
import OpenInference
import ServingCore

func benchmark() throws {
    func quotedList(_ values: [String]) -> String { "[" + values.joined(separator: ",") + "]" }

    var random = SystemRandomNumberGenerator()
    let digits = ModelSignature(
        inputs: [TensorSpec(name: "x", datatype: .fp32, shape: [-1, 64])],
        outputs: [
            TensorSpec(name: "label", datatype: .int64, shape: [-1]),
            TensorSpec(name: "probabilities", datatype: .fp32, shape: [-1, 10]),
        ]
    )
    let sentiment = ModelSignature(
        inputs: [TensorSpec(name: "text", datatype: .bytes, shape: [-1, 1])],
        outputs: digits.outputs
    )

    func body(_ data: String, name: String = "x", shape: String = "[1,64]", datatype: String = "FP32") -> ByteBuffer {
        ByteBuffer(
            string:
                "{\"id\":\"digits-0001\",\"inputs\":[{\"name\":\"\(name)\",\"shape\":\(shape),\"datatype\":\"\(datatype)\","
                + "\"data\":\(data)}]}"
        )
    }

    let pixels = body(quotedList((0..<64).map { "\(($0 * 7) % 17).0" }))
    let floats = body(quotedList((0..<64).map { _ in "\(Float.random(in: -3...3, using: &random))" }))
    let nested = body("[" + quotedList((0..<64).map { "\(($0 * 7) % 17).0" }) + "]")
    let text = body(
        "[\"The plot was thin, but I enjoyed every minute of it!\"]",
        name: "text",
        shape: "[1,1]",
        datatype: "BYTES"
    )
    var binary = ByteBuffer(
        string:
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,64],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":256}}]}"
    )
    let binaryLength = binary.readableBytes
    for index in 0..<64 { binary.writeInteger(Float(index).bitPattern, endianness: .little) }

    let decoder = InferRequestDecoder()
    let encoder = InferResponseEncoder(model: "digits", version: "1", signature: digits)
    let probabilities = (0..<10).map { _ in Float.random(in: 0..<1, using: &random) }
    let answer = [
        Tensor(datatype: .int64, shape: [1], bytes: TensorBytes(copying: [7, 0, 0, 0, 0, 0, 0, 0])),
        Tensor(
            datatype: .fp32,
            shape: [1, 10],
            bytes: TensorBytes(count: 40) { (target) in
                for (index, value) in probabilities.enumerated() {
                    target.storeBytes(of: value, toByteOffset: 4 * index, as: Float.self)
                }
            }
        ),
    ]
    let request = try decoder.decode(pixels, jsonLength: nil, signature: digits)
    var binaryRequest = request
    binaryRequest.outputs = [.init(index: 0, binary: true), .init(index: 1, binary: true)]
    let capacity = ByteBufferAllocator().buffer(capacity: 1024)

    func encode(_ request: InferRequest) throws -> Int {
        // What an answer costs a connection: a buffer of its own, written once.
        var buffer = capacity
        buffer.clear()
        _ = try encoder.encode(request, outputs: answer, into: &buffer)
        return buffer.readableBytes
    }

    let cases: [(String, () throws -> Int)] = [
        ("decode-pixels", { try decoder.decode(pixels, jsonLength: nil, signature: digits).inputs.count }),
        ("decode-floats", { try decoder.decode(floats, jsonLength: nil, signature: digits).inputs.count }),
        ("decode-nested", { try decoder.decode(nested, jsonLength: nil, signature: digits).inputs.count }),
        ("decode-text", { try decoder.decode(text, jsonLength: nil, signature: sentiment).inputs.count }),
        ("decode-binary", { try decoder.decode(binary, jsonLength: binaryLength, signature: digits).inputs.count }),
        ("encode-json", { try encode(request) }),
        ("encode-binary", { try encode(binaryRequest) }),
    ]

    let only = CommandLine.arguments.dropFirst().first
    let iterations = CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 300_000
    let clock = ContinuousClock()
    for (name, run) in cases where only == nil || only == name {
        var sum = 0
        var best = Double.infinity
        for _ in 0..<(only == nil ? 5 : 1) {
            let time = try clock.measure { for _ in 0..<iterations { sum &+= try run() } }
            best = min(best, time / .nanoseconds(1) / Double(iterations))
        }
        print("\(name) \(Int(best)) ns (\(sum))")
    }
}

try benchmark()
