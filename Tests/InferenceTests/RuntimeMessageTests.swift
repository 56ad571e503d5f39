import Inference
import Testing

@Suite("RuntimeMessage")
struct RuntimeMessageTests {
    @Test(
        "Paths, source locations, signatures and addresses are taken out; what was said stays",
        arguments: [
            (
                "Non-zero status code returned while running Reshape node. Name:'r' Status Message: "
                    + "/build/core/reshape_helper.h:45 onnxruntime::ReshapeHelper::ReshapeHelper(const TensorShape &, "
                    + "TensorShapeVector &, bool) size != 0 was false. Input shape:{3}\n",
                "Non-zero status code returned while running Reshape node. Name:'r' Status Message: "
                    + "size != 0 was false. Input shape:{3}"
            ),
            (
                "Load model failed:/a.cc:12 virtual int Graph::f(std::function<void (int)>) const bad magic",
                "Load model failed: bad magic"
            ),
            ("/a/b.cc:12 int Graph::f(std::function<void (int)>) const bad node", "bad node"),
            ("cannot open \"/etc/secret/model\" at 0x7ffe12ab now", "cannot open at now"),
            ("ratio 1 / 2 and 0x", "ratio 1 / 2 and 0x"),
            ("two\nlines\tand\u{1B}[31m red", "two lines and [31m red"),
            ("", ""),
        ]
    )
    func cleaned(text: String, expected: String) {
        #expect(RuntimeMessage.readable(text) == expected)
    }

    @Test("Long texts are cut")
    func cut() {
        let text = RuntimeMessage.readable(String(repeating: "word ", count: 1000))
        #expect(text.count == 401)
        #expect(text.hasSuffix("…"))
    }
}
