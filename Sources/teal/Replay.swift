import ArgumentParser
import TealApp

/// `teal replay`: recorded requests through the gateway's inference port.
struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send recorded requests through a running gateway.",
        discussion: """
            The file holds one V2 inference request per line, as `teal pairs MODEL --export FILE` writes them; it is read \
            into memory, where it takes about twice its size, at most 1 GiB of requests. The exit status is 0 when every \
            request was answered. Ctrl-C ends the sending and still prints the summary.
            """
    )

    @Argument(help: "The model's name.")
    var model: String

    @Argument(help: "File of JSON lines; - is the standard input.")
    var file: String

    @Option(help: "Requests per second; as fast as they are answered if left out.")
    var rate: Double?

    @Option(help: "Requests under way at a time.")
    var concurrency = 8

    @Option(help: "Address of the inference API.")
    var url = "http://127.0.0.1:8000"

    @Option(name: .customLong("repeat"), help: "How often the whole file is sent.")
    var repeats = 1

    @Flag(help: "Leave out lines that are no JSON objects.")
    var skipBad = false

    private var plan: ReplayPlan {
        var plan = ReplayPlan(model: self.model, file: self.file)
        plan.rate = self.rate
        plan.concurrency = self.concurrency
        plan.url = self.url
        plan.repeats = self.repeats
        plan.skipsBad = self.skipBad
        return plan
    }

    func validate() throws {
        if let problem = self.plan.problem { throw ValidationError(problem) }
    }

    func run() async throws {
        let session = ReplaySession(plan: self.plan, console: .standardError) { FileHandleOutput.text($0) }
        let isComplete: Bool
        do {
            isComplete = try await session.run()
        } catch {
            FileHandleOutput.error("teal: \(error)")
            throw ExitCode.failure
        }
        if !isComplete { throw ExitCode.failure }
    }
}
