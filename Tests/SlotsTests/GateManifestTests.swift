import ServingCore
import Slots
import SystemPackage
import TestSupport
import Testing

@Suite("Manifest keys of the gate")
struct GateManifestTests {
    private static func policy(_ text: String) throws -> GatePolicy {
        let folder = try TemporaryRepository()
        try folder.write(text, to: "m/model.yaml")
        return try ModelRepository(root: FilePath(folder.path)).manifest(of: #require(ModelName("m"))).gate
    }

    @Test("What is not said keeps its default")
    func defaults() throws {
        for text in ["", "gate: {}", "gate: {checks: {}}", "gate: {checks: {errors: {}}}"] {
            #expect(try Self.policy(text) == GatePolicy(), "\(text)")
        }
        #expect(GatePolicy().mode == .noninferiority && GatePolicy().rollsBackOn == [.validity, .errors])
    }

    @Test("The mode brings its own rules, whatever comes after it", arguments: GatePolicy.Mode.allCases)
    func mode(_ mode: GatePolicy.Mode) throws {
        var expected = GatePolicy(mode: mode)
        expected.rules[.errors]?.minimum = 7
        #expect(try Self.policy("gate: {checks: {errors: {pairs: 7}}, mode: \(mode.rawValue)}") == expected)
        let likeness = try Self.policy("gate: {mode: \(mode.rawValue)}").rule(.flips).enforcement
        #expect(likeness == (mode == .equivalence ? .block : .inform))
    }

    @Test("Every key is read")
    func everyKey() throws {
        let policy = try Self.policy(
            """
            gate:
              mode: equivalence
              alpha: 0.01
              minimumTime: 30m
              budget: 2d
              acceptUnlabelled: true
              labelOutput: label
              latencyBaseline: live
              verdictLifetime: 90s
              watch: 0s
              rollbackOn: [validity, errors, latency_p50, latency_p99]
              soak: 12h
              checks:
                errors: {margin: 0.002, pairs: 5000}
                latency_p50: {margin: 1.5, slack: 300us}
                latency_p99: {margin: 1.2, slack: 10ms, enforce: inform}
                tail: {threshold: 0.3}
                cost: {enforce: block}
                segments: {enforce: off}
            """
        )
        var expected = GatePolicy(mode: .equivalence)
        expected.alpha = 0.01
        expected.minimumTime = 1_800_000_000
        expected.budget = 172_800_000_000
        expected.acceptsUnlabelled = true
        expected.labelOutput = "label"
        expected.latencyBaseline = .live
        expected.lifetime = 90_000_000
        expected.watch = 0
        expected.rollsBackOn = [.validity, .errors, .latencyMedian, .latencyTail]
        expected.soak = 43_200_000_000
        expected.rules[.errors] = .init(margin: 0.002, minimum: 5_000, enforcement: .block)
        expected.rules[.latencyMedian]?.margin = 1.5
        expected.medianSlack = 300_000
        expected.rules[.latencyTail] = .init(margin: 1.2, minimum: 2_000, enforcement: .inform)
        expected.tailSlack = 10_000_000
        expected.tailThreshold = 0.3
        expected.rules[.cost]?.enforcement = .block
        expected.rules[.segments]?.enforcement = .off
        #expect(policy == expected)
    }

    @Test("Each check is known by its name, and can be made to inform", arguments: GateCheck.allCases)
    func checks(_ check: GateCheck) throws {
        let policy = try Self.policy("gate: {checks: {\(check.rawValue): {enforce: inform, pairs: 3}}}")
        #expect(policy.rule(check).enforcement == .inform && policy.rule(check).minimum == 3)
        #expect(policy.rule(check).margin == GatePolicy().rule(check).margin)
    }

    @Test(
        "What is unknown, of the wrong type or out of range is refused by name",
        arguments: [
            ("gate: 5", ["gate"]), ("gate: {modus: x}", ["gate", "unknown key 'modus'", "acceptUnlabelled"]),
            ("gate: {mode: strict}", ["gate.mode", "'strict' is none of equivalence, noninferiority"]),
            ("gate: {alpha: 0}", ["gate.alpha", "between 0.0001 and 0.2, not 0.0"]),
            ("gate: {alpha: 0.21}", ["gate.alpha"]), ("gate: {alpha: -0.05}", ["gate.alpha"]),
            ("gate: {alpha: .nan}", ["gate.alpha"]), ("gate: {alpha: small}", ["gate.alpha"]),
            ("gate: {minimumTime: 15}", ["gate.minimumTime", "'15' is not a duration"]),
            ("gate: {budget: -1h}", ["gate.budget"]), ("gate: {watch: soon}", ["gate.watch"]),
            ("gate: {soak: 1w}", ["gate.soak"]),
            ("gate: {verdictLifetime: 0s}", ["gate.verdictLifetime", "at least 1s"]),
            ("gate: {acceptUnlabelled: perhaps}", ["gate.acceptUnlabelled"]),
            ("gate: {labelOutput: []}", ["gate.labelOutput"]),
            ("gate: {latencyBaseline: hot}", ["gate.latencyBaseline", "'hot' is none of repeated, live"]),
            (
                "gate: {rollbackOn: [cost]}",
                [
                    "gate.rollbackOn",
                    "'cost' takes nothing back; possible are validity, errors, latency_p50, latency_p99",
                ]
            ),
            ("gate: {rollbackOn: errors}", ["gate.rollbackOn"]),
            (
                "gate: {checks: {error: {}}}",
                ["gate.checks", "unknown check 'error'; known are data_quality, validity"]
            ),
            ("gate: {checks: [errors]}", ["gate.checks"]),
            ("gate: {checks: {errors: 5}}", ["gate.checks.errors"]),
            ("gate: {checks: {errors: {min: 5}}}", ["gate.checks.errors", "unknown key 'min'", "margin, pairs"]),
            (
                "gate: {checks: {errors: {margin: -0.1}}}",
                ["gate.checks", "errors: margin must lie between 0.0001 and 0.5, not -0.1"]
            ),
            ("gate: {checks: {validity: {margin: 0}}}", ["validity: margin"]),
            ("gate: {checks: {quality: {margin: 0.6}}}", ["quality: margin"]),
            ("gate: {checks: {tail: {margin: .nan}}}", ["tail: margin"]),
            ("gate: {checks: {flips: {margin: .inf}}}", ["flips: margin"]),
            (
                "gate: {checks: {latency_p99: {margin: 0.9}}}",
                ["latency_p99: margin must lie between 1.0 and 1000.0, not 0.9"]
            ),
            ("gate: {checks: {segments: {margin: 0.5}}}", ["segments: margin"]),
            ("gate: {checks: {coverage: {margin: 0}}}", ["gate.checks", "coverage has no margin"]),
            ("gate: {checks: {cloud_shift: {margin: 0.1}}}", ["cloud_shift has no margin"]),
            ("gate: {checks: {errors: {pairs: -1}}}", ["gate.checks.errors.pairs", "between 0 and 1000000000"]),
            ("gate: {checks: {errors: {pairs: 1.5}}}", ["gate.checks.errors.pairs"]),
            (
                "gate: {checks: {errors: {enforce: warn}}}",
                ["gate.checks.errors.enforce", "'warn' is none of block, inform, off"]
            ),
            ("gate: {checks: {errors: {slack: 1ms}}}", ["gate.checks", "errors: `slack` is a key of latency checks"]),
            ("gate: {checks: {latency_p50: {slack: 1}}}", ["gate.checks.latency_p50.slack"]),
            (
                "gate: {checks: {errors: {threshold: 0.5}}}",
                ["gate.checks", "`threshold` is a key of tail, between 0 and 1"]
            ),
            ("gate: {checks: {tail: {threshold: 1}}}", ["`threshold`"]),
            ("gate: {checks: {tail: {threshold: 0}}}", ["`threshold`"]),
            ("gate: {checks: {tail: {threshold: .nan}}}", ["`threshold`"]),
        ] as [(String, [String])]
    )
    func refused(_ text: String, _ parts: [String]) {
        let error = #expect(throws: RepositoryError.self) { try Self.policy(text) }
        #expect(error?.code == .invalid)
        for part in parts { #expect(error?.description.contains(part) == true, "\(error?.description ?? "")") }
    }
}
