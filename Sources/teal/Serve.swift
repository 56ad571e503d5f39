import ArgumentParser
import Glibc
import SystemPackage
import TealApp

/// `teal serve`: the gateway itself.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve models behind one address.",
        discussion: """
            Values come from, in order: these flags, the environment (TEAL_HTTP_PORT for http.port), the configuration \
            file, the defaults. --set KEY=VALUE gives any key of the file:

            \(ConfigurationReader.documentation.map { "  \($0.key): \($0.help)" }.joined(separator: "\n"))
            """
    )

    @Option(help: "YAML configuration file.") var config: String?
    @Option(help: "Folder of the model repository (models).") var models: String?
    @Option(help: "Folder of the control database (.teal).") var data: String?
    @Option(help: "Address of the inference API (0.0.0.0).") var host: String?
    @Option(help: "Port of the inference API (8000); 0 lets the system choose.") var httpPort: String?
    @Option(help: "Port of the admin API on 127.0.0.1 (8002); 0 lets the system choose.") var adminPort: String?
    @Option(help: "Event loops of the data plane (one per core).") var threads: String?
    @Option(help: "ONNX Runtime's shared library.") var onnxruntime: String?
    @Option(help: "Time a client has to send a request head (5s).") var headTimeout: String?
    @Flag(help: "Allow load and unload through the V2 repository routes.") var repositoryControl = false
    @Flag(
        help: """
            Take the place of the gateway that runs on the data folder without losing a request; start as ever when \
            there is none.
            """
    )
    var takeover = false
    @Option(name: .customLong("set"), help: "Any configuration key: --set http.bodyBytes=1048576") var set: [String] =
        []

    func run() async throws {
        do {
            let configuration = try ConfigurationReader.read(
                file: self.config.map { FilePath($0) },
                environment: Self.environment,
                flags: try self.flags()
            )
            let application = try await TealApplication.start(configuration, takesOver: self.takeover)
            try await application.run { event in Self.announce(event) }
        } catch {
            FileHandleOutput.error("teal: \(error)")
            throw ExitCode.failure
        }
    }

    private func flags() throws -> [String: String] {
        var flags: [String: String] = [:]
        for pair in self.set {
            guard let equals = pair.firstIndex(of: "=") else {
                throw ValidationError("--set \(pair): write KEY=VALUE")
            }
            flags[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
        }
        flags["models"] = self.models ?? flags["models"]
        flags["data"] = self.data ?? flags["data"]
        flags["http.host"] = self.host ?? flags["http.host"]
        flags["http.port"] = self.httpPort ?? flags["http.port"]
        flags["admin.port"] = self.adminPort ?? flags["admin.port"]
        flags["threads"] = self.threads ?? flags["threads"]
        flags["onnxruntime"] = self.onnxruntime ?? flags["onnxruntime"]
        flags["http.headTimeout"] = self.headTimeout ?? flags["http.headTimeout"]
        if self.repositoryControl { flags["http.repositoryControl"] = "true" }
        return flags
    }

    private static var environment: [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            next += 1
        }
        return variables
    }

    private static func announce(_ event: TealApplication.Event) {
        switch event {
        case .inferenceListening(let host, let port): FileHandleOutput.line("teal: http inference on \(host):\(port)")
        case .adminListening(let host, let port): FileHandleOutput.line("teal: admin on \(host):\(port)")
        case .ready: FileHandleOutput.line("teal: ready")
        case .degraded(let reasons):
            for reason in reasons { FileHandleOutput.error("teal: not ready: \(reason)") }
            FileHandleOutput.line("teal: serving what could be loaded")
        }
    }
}
