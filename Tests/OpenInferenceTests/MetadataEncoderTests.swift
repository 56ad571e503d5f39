import NIOCore
import OpenInference
import ServingCore
import Testing

@Suite("Metadata bodies")
struct MetadataEncoderTests {
    @Test("server metadata")
    func server() {
        let body = MetadataEncoder.serverMetadata(name: "teal", version: "1", extensions: ["a", "b\"c"])
        #expect(String(buffer: body) == "{\"name\":\"teal\",\"version\":\"1\",\"extensions\":[\"a\",\"b\\\"c\"]}")
        let bare = MetadataEncoder.serverMetadata(name: "teal", version: "1", extensions: [])
        #expect(String(buffer: bare) == "{\"name\":\"teal\",\"version\":\"1\",\"extensions\":[]}")
    }

    @Test("model metadata")
    func model() {
        let body = MetadataEncoder.modelMetadata(
            name: "m",
            versions: ["1", "2"],
            platform: "onnx_onnxv1",
            signature: Requests.floats
        )
        #expect(
            String(buffer: body)
                == "{\"name\":\"m\",\"versions\":[\"1\",\"2\"],\"platform\":\"onnx_onnxv1\","
                + "\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[-1,4]}],"
                + "\"outputs\":[{\"name\":\"label\",\"datatype\":\"INT64\",\"shape\":[-1]},"
                + "{\"name\":\"probabilities\",\"datatype\":\"FP32\",\"shape\":[-1,2]}]}"
        )
    }

    @Test("readiness")
    func ready() {
        #expect(String(buffer: MetadataEncoder.modelReady(name: "m", ready: true)) == "{\"name\":\"m\",\"ready\":true}")
        #expect(
            String(buffer: MetadataEncoder.modelReady(name: "m", ready: false)) == "{\"name\":\"m\",\"ready\":false}"
        )
        #expect(String(buffer: MetadataEncoder.live(true)) == "{\"live\":true}")
        #expect(String(buffer: MetadataEncoder.ready(false)) == "{\"ready\":false}")
    }

    @Test("repository index")
    func index() {
        #expect(String(buffer: MetadataEncoder.repositoryIndex([])) == "[]")
        let body = MetadataEncoder.repositoryIndex([
            .init(name: "m", version: "1", state: "READY"),
            .init(name: "n", version: nil, state: "UNAVAILABLE", reason: "failed:\n\"x\""),
        ])
        #expect(
            String(buffer: body)
                == "[{\"name\":\"m\",\"version\":\"1\",\"state\":\"READY\",\"reason\":\"\"},"
                + "{\"name\":\"n\",\"state\":\"UNAVAILABLE\",\"reason\":\"failed:\\n\\\"x\\\"\"}]"
        )
    }

    @Test("errors are escaped")
    func error() {
        #expect(String(buffer: MetadataEncoder.error("no \"x\"\u{0}")) == "{\"error\":\"no \\\"x\\\"\\u0000\"}")
    }
}
