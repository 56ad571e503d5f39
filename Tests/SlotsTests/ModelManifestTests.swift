import Inference
import ServingCore
import Slots
import SystemPackage
import TestSupport
import Testing

@Suite struct ModelManifestTests {
    private static func manifest(_ text: String) throws -> ModelManifest {
        let folder = try TemporaryRepository()
        try folder.write(text, to: "m/model.yaml")
        return try ModelRepository(root: FilePath(folder.path)).manifest(of: #require(ModelName("m")))
    }

    private static func about(_ text: String) throws -> VersionManifest {
        let folder = try TemporaryRepository()
        try folder.write("", to: "m/1/model.onnx")
        try folder.write(text, to: "m/1/version.yaml")
        return try ModelRepository(root: FilePath(folder.path)).read(#require(ModelName("m")), version: 1).about
    }

    @Test("Every key is read")
    func everyKey() throws {
        let manifest = try Self.manifest(
            """
            description: Handwritten digits
            slots: {blue: 1, green: 2}
            live: green
            slotHeader: true
            execution: workers
            inlineThreshold: 200us
            workers: 3
            threads: 4
            batching: {maxBatchSize: 8, maxQueueDelay: 2ms}
            maxQueuedRequests: 256
            requestTimeout: 5s
            warmup: warmup.jsonl
            """
        )
        var expected = ModelManifest()
        expected.description = "Handwritten digits"
        expected.slots = [.blue: 1, .green: 2]
        expected.live = .green
        expected.allowsSlotHeader = true
        expected.execution.mode = .workers
        expected.execution.inlineThreshold = 200_000
        expected.execution.workers = 3
        expected.threadsPerRun = 4
        expected.execution.maxBatchSize = 8
        expected.execution.maxQueueDelay = 2_000_000
        expected.execution.maxQueuedRequests = 256
        expected.requestTimeout = ManifestDuration(nanoseconds: 5_000_000_000)
        expected.warmup = "warmup.jsonl"
        #expect(manifest == expected)
    }

    @Test("Batching is off unless asked for, and has defaults of its own")
    func batching() throws {
        #expect(try !Self.manifest("workers: 1").execution.isBatching)
        let execution = try Self.manifest("batching: {}").execution
        #expect(execution.maxBatchSize == 16)
        #expect(execution.maxQueueDelay == 0)
    }

    @Test(
        "A key that is unknown, of the wrong type or out of range is refused by name",
        arguments: [
            ("wrokers: 2", ["unknown key 'wrokers'", "maxQueuedRequests"]),
            ("batching: {size: 2}", ["batching", "unknown key 'size'", "maxBatchSize"]),
            ("Live: blue", ["unknown key 'Live'"]),
            ("workers: two", ["workers"]),
            ("workers: 0", ["workers", "between 1 and 256, not 0"]),
            ("workers: 257", ["workers"]),
            ("workers: 99999999999999999999", ["workers"]),
            ("threads: 0", ["threads", "between 1 and 256"]),
            ("maxQueuedRequests: 0", ["maxQueuedRequests"]),
            ("maxQueuedRequests: 1000001", ["maxQueuedRequests"]),
            ("batching: {maxBatchSize: 0}", ["batching.maxBatchSize", "between 1 and 65536"]),
            ("batching: {maxQueueDelay: 2}", ["batching.maxQueueDelay", "200us"]),
            ("batching: 4", ["batching"]),
            ("requestTimeout: 30", ["requestTimeout", "30s"]),
            ("requestTimeout: 0s", ["requestTimeout"]),
            ("inlineThreshold: -1us", ["inlineThreshold"]),
            ("execution: gpu", ["execution", "auto, inline or workers"]),
            ("slots: {red: 1}", ["slots", "{blue: 1, green: 2}"]),
            ("slots: {blue: 0}", ["slots", "versions from 1"]),
            ("slots: [1, 2]", ["slots"]),
            ("live: red", ["live"]),
            ("slotHeader: maybe", ["slotHeader"]),
            ("description: [a]", ["description"]),
            ("warmup: {a: 1}", ["warmup"]),
            ("- a\n- b", ["model.yaml"]),
            ("workers: [", ["model.yaml"]),
            ("workers: 1\nworkers: 2", ["model.yaml", "workers"]),
        ] as [(String, [String])]
    )
    func refused(_ text: String, _ parts: [String]) {
        let error = #expect(throws: RepositoryError.self) { try Self.manifest(text) }
        #expect(error?.code == .invalid)
        for part in parts { #expect(error?.description.contains(part) == true, "\(error?.description ?? "")") }
    }

    @Test(
        "A version's own manifest is as strict",
        arguments: [
            ("accuracy: 0.9", ["version.yaml", "unknown key 'accuracy'"]), ("metrics: {a: high}", ["metrics"]),
            ("metrics: 3", ["metrics"]), ("sha256: [1]", ["sha256"]),
        ] as [(String, [String])]
    )
    func refusedVersion(_ text: String, _ parts: [String]) {
        let error = #expect(throws: RepositoryError.self) { try Self.about(text) }
        for part in parts { #expect(error?.description.contains(part) == true, "\(error?.description ?? "")") }
    }
}
