import InferOracle
import NIOCore
import OpenAI
import OpenInference
import ServingCore

/// Reads arbitrary bytes as answers of servers and as requests of OpenAI's API, cut in several ways, and says which
/// promises do not hold. Shared by the fuzz target and by the tests that replay its corpus.
package final class AnswerOracle {
    private let openAI = OpenAIOracle()
    private let streams = StreamOracle()
    private let infer: InferResponseDecoder
    private let predict: PredictResponseDecoder
    private let predictRequests: PredictRequestDecoder
    private let rewriter = InferResponseRewriter(model: "our \"one\"", version: "22")
    private let parser = JSONParser(maxDepth: 128)

    package init() {
        var limits = DecodeLimits()
        limits.maxElements = 1 << 16
        limits.maxElementBytes = 1 << 12
        limits.retainedJSONBytes = 1 << 16
        self.infer = InferResponseDecoder(limits: limits)
        self.predict = PredictResponseDecoder(limits: limits)
        self.predictRequests = PredictRequestDecoder(limits: limits)
    }

    /// The low half of the first byte says what the rest is read as, the high half how.
    package func check(_ bytes: [UInt8]) -> [String] {
        guard let selector = bytes.first else { return [] }
        let bytes = Array(bytes.dropFirst())
        let how = Int(selector >> 4)
        switch selector & 15 {
        case 0: return self.openAI.checkRequest(bytes, how)
        case 1: return self.openAI.checkAnswer(bytes, .generation, how)
        case 2: return self.openAI.checkAnswer(bytes, .embedding, how)
        case 3: return self.openAI.checkModels(bytes)
        case 4: return self.streams.checkEvents(bytes)
        case 5: return self.streams.checkModel(bytes, isStream: false)
        case 6: return self.streams.checkModel(bytes, isStream: true)
        case 7: return self.checkInfer(bytes, jsonLength: nil, how)
        case 8:
            guard bytes.count >= 2 else { return [] }
            return self.checkInfer(Array(bytes[2...]), jsonLength: Int(bytes[0]) | Int(bytes[1]) << 8, how)
        case 9: return self.checkNames(bytes, how)
        case 10:
            return self.checkTensors { (signature) throws(InferenceError) in
                try self.predict.decode(ByteBuffer(bytes: bytes), status: Self.status(how), signature: signature)
            }
        case 11: return self.checkPredict(bytes)
        case 12: return self.checkMetadata(bytes, how)
        default: return []
        }
    }

    private static func status(_ how: Int) -> Int { [200, 200, 200, 200, 503, 400, 307, 204][how & 7] }

    private func checkInfer(_ bytes: [UInt8], jsonLength: Int?, _ how: Int) -> [String] {
        self.checkTensors { (signature) throws(InferenceError) in
            try self.infer.decode(
                ByteBuffer(bytes: bytes),
                status: Self.status(how),
                jsonLength: jsonLength,
                signature: signature
            )
        }
    }

    private func checkTensors(_ decode: (ModelSignature) throws(InferenceError) -> [Tensor]) -> [String] {
        InferOracle.signatures.flatMap { signature in
            Self.refusal { () throws(InferenceError) in
                let request = InferRequest(inputs: try decode(signature), outputs: [])
                return InferOracle.violations(request, ModelSignature(inputs: signature.outputs, outputs: []))
            }
        }
    }

    private func checkPredict(_ bytes: [UInt8]) -> [String] {
        InferOracle.signatures.flatMap { signature in
            Self.refusal { () throws(InferenceError) in
                let body = ByteBuffer(bytes: bytes)
                return InferOracle.violations(
                    try self.predictRequests.decode(body, signature: signature).request,
                    signature
                )
            }
        }
    }

    private func checkMetadata(_ bytes: [UInt8], _ how: Int) -> [String] {
        Self.refusal { () throws(InferenceError) in
            let metadata = try ModelMetadataDecoder.decode(ByteBuffer(bytes: bytes), status: Self.status(how))
            let inputs = metadata.signature.inputs
            return inputs.isEmpty || Set(inputs.map(\.name)).count < inputs.count ? ["names of inputs"] : []
        }
    }

    /// An error is right, but must be a sentence and not a fault of ours.
    private static func refusal(_ check: () throws(InferenceError) -> [String]) -> [String] {
        do throws(InferenceError) {
            return try check()
        } catch {
            return error.message.isEmpty || error.code == .internal ? ["\(error)"] : []
        }
    }

    /// Our names in a V2 answer, given whole and its beginning alone.
    private func checkNames(_ bytes: [UInt8], _ how: Int) -> [String] {
        let cut = how * bytes.count / 16
        let whole = self.renamed(bytes, before: [], isWhole: true)
        let begun = self.renamed(Array(bytes[..<cut]), before: Array(bytes[cut...]), isWhole: false)
        var wrong: [String] = []
        if let begun, begun != whole { wrong.append("the names replaced in the first \(cut) bytes are others") }
        guard let whole, case .object(let old)? = JSONValue(bytes, self.parser) else { return wrong }
        guard case .object(let new)? = JSONValue(whole, self.parser), old.count == new.count else {
            return wrong + ["no JSON with our names"]
        }
        for (old, new) in zip(old, new) where old != new {
            let isName = new.key.elementsEqual("model_name".utf8) && new.value == .text(Array("our \"one\"".utf8))
            let isVersion = new.key.elementsEqual("model_version".utf8) && new.value == .text(Array("22".utf8))
            if old.key != new.key || !(isName || isVersion) { wrong.append("a member that is no name") }
        }
        return wrong
    }

    /// What is sent when `bytes` have come and `rest` follows; nil when nothing was replaced.
    private func renamed(_ bytes: [UInt8], before rest: [UInt8], isWhole: Bool) -> [UInt8]? {
        self.rewriter.rewrite(ByteBuffer(bytes: bytes), jsonLength: nil, isWhole: isWhole)
            .map { Array($0.head.readableBytesView) + Array($0.rest.readableBytesView) + rest }
    }
}
