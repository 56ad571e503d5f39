import Capture
import Comparison
import Foundation
import ServingCore
import TestSupport
import Testing
import Trials

/// Secrets where comparators look: keys of JSON texts that live does not repeat, a number that the reason for a choice could
/// quote, vectors that later ones are compared with.
@Suite("Secrets that comparators have seen")
struct TrialSecretsTests {
    private static let secretKeys = ["ann.lee@example.com", "4111 1111 1111 1111", "ghp_0123456789abcdefABCDEF"]
    private static let plainKey = "diagnosis"
    private static let amount = 7_314_882.5
    private static let removesTensors: [RedactionRule] = ["answer", "amount", "embedding"].map { .tensor($0) }

    /// What must not be found under a policy.
    struct Case: Sendable, CustomTestStringConvertible {
        let policy: CapturePolicy
        let forbidden: [[UInt8]]

        var testDescription: String { "\(self.policy.mode), \(self.policy.rules.count) rules" }
    }

    private static let keyBytes = secretKeys.map { Array($0.utf8) }
    private static let valueBytes: [[UInt8]] = [
        Array(plainKey.utf8),
        // Three digits of the number, and 5 % of it, which measures errors.
        Array("7310000".utf8),
        withUnsafeBytes(of: (amount * 0.05).bitPattern.littleEndian) { Array($0) },
        // The vectors' kept form.
        Array("7f817f817f817f81".utf8),
    ]

    static let cases = [
        Case(policy: CapturePolicy(mode: .redacted), forbidden: keyBytes),
        Case(policy: CapturePolicy(mode: .redacted, rules: removesTensors), forbidden: keyBytes + valueBytes),
        Case(policy: CapturePolicy(mode: .hash), forbidden: keyBytes + valueBytes),
        Case(policy: CapturePolicy(mode: .off), forbidden: keyBytes + valueBytes),
    ]

    private func signature(_ dimensions: Int64) -> ModelSignature {
        ModelSignature(
            inputs: [],
            outputs: [
                TensorSpec(name: "answer", datatype: .bytes, shape: [1]),
                TensorSpec(name: "amount", datatype: .fp64, shape: [1]),
                TensorSpec(name: "embedding", datatype: .fp32, shape: [1, dimensions]),
            ]
        )
    }

    private func begin(_ stage: TrialStage, _ policy: CapturePolicy) {
        stage.recorder.begin(
            .numbered(),
            live: self.signature(24),
            candidate: self.signature(20),
            comparison: ComparisonSettings(),
            capture: policy
        )
    }

    private func leg(_ number: Int, _ dimensions: Int) -> Leg {
        let keys = Self.secretKeys + [Self.plainKey]
        let text = "{" + keys.map { "\"\($0)\":\(number)," }.joined() + "\"same\":1}"
        let vector = (0..<dimensions).map { $0.isMultiple(of: 2) ? Float(1) : -1 }
        return Leg(
            outcome: .answered,
            nanoseconds: 1_000,
            outputs: [
                NamedTensor(name: "answer", tensor: .texts([text])),
                NamedTensor(name: "amount", tensor: .of(.fp64, [Self.amount])),
                NamedTensor(name: "embedding", tensor: .of(.fp32, vector, shape: [1, Int64(dimensions)])),
            ]
        )
    }

    /// The two live answers and the candidate's differ in every secret key's value.
    private func mirror(_ ids: ClosedRange<Int>, _ stage: TrialStage) {
        for id in ids {
            stage.mirror(
                Pair(
                    id: Int64(id),
                    release: 1,
                    inputs: [],
                    live: self.leg(3 * id, 24),
                    candidate: self.leg(3 * id + 1, 20),
                    noise: self.leg(3 * id + 2, 24)
                )
            )
        }
    }

    /// What is on the disk and what is shown.
    private func everything(_ stage: TrialStage) async throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        var bytes = try await stage.store.evidence(of: 1) ?? []
        bytes += try encoder.encode(try await stage.trial())
        for pair in stage.store.allPairs {
            bytes += pair.body + (try encoder.encode(pair.summary))
            bytes += try encoder.encode(try await stage.reader.pair(model: "digits", id: pair.summary.id))
        }
        return bytes
    }

    @Test("nothing that the policy removes is kept or shown", arguments: Self.cases)
    func keepsNothing(_ the: Case) async throws {
        let stage = TrialStage()
        self.begin(stage, the.policy)
        self.mirror(1...80, stage)
        await stage.recorder.flush()
        let everything = try await self.everything(stage)
        for secret in the.forbidden {
            let isFound = everything.contains(secret)
            #expect(!isFound, "\(String(decoding: secret, as: UTF8.self))")
        }
    }

    @Test("what may be kept is: the search above can find it")
    func keepsTheRest() async throws {
        let stage = TrialStage()
        self.begin(stage, CapturePolicy(mode: .full))
        self.mirror(1...80, stage)
        await stage.recorder.flush()
        let everything = try await self.everything(stage)
        for text in Self.keyBytes + Self.valueBytes {
            let isFound = everything.contains(text)
            #expect(isFound, "\(String(decoding: text, as: UTF8.self))")
        }
    }

    @Test("a masked field is told as such and stays masked after a restart", arguments: Self.cases)
    func masks(_ the: Case) async throws {
        let first = TrialStage()
        self.begin(first, the.policy)
        self.mirror(1...80, first)
        await first.recorder.flush()
        let before = try #require(try await first.trial().outputs.first)
        #expect(Set(before.plan.masked).count == 4)
        #expect(!before.fields.isEmpty && before.fields.allSatisfy(\.isMasked))
        #expect(before.diverged < 80)

        let second = TrialStage(first.store)
        _ = try await second.recorder.restore()
        self.begin(second, the.policy)
        self.mirror(81...120, second)
        await second.recorder.flush()
        let after = try #require(try await second.trial().outputs.first)
        #expect(after.plan == before.plan)
        #expect(after.compared == 120 && after.diverged == before.diverged)
    }
}
