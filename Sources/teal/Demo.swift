import ArgumentParser
import TealApp

/// `teal demo`: the bundled models under load, with cutovers in the middle of it.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the bundled models, send their held-out data as traffic and cut over under load.",
        discussion: """
            On a terminal the gateway stays up until Ctrl-C. Elsewhere it stops, and the exit status is 0 when no \
            request and no cutover failed.
            """
    )

    @Option(help: "Folder of the model repository.")
    var models = DemoPlan().models

    @Option(help: "Length of the load, in seconds.")
    var seconds = DemoPlan().seconds

    @Option(help: "Requests per second, over all models.")
    var rate = DemoPlan().rate

    func validate() throws {
        guard self.seconds > 0, self.seconds <= 3600 else {
            throw ValidationError("--seconds must lie above 0 and at most at 3600")
        }
        guard self.rate > 0, self.rate <= 1_000_000 else {
            throw ValidationError("--rate must lie above 0 and at most at 1000000")
        }
    }

    /// Tells the story about `gateway`, which has not been started, and ends with the exit status.
    func tell(_ gateway: any DemoGateway) async throws {
        var plan = DemoPlan()
        plan.models = self.models
        plan.seconds = self.seconds
        plan.rate = self.rate
        throw ExitCode(await DemoSession(plan: plan).run(gateway))
    }
}
