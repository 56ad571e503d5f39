import ArgumentParser
import TealApp

/// `teal demo`: the bundled models under load, with good and broken candidates before the gate.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Serve the bundled models, send their held-out data as traffic, let the gate decide about candidates.",
        discussion: """
            The gate promotes the good candidates, each is rolled back and promoted again, and the gate rejects the \
            broken ones; then the same with versions that another server runs. On a terminal the gateway stays up until Ctrl-C. Elsewhere it stops, and the exit status is 0 \
            when the gate decided so, and no request and no cutover failed.
            """
    )

    @Option(help: "Folder of the model repository.")
    var models = DemoPlan().models

    @Option(help: "Folder for the reports.")
    var reports = DemoPlan().reports

    @Option(help: "How long to wait for each decision of the gate, in seconds.")
    var patience = DemoPlan().patience

    @Option(help: "Requests per second, over all models.")
    var rate = DemoPlan().rate

    func validate() throws {
        guard self.patience > 0, self.patience <= 3600 else {
            throw ValidationError("--patience must lie above 0 and at most at 3600")
        }
        guard self.rate > 0, self.rate <= 1_000_000 else {
            throw ValidationError("--rate must lie above 0 and at most at 1000000")
        }
    }

    @Option(help: "Port of the inference API; 0 lets the system choose.")
    var httpPort = 8000

    @Option(help: "Port of the admin API; 0 lets the system choose.")
    var adminPort = 8002

    func run() async throws {
        var plan = DemoPlan()
        plan.models = self.models
        plan.reports = self.reports
        plan.patience = self.patience
        plan.rate = self.rate
        let status: Int32
        do {
            let gateway = try await DemoApplication(
                models: self.models,
                httpPort: self.httpPort,
                adminPort: self.adminPort
            )
            let session = DemoSession(plan: plan) { [models] in try await DemoRemotePair(of: "sentiment", in: models) }
            status = await session.run(gateway)
        } catch {
            FileHandleOutput.error("teal: \(error)")
            throw ExitCode.failure
        }
        throw ExitCode(status)
    }
}
