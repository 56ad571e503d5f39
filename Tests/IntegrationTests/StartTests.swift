import Admin
import Foundation
import ServingCore
import TestSupport
import Testing
import Trials

/// Every mistake at the start ends the process with status 1 and one line that says what to do.
@Suite("Starting the gateway")
struct StartTests {
    @Test("a port in use is named, with the flag that changes it")
    func portInUse() async throws {
        let gateway = try await GatewayProcess.start()
        for (flags, flag) in [
            (["--http-port", "\(gateway.httpPort)", "--admin-port", "0"], "--http-port"),
            (["--http-port", "0", "--admin-port", "\(gateway.adminPort)"], "--admin-port"),
        ] {
            let (status, output) = try await Self.serve(["--host", "127.0.0.1"] + flags)
            #expect(status == 1)
            #expect(output.contains("already in use") && output.contains(flag), "\(output)")
        }
        await gateway.stop()
    }

    @Test(
        "a missing or foreign ONNX Runtime library is named, with what to do",
        arguments: [
            ("/nonexistent/libonnxruntime.so", "make setup"), ("libm.so.6", "ONNX Runtime"),
        ]
    )
    func library(path: String, hint: String) async throws {
        let (status, output) = try await Self.serve(["--onnxruntime", path])
        #expect(status == 1)
        #expect(output.contains("onnxruntime") && output.contains(hint), "\(output)")
    }

    @Test(
        "configuration mistakes name the key and what it should be",
        arguments: [
            (["--set", "http.prot=8000"], "unknown key 'http.prot'"),
            (["--http-port", "eighty"], "http.port: must be a whole number from 0 to 65535"),
            (["--head-timeout", "5"], "http.headTimeout: must be a whole number and a unit"),
            (["--threads", "0"], "threads: must be a whole number from 1"),
            (["--set", "admin.host=0.0.0.0"], "without a token"),
            (["--config", "/nonexistent/teal.yaml"], "does not exist"),
            (["--models", "/nonexistent"], "models: cannot open the folder /nonexistent"),
            (["--set", "search.static=/nonexistent"], "search.static: cannot read /nonexistent: No such file"),
            (["--set", "search.vocabulary=/nonexistent"], "search.vocabulary: "),
            (["--set", "search.model=/nonexistent"], "search.model: "),
        ]
    )
    func configuration(flags: [String], expected: String) async throws {
        let (status, output) = try await Self.serve(flags)
        #expect(status == 1)
        #expect(output.contains(expected), "\(output)")
    }

    @Test("a second gateway on the same data folder is refused")
    func sharedData() async throws {
        let gateway = try await GatewayProcess.start()
        let (status, output) = try await GatewayProcess.run([
            "serve", "--models", GatewayProcess.bundledModels, "--data", gateway.data, "--http-port", "0",
            "--admin-port", "0",
        ])
        #expect(status == 1)
        #expect(output.contains("another gateway uses the folder"), "\(output)")
        await gateway.stop()
    }

    @Test("captures that are not ours or newer do not stop the start: they are left alone, off, and that is said")
    func foreignCaptures() async throws {
        let first = try await GatewayProcess.start()
        await first.end()
        let captures = URL(fileURLWithPath: first.data + "/captures.db")
        let key = URL(fileURLWithPath: first.data + "/captures.key")
        let (sound, soundKey) = (try Data(contentsOf: captures), try Data(contentsOf: key))
        var newer = sound
        // The schema number, in the header of every SQLite file.
        newer.replaceSubrange(60..<64, with: [0, 0, 0, 99])
        let foreign = try Data(contentsOf: URL(fileURLWithPath: first.data + "/control.db"))
        for (content, keyContent, sentence) in [
            (newer, soundKey, "captures.db was written by a newer version of Teal"),
            (foreign, soundKey, "captures.db is not a capture database of Teal"),
            (sound, Data(soundKey.dropLast()), "captures.key is not a key of 32 bytes"),
        ] {
            try content.write(to: captures)
            try keyContent.write(to: key)
            let gateway = try await GatewayProcess.start(data: first.data)
            let admin = try AdminCalls(gateway)
            #expect(gateway.log.split(separator: "\n").count { $0.contains(sentence) } == 1, "\(gateway.log)")
            #expect(try await admin.metric("teal_captures_failing") == 1)
            #expect(try await admin.trial("digits").captureProblem?.hasPrefix(sentence) == true)
            let told = try await Self.refusedSearch(gateway)
            #expect(told.hasPrefix("there is nothing to search in: \(sentence)"), "\(told)")
            await gateway.end()
            #expect(try Data(contentsOf: captures) == content && (try Data(contentsOf: key)) == keyContent)
        }
        try sound.write(to: captures)
        try soundKey.write(to: key)
        let last = try await GatewayProcess.start(data: first.data)
        #expect(try await AdminCalls(last).metric("teal_captures_failing") == 0)
        await last.stop()
    }

