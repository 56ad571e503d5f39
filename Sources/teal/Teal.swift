import ArgumentParser
import TealApp

/// The one binary: server, demo and client commands.
@main
struct Teal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "teal",
        abstract: "Serve two slots of each model and move traffic between them without losing a request.",
        version: TealVersion.current,
        subcommands: serverCommands + clientCommands
    )

    /// Commands that run a gateway.
    private static let serverCommands: [any ParsableCommand.Type] = [Serve.self, Demo.self]

    /// Commands that talk to a running gateway.
    private static let clientCommands: [any ParsableCommand.Type] = [
        Status.self, Load.self, Unload.self, Traffic.self, Gate.self, Promote.self, Rollback.self, Releases.self,
        Pairs.self, Search.self, Slices.self, Report.self, Feedback.self, Replay.self, Audit.self,
    ]
}
