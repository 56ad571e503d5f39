import Foundation

/// The real `teal` binary as a child process, on ports the system chose, with a data folder of its own.
package final class GatewayProcess: Sendable {
    package let httpPort: Int
    package let adminPort: Int
    package let data: String
    package let processIdentifier: Int32
    private let process: ProcessBox
    private let output: OutputCollector

    /// What a gateway that did not become ready left behind.
    package struct StartFailure: Error, CustomStringConvertible {
        package let status: Int32?
        package let description: String
    }

    /// Starts `teal serve` and returns when it has printed a line for which `isStarted` holds: by default, that all that
    /// can be loaded is.
    ///
    /// - Parameter data: folder of the control database; nil makes a new one, removed by `stop`.
    package static func start(
        models: String = GatewayProcess.bundledModels,
        data: String? = nil,
        arguments: [String] = [],
        until isStarted: @escaping @Sendable (String) -> Bool = {
            $0 == "teal: ready" || $0 == "teal: serving what could be loaded"
        }
    ) async throws -> GatewayProcess {
        let folder = data ?? Self.temporaryFolder()
        let box = ProcessBox()
        let collector = OutputCollector()
        box.process.executableURL = URL(fileURLWithPath: Self.binary)
        box.process.arguments =
            [
                "serve", "--models", models, "--data", folder, "--host", "127.0.0.1", "--http-port", "0",
                "--admin-port", "0",
            ] + arguments
        box.process.currentDirectoryURL = URL(fileURLWithPath: Self.packageRoot)
        collector.attach(to: box.process)
        try box.process.run()
        let line = await collector.firstLine(isStarted)
        guard line != nil, let http = collector.port(after: "teal: http inference on "),
            let admin = collector.port(after: "teal: admin on ")
        else {
            throw StartFailure(status: await box.ended(), description: collector.text)
        }
        return GatewayProcess(
            httpPort: http,
            adminPort: admin,
            data: folder,
            process: box,
            output: collector
        )
    }

    private init(httpPort: Int, adminPort: Int, data: String, process: ProcessBox, output: OutputCollector) {
        self.httpPort = httpPort
        self.adminPort = adminPort
        self.data = data
        self.process = process
        self.processIdentifier = process.process.processIdentifier
        self.output = output
    }

    package var adminAddress: String { "http://127.0.0.1:\(self.adminPort)" }
    package var isRunning: Bool { self.process.process.isRunning }
    /// Everything printed so far, both streams.
    package var log: String { self.output.text }

    /// Sends `signal`, waits for the end, returns the exit status (or the signal's number).
    @discardableResult
    package func end(_ signal: Int32 = SIGTERM) async -> Int32 {
        kill(self.processIdentifier, signal)
        return await self.process.ended()
    }

    /// Ends the process and removes its data folder.
    package func stop() async {
        await self.end()
        try? FileManager.default.removeItem(atPath: self.data)
    }

    /// Runs `teal` to its end with any arguments; for starts that must fail.
    package static func run(
        _ arguments: [String],
        environment: [String: String] = [:]
    ) async throws -> (status: Int32, output: String) {
        let box = ProcessBox()
        let collector = OutputCollector()
        box.process.executableURL = URL(fileURLWithPath: Self.binary)
        box.process.arguments = arguments
        box.process.currentDirectoryURL = URL(fileURLWithPath: Self.packageRoot)
        box.process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        collector.attach(to: box.process)
        try box.process.run()
        let status = await box.ended()
        await onThread { collector.waitForEnd() }
        return (status, collector.text)
    }

    package static let packageRoot: String = {
        var url = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { url.deleteLastPathComponent() }
        return url.path
    }()

    package static let bundledModels = packageRoot + "/models"

    /// Built beside the tests.
    private static let binary =
        ProcessInfo.processInfo.environment["TEAL_BINARY"] ?? packageRoot + "/.build/release/teal"

    package static func temporaryFolder() -> String {
        let path = NSTemporaryDirectory() + "teal-test-" + UUID().uuidString
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }
}

/// Runs blocking work on a thread of its own, so that no thread of the cooperative pool is held.
package func onThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: work()) }
    }
}

/// `@unchecked Sendable`: `Process` is set up before it is shared, and afterwards only asked for what is safe to ask.
private final class ProcessBox: @unchecked Sendable {
    let process = Process()
    private let end = AsyncStream.makeStream(of: Void.self)

    init() {
        self.process.terminationHandler = { [end] _ in end.continuation.finish() }
    }

    /// Waits for the end without a thread; `waitUntilExit` would spin.
    func ended() async -> Int32 {
        if self.process.isRunning {
            for await _ in self.end.stream {}
        }
        return self.process.terminationStatus
    }
}

/// Both output streams of a child, kept as text, with waiting for a line. `@unchecked Sendable`: all state is read and
/// written under `condition`.
private final class OutputCollector: @unchecked Sendable {
    private let condition = NSCondition()
    private let pipe = Pipe()
    private var collected = ""
    private var isEnded = false

    var text: String { self.condition.withLock { self.collected } }

    func attach(to process: Process) {
        process.standardOutput = self.pipe
        process.standardError = self.pipe
        Thread.detachNewThread {
            // `run` closes the parent's copy of the writing end, so the end of the child is the end of the pipe.
            var data: Data
            repeat {
                data = self.pipe.fileHandleForReading.availableData
                self.condition.withLock {
                    self.collected += String(decoding: data, as: UTF8.self)
                    self.isEnded = data.isEmpty
                    self.condition.broadcast()
                }
            } while !data.isEmpty
        }
    }

    /// The first line for which `matches` holds, as soon as it is there; nil when the child ended without one.
    func firstLine(_ matches: @escaping @Sendable (String) -> Bool) async -> String? {
        await onThread {
            self.condition.withLock {
                while true {
                    let line = self.collected.split(separator: "\n").map(String.init).first(where: matches)
                    if line != nil || self.isEnded { return line }
                    self.condition.wait()
                }
            }
        }
    }

    func waitForEnd() {
        self.condition.withLock {
            while !self.isEnded { self.condition.wait() }
        }
    }

    func port(after prefix: String) -> Int? {
        self.text.split(separator: "\n").first { $0.hasPrefix(prefix) }
            .flatMap { $0.split(separator: ":").last }.flatMap { Int($0) }
    }
}
