import Inference
import ServingCore
import TestSupport
import Testing

@Suite("OnnxPreflight")
struct OnnxPreflightTests {
    private static func refusal(_ bytes: [UInt8]) -> EngineLoadError? {
        do throws(EngineLoadError) {
            try OnnxPreflight.check(TensorBytes(copying: bytes))
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "Files of other formats are refused, each with its own sentence",
        arguments: [
            ([], "empty"),
            ([0x1F, 0x8B, 8, 0, 0, 0], "gzip"),
            ([0x28, 0xB5, 0x2F, 0xFD, 0], "zstd"),
            ([0x50, 0x4B, 3, 4, 20, 0], "zip"),
            ([0x80, 4, 0x95, 0x1A], "pickle"),
            ([0x89] + Array("HDF\r\n\u{1A}\n".utf8), "HDF5"),
            (Array("version https://git-lfs.github.com/spec/v1\noid sha256:00".utf8), "git lfs pull"),
            ([28, 0, 0, 0] + Array("ORTM".utf8), "ORT format"),
            ([28, 0, 0, 0] + Array("TFL3".utf8), "TensorFlow Lite"),
            (Array("GGUF".utf8) + [3, 0, 0, 0], "GGUF"),
            (Array("{\"format\": \"json\"}".utf8), "not an ONNX model"),
            ([8, 8], "no ONNX graph"),
            ([8, 8, 0x0B, 0x0C], "damaged"),
        ] as [([UInt8], String)]
    )
    func foreignFormats(bytes: [UInt8], word: String) {
        let error = Self.refusal(bytes)
        #expect(error?.code == .notAModel)
        #expect(error?.message.contains(word) == true, "\(error?.message ?? "accepted")")
    }

    @Test(
        "Models that fit in one file pass",
        arguments: ["identity_bytes", "add", "linear", "endless", "zipmap", "local_function", "constant"]
    )
    func sound(name: String) throws {
        #expect(try Self.refusal(Fixture.bytes(name)) == nil)
    }

    @Test(
        "External data is refused wherever it hides",
        arguments: [
            "external_initializer", "external_location_only", "external_sparse", "external_constant",
            "external_sparse_constant", "external_subgraph", "external_function", "external_training",
        ]
    )
    func externalData(name: String) throws {
        #expect(try Self.refusal(Fixture.bytes(name))?.code == .externalData)
    }

    @Test("Operators of a library that is not there are refused with their domain")
    func customOperator() throws {
        let error = try Self.refusal(Fixture.bytes("custom_operator"))
        #expect(error?.code == .customOperator)
        #expect(error?.message.contains("com.example.text") == true)
    }

    @Test("Every truncation of a model is refused, and all but the first bytes as cut short")
    func truncation() throws {
        let model = try Fixture.bytes("linear")
        for count in 0..<model.count {
            let error = Self.refusal(Array(model[..<count]))
            guard let error else {
                // Cut exactly behind the graph: what is lost is the list of operator sets, which the runtime misses.
                #expect(count > model.count - 40)
                continue
            }
            #expect(error.code == .notAModel)
        }
        #expect(Self.refusal(Array(model[..<(model.count / 2)]))?.message.contains("cut short") == true)
    }

    @Test("A length of 2^63 or more, and varints that never end, are refused, not followed")
    func lyingLengths() {
        let huge: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
        #expect(Self.refusal([8, 8, 0x3A] + huge) != nil)
        #expect(Self.refusal([8, 8, 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]) != nil)
        #expect(Self.refusal([8, 8] + [UInt8](repeating: 0xFF, count: 64)) != nil)
    }

    @Test("Subgraphs nested beyond any parser's limit are refused without recursion")
    func deepNesting() {
        // graph { node { attribute { g { node { ... } } } } }, from the inside out.
        var message: [UInt8] = []
        for level in 0..<3000 {
            let tag: UInt8 = [0x32, 0x2A, 0x0A][level % 3]
            message = [tag] + Self.varint(message.count) + message
        }
        let error = Self.refusal([8, 8, 0x3A] + Self.varint(message.count) + message)
        #expect(error?.message.contains("deeper") == true)
    }

    private static func varint(_ value: Int) -> [UInt8] {
        var rest = UInt64(value)
        var bytes: [UInt8] = []
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}
