import Foundation
package import NIOCore
package import Promotion
package import ServingCore

/// Two gateways, of which one is the server of the other: both versions of a model run there, and a gateway before it holds
/// them in remote slots. In front it is the one the demo is about.
package final class DemoRemotePair: DemoGateway {
    package let model: String
    /// Repository of the gateway in front, with the model's held-out data.
    package let models: String
    private let server: DemoApplication
    private let front: DemoApplication

    private static let versions = ["1", "2"]

    /// Opens both and binds their ports. Throws one line for the operator.
    ///
    /// - Parameter models: the repository with the model.
    package init(of model: String, in models: String) async throws {
        self.model = model
        self.models = NSTemporaryDirectory() + "teal-demo-" + UUID().uuidString
        self.server = try await DemoApplication(models: models, httpPort: 0, adminPort: 0)
        try Self.write(model, from: models, to: self.models, server: self.server.inferenceAddress)
        self.front = try await DemoApplication(models: self.models, httpPort: 0, adminPort: 0)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: self.models)
    }

    /// A repository like the server's, in which a `backend.yaml` takes the place of each version's file.
    private static func write(_ model: String, from: String, to: String, server: SocketAddress) throws {
        let files = FileManager.default
        for version in Self.versions {
            let folder = "\(to)/\(model)/\(version)"
            try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let backend = """
                kind: openinference
                version: "\(version)"
                endpoints: ["http://\(DemoText.address(server))"]
                health: {path: /v2/health/ready}
                """
            try backend.write(toFile: folder + "/backend.yaml", atomically: true, encoding: .utf8)
            let about = try String(contentsOfFile: "\(from)/\(model)/\(version)/version.yaml", encoding: .utf8)
            // The digest is of the file that runs elsewhere.
            try about.split(separator: "\n").filter { !$0.hasPrefix("sha256:") }.joined(separator: "\n")
                .write(toFile: folder + "/version.yaml", atomically: true, encoding: .utf8)
        }
        for file in ["model.yaml", "warmup.jsonl", "heldout.jsonl"] {
            try files.copyItem(atPath: "\(from)/\(model)/\(file)", toPath: "\(to)/\(model)/\(file)")
        }
    }

    package var serverAddress: SocketAddress { self.server.inferenceAddress }
    package var inferenceAddress: SocketAddress { self.front.inferenceAddress }
    package var adminAddress: SocketAddress { self.front.adminAddress }
    package var control: any ModelControl { self.front.control }
    package var desk: any GateDesk { self.front.desk }

    package func run() async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { try await self.server.run() }
            group.addTask {
                try await self.server.waitUntilReady()
                try await self.front.run()
                await self.server.shutDown()
            }
            try await group.waitForAll()
        }
    }

    package func waitUntilReady() async throws { try await self.front.waitUntilReady() }

    package func shutDown() async { await self.front.shutDown() }

    package func laws() async -> [DemoLaw] { await self.front.laws() }
}
