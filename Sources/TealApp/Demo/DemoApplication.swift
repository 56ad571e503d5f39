import Cutover
import Foundation
import Logging
package import NIOCore
package import Promotion
package import ServingCore
import Synchronization
import SystemPackage
import Telemetry

/// The real gateway, as the demo starts and stops it: on loopback, with a control database of its own that is gone
/// afterwards, so that each demo begins with blue live.
package final class DemoApplication: DemoGateway {
    private let application: TealApplication
    private let data: String
    private let adminPort = Mutex(0)
    private let isLoaded = AsyncStream.makeStream(of: Void.self)
    package let inferenceAddress: SocketAddress

    /// Opens everything and binds the inference port. Throws one line for the operator.
    package init(models: String, httpPort: Int, adminPort: Int) async throws {
        var configuration = TealConfiguration()
        configuration.models = FilePath(models)
        configuration.httpHost = "127.0.0.1"
        configuration.httpPort = httpPort
        configuration.adminPort = adminPort
        configuration.logLevel = .warning
        self.data = NSTemporaryDirectory() + "teal-demo-" + UUID().uuidString
        configuration.data = FilePath(self.data)
        self.application = try await TealApplication.start(configuration)
        self.inferenceAddress = try SocketAddress(ipAddress: "127.0.0.1", port: self.application.httpPort)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: self.data)
    }

    package var adminAddress: SocketAddress {
        (try? SocketAddress(ipAddress: "127.0.0.1", port: self.adminPort.withLock(\.self))) ?? self.inferenceAddress
    }

    package var control: any ModelControl { self.application.control }
    package var desk: any GateDesk { self.application.desk }

    package func run() async throws {
        try await self.application.run { event in
            switch event {
            case .inferenceListening: break
            case .adminListening(_, let port): self.adminPort.withLock { $0 = port }
            case .ready, .degraded: self.isLoaded.continuation.finish()
            }
        }
    }

    package func waitUntilReady() async throws {
        for await _ in self.isLoaded.stream {}
        try Task.checkCancellation()
    }

    package func shutDown() async {
        self.application.stop()
    }

    package func laws() async -> [DemoLaw] {
        let (http, figures) = await self.application.snapshot()
        let shadow = self.application.shadowCounts()
        let inFlight = UInt64(http.inFlight.values.reduce(0, +))
        return [
            DemoLaw(
                "accepted \(http.accepted) = answered \(http.answered) + client_abort \(http.aborted) + shed \(http.shed)",
                holds: http.accepted == http.answered + http.aborted + http.shed + inFlight
            ),
            DemoLaw(
                "sampled \(shadow.sampled) = paired \(shadow.paired) + dropped \(shadow.droppedTotal)",
                holds: shadow.sampled == shadow.paired + shadow.droppedTotal + shadow.pending
            ),
            DemoLaw("handles of dead generations \(figures.deadHandles) = 0", holds: figures.deadHandles == 0),
        ]
    }
}
