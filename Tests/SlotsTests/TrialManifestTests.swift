import ServingCore
import Slots
import SystemPackage
import TestSupport
import Testing

@Suite("Manifest keys of trials")
struct TrialManifestTests {
    private static func manifest(_ text: String) throws -> ModelManifest {
        let folder = try TemporaryRepository()
        try folder.write(text, to: "m/model.yaml")
        return try ModelRepository(root: FilePath(folder.path)).manifest(of: #require(ModelName("m")))
    }

    @Test("Every key is read")
    func everyKey() throws {
        let manifest = try Self.manifest(
            """
            shadow: {share: 50%, noise: 0.25, queue: 16, memory: 1GiB, maxRequest: 512KiB, concurrency: 2, timeout: 3s}
            split: {key: header:X-User, seed: 7}
            capture:
              mode: redacted
              rules: [email, card, token, {path: "$.user.name"}, {pattern: "[A-Z]{2}\\\\d{6}"}, {tensor: image}]
            segments: [{parameter: label}, {header: X-Tenant}]
            compare:
              outputs:
                probabilities: {comparator: probabilities, tolerance: 0.01}
                answer: {ignore: ["$.timestamp"]}
            """
        )
        #expect(manifest.traffic == TrafficSettings(shadow: 0.5, noise: 0.25))
        #expect(
            manifest.shadowLimits
                == ShadowLimits(
                    queue: 16,
                    bytes: 1 << 30,
                    requestBytes: 1 << 19,
                    concurrency: 2,
                    timeout: 3_000_000_000
                )
        )
        #expect(manifest.splitKey == .header("x-user") && manifest.splitSeed == 7)
        let rules: [RedactionRule] = [
            .email, .card, .token, .path("$.user.name"), .pattern("[A-Z]{2}\\d{6}"), .tensor("image"),
        ]
        #expect(manifest.capture == CapturePolicy(mode: .redacted, rules: rules))
        #expect(manifest.segments == [.parameter("label"), .header("x-tenant")])
        #expect(
            manifest.comparison
                == ComparisonSettings(outputs: [
                    "probabilities": .init(comparator: .probabilities, tolerance: 0.01),
                    "answer": .init(ignoredFields: ["$.timestamp"]),
                ])
        )
    }

    @Test("What is not said keeps its default")
    func defaults() throws {
        let manifest = try Self.manifest("shadow: {}\nsplit: {}\ncapture: {}\nsegments: []\ncompare: {}")
        #expect(manifest == ModelManifest())
        #expect(manifest.capture.rules == RedactionRule.standard)
    }

    @Test("The mode off is read although YAML takes the word for a truth value")
    func off() throws {
        for mode in CapturePolicy.Mode.allCases {
            #expect(try Self.manifest("capture: {mode: \(mode.rawValue)}").capture.mode == mode)
        }
    }

    @Test("Less memory than a request may take lowers what a request may take")
    func memory() throws {
        #expect(try Self.manifest("shadow: {memory: 1MiB}").shadowLimits.requestBytes == 1 << 20)
    }

    @Test(
        "What is unknown, of the wrong type or out of range is refused by name",
        arguments: [
            ("shadow: 5", ["shadow"]), ("shadow: {rate: 1}", ["shadow", "unknown key 'rate'", "maxRequest"]),
            ("shadow: {share: 110%}", ["shadow.share", "'110%' is not a share", "0% to 100%"]),
            ("shadow: {share: 10}", ["shadow.share"]), ("shadow: {noise: -1%}", ["shadow.noise"]),
            ("shadow: {noise: nan}", ["shadow.noise"]),
            ("shadow: {queue: 0}", ["shadow.queue", "between 1 and 65536"]),
            ("shadow: {memory: 64MB}", ["shadow.memory", "'64MB' is not a size", "64MiB"]),
            ("shadow: {memory: 99999999999GiB}", ["shadow.memory"]), ("shadow: {memory: 0}", ["shadow.maxRequest"]),
            ("shadow: {memory: 1MiB, maxRequest: 2MiB}", ["shadow.maxRequest", "memory, which is 1048576 bytes"]),
            ("shadow: {concurrency: 65}", ["shadow.concurrency", "between 1 and 64"]),
            ("shadow: {timeout: 0s}", ["shadow.timeout", "longer than 0s"]),
            ("split: 5%", ["split"]), ("split: {share: 5%}", ["split", "unknown key 'share'", "key, seed"]),
            ("split: {key: x-user}", ["split.key", "'x-user' is no key", "header:NAME"]),
            ("split: {key: header:x_user}", ["split.key"]), ("split: {seed: -1}", ["split.seed", "between 0 and"]),
            ("split: {seed: 9007199254740992}", ["split.seed"]), ("split: {seed: 0.5}", ["split.seed"]),
            ("capture: {mode: some}", ["capture.mode", "full, redacted, hash or off"]),
            ("capture: {mode: full, rules: [email]}", ["capture.rules", "mode: redacted"]),
            ("capture: {rules: [emails]}", ["capture.rules", "'emails' is no rule", "{tensor: image}"]),
            ("capture: {rules: [{path: user}]}", ["path", "'user' is no path", "$.user.name"]),
            ("capture: {rules: [{pattern: \"(\"}]}", ["pattern", "a ( that is not closed"]),
            ("capture: {rules: [{tensor: \"\"}]}", ["tensor"]),
            ("capture: {rules: [{path: $.a, tensor: b}]}", ["one thing"]),
            ("capture: {rules: [{email: true}]}", ["unknown key 'email'"]), ("capture: {rules: [{}]}", ["one thing"]),
            ("segments: [label]", ["segments"]), ("segments: [{}]", ["segments", "{header: x-tenant}"]),
            ("segments: [{header: a b}]", ["header", "'a b' is no header name"]),
            ("segments: [{header: Cookie}]", ["header", "'cookie' carries credentials"]),
            ("segments: [{header: authorization}]", ["carries credentials"]),
            ("segments: [{header: x}, {parameter: x}]", ["segments", "'x' is declared twice"]),
            ("segments: [{parameter: \"\"}]", ["parameter", "1 to 64 bytes"]),
            (
                "segments: [\((1...9).map { "{parameter: p\($0)}" }.joined(separator: ", "))]",
                ["segments", "9 are declared; at most 8"]
            ),
            ("compare: {output: {}}", ["compare", "unknown key 'output'"]),
            (
                "compare: {outputs: {a: {comparator: cosine}}}",
                ["compare.outputs.a.comparator", "known are probabilities"]
            ),
            ("compare: {outputs: {a: {tolerance: -1}}}", ["tolerance", "from 0"]),
            ("compare: {outputs: {a: {tolerance: .inf}}}", ["tolerance"]),
            ("compare: {outputs: {a: {ignore: [timestamp]}}}", ["ignore", "'timestamp' is no path"]),
        ] as [(String, [String])]
    )
    func refused(_ text: String, _ parts: [String]) {
        let error = #expect(throws: RepositoryError.self) { try Self.manifest(text) }
        #expect(error?.code == .invalid)
        for part in parts { #expect(error?.description.contains(part) == true, "\(error?.description ?? "")") }
    }
}
