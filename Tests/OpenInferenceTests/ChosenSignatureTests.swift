import NIOCore
import OpenInference
import ServingCore
import Testing

@Suite("A signature that is chosen by what the request says")
struct ChosenSignatureTests {
    /// What `choose` was called with, in order, and what came of it.
    private func decode(
        _ json: String,
        raw: Bool = false,
        wanted: [String] = ["tenant"],
        _ signature: ModelSignature = Requests.floats
    ) -> (asked: [String], request: Result<InferRequest, InferenceError>) {
        var asked: [String] = []
        do throws(InferenceError) {
            let decoder = InferRequestDecoder()
            let body = ByteBuffer(string: json)
            let request = try decoder.decode(body, jsonLength: raw ? 0 : nil, parameters: wanted) { id, parameters in
                asked.append("\(id ?? "-") \(parameters.map { "\($0.name)=\($0.value)" }.joined(separator: ","))")
                return signature
            }
            return (asked, .success(request))
        } catch {
            return (asked, .failure(error))
        }
    }

    @Test("id and wanted parameters are known before the tensors are read, wherever they stand")
    func known() throws {
        let top = #""id":"r1","parameters":{"tenant":"acme","other":1},"#
        let first = self.decode(Requests.body(top: top))
        #expect(first.asked == ["r1 tenant=acme"])
        #expect(try first.request.get().inputs.count == 1)
        let inputs = Requests.body().dropFirst().dropLast()
        let last = self.decode("{\(inputs),\(top.dropLast())}")
        #expect(last.asked == first.asked)
        #expect(try last.request.get().parameters.map(\.value) == ["acme"])
    }

    @Test("the request is checked against the signature that was chosen")
    func checked() {
        let other = Requests.of(.int64, shape: [-1])
        let result = self.decode(Requests.body(top: #""id":"r1","#), other)
        #expect(result.asked == ["r1 "])
        #expect(throws: InferenceError.self) { try result.request.get() }
    }

    @Test("a raw body says nothing of itself")
    func raw() throws {
        let result = self.decode(String(repeating: "\u{0}", count: 16), raw: true)
        #expect(result.asked == ["- "])
        #expect(try result.request.get().inputs.first?.shape == [1, 4])
    }

    @Test(
        "nothing is chosen for a body that cannot be read as far as that",
        arguments: [
            "", "{", "[]", #"{"id":1}"#, #"{"id":"a","id":"b"}"#, #"{"parameters":[]}"#,
            #"{"parameters":{"timeout":-1}}"#,
        ]
    )
    func unreadable(_ json: String) {
        let result = self.decode(json)
        #expect(result.asked.isEmpty)
        #expect(throws: InferenceError.self) { try result.request.get() }
    }
}
