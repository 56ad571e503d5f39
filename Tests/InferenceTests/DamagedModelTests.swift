import Inference
import ServingCore
import TestSupport
import Testing

/// Whatever bytes are offered as a model, the process lives on, and what loads can be run or refuses with an error.
@Suite("Damaged models", .timeLimit(.minutes(2)))
struct DamagedModelTests {
    private static let names = ["add", "linear", "identity_bytes", "picky", "text", "external_subgraph"]

    private static func offer(_ bytes: [UInt8]) throws {
        let runtime = try Fixture.runtime.get()
        do throws(EngineLoadError) {
            let engine = try runtime.load(TensorBytes(copying: bytes), options: EngineOptions())
            #expect(!engine.signature.outputs.isEmpty)
        } catch {
            #expect(!error.message.isEmpty)
            #expect(!error.message.contains("/onnxruntime"), "\(error.message)")
        }
    }

    @Test("Random bytes", arguments: UInt64(1)...100)
    func random(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let count = Int.random(in: 1...2000, using: &random)
        var bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        // Half of them with a model's first bytes, so that they get further.
        if seed.isMultiple(of: 2) { bytes.replaceSubrange(0..<1, with: [8, 8, 0x3A]) }
        try Self.offer(bytes)
    }

    @Test("Truncated models", arguments: Self.names)
    func truncated(name: String) throws {
        let model = try Fixture.bytes(name)
        for step in 0..<30 { try Self.offer(Array(model[..<(model.count * step / 30)])) }
    }

    @Test("Models with a few bytes changed, removed or doubled", arguments: UInt64(1)...400)
    func mutated(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var model = try Fixture.bytes(Self.names[Int(seed) % Self.names.count])
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0..<model.count, using: &random)
            let end = min(model.count, place + Int.random(in: 1...8, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0: model[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: model[place] = UInt8.random(in: .min ... .max, using: &random)
            case 2: model.removeSubrange(place..<end)
            default: model.insert(contentsOf: model[place..<end], at: place)
            }
        }
        try Self.offer(model)
    }
}