    @Test("with search switched off nothing that was made for it stays, and whoever searches is told")
    func withoutSearch() async throws {
        let first = try await GatewayProcess.start()
        await first.end()
        let (vectors, words) = (first.data + "/search", first.data + "/words.db")
        try FileManager.default.createDirectory(atPath: vectors + "/digits", withIntermediateDirectories: true)
        #expect(FileManager.default.fileExists(atPath: words))
        let second = try await GatewayProcess.start(data: first.data, arguments: ["--set", "search.enabled=false"])
        #expect(!FileManager.default.fileExists(atPath: vectors) && !FileManager.default.fileExists(atPath: words))
        let told = try await Self.refusedSearch(second)
        #expect(told.contains("`search.enabled: true`"), "\(told)")
        await second.stop()
    }

    @Test("a model whose warm-up never ends does not keep the gateway from stopping", .timeLimit(.minutes(2)))
    func endlessWarmUp() async throws {
        let folder = GatewayProcess.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let version = folder + "/models/endless/1"
        try FileManager.default.createDirectory(atPath: version, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: GatewayProcess.packageRoot + "/Tests/InferenceTests/Fixtures/endless.onnx",
            toPath: version + "/model.onnx"
        )
        let gateway = try await GatewayProcess.start(
            models: folder + "/models",
            data: folder + "/data",
            until: { $0.hasPrefix("teal: admin on ") }
        )
        let admin = try AdminCalls(gateway)
        while try await admin.status("endless").slots.first?.state != "warming" { await Task.yield() }
        #expect(await gateway.end() == 0)
    }

    @Test("an unknown key in the configuration file stops the start")
    func unknownFileKey() async throws {
        let folder = GatewayProcess.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = folder + "/teal.yaml"
        try "http:\n  port: 0\n  headTimout: 5s\n".write(toFile: file, atomically: true, encoding: .utf8)
        let (status, output) = try await Self.serve(["--config", file])
        #expect(status == 1)
        #expect(output.contains("unknown key 'http.headTimout'"), "\(output)")
    }

    @Test("the environment overrides the file, and a flag overrides the environment")
    func precedence() async throws {
        let folder = GatewayProcess.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = folder + "/teal.yaml"
        try "threads: none\n".write(toFile: file, atomically: true, encoding: .utf8)
        let overridden = try await Self.serve(
            ["--config", file, "--onnxruntime", "/x"],
            environment: ["TEAL_THREADS": "1"]
        )
        #expect(overridden.output.contains("onnxruntime"), "\(overridden.output)")
        let flag = try await Self.serve(["--config", file, "--threads", "many"], environment: ["TEAL_THREADS": "1"])
        #expect(flag.output.contains("'many'"), "\(flag.output)")
    }

    /// What whoever searches is told instead of an answer.
    private static func refusedSearch(_ gateway: GatewayProcess) async throws -> String {
        let client = try AdminClient(address: gateway.adminAddress)
        let answer = await onThread { Result { try client.slices(model: "digits") } }
        let error = #expect(throws: AdminClientError.self) { try answer.get() }
        #expect(error?.code == "not_ready")
        return error?.description ?? ""
    }

    private static func serve(
        _ flags: [String],
        environment: [String: String] = [:]
    ) async throws -> (status: Int32, output: String) {
        let data = GatewayProcess.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: data) }
        var arguments = ["serve", "--data", data]
        if !flags.contains("--models") { arguments += ["--models", GatewayProcess.bundledModels] }
        if !flags.contains("--http-port") { arguments += ["--http-port", "0"] }
        if !flags.contains("--admin-port") { arguments += ["--admin-port", "0"] }
        return try await GatewayProcess.run(arguments + flags, environment: environment)
    }
}
