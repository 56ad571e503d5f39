import Admin
import ArgumentParser
import Foundation
import ServingCore

/// Options of every command that talks to a running gateway.
struct AdminOptions: ParsableArguments {
    @Option(help: "Address of the admin API. [env: TEAL_ADMIN] (default: http://127.0.0.1:8002)")
    var admin: String?

    @Flag(help: "Print the admin API's answer as it is.")
    var json = false

    /// Calls the admin API and prints its answer: as JSON, or what `describe` makes of it. A failure becomes one line
    /// on standard error and exit status 1. The token comes from the environment so that no process list shows it.
    func run(
        _ call: (AdminClient) throws -> AdminAnswer,
        describe: (AdminAnswer) throws -> String
    ) throws {
        try self.run { client in
            let answer = try call(client)
            let text = self.json ? answer.text + "\n" : try describe(answer)
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        }
    }

    /// For commands that make more than one call; failures as above.
    func run(_ body: (AdminClient) throws -> Void) throws {
        do {
            let environment = ProcessInfo.processInfo.environment
            let client = try AdminClient(
                address: self.admin ?? environment["TEAL_ADMIN"] ?? "http://127.0.0.1:8002",
                token: environment["TEAL_ADMIN_TOKEN"]
            )
            try body(client)
        } catch let error as any Error & CustomStringConvertible
            where error is AdminClientError || error is CommandFailure
        {
            try FileHandle.standardError.write(contentsOf: Data("teal: \(error)\n".utf8))
            throw ExitCode(1)
        }
    }
}

/// Why a command could not do its work: one printable line.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Who asks for a change, as the audit log keeps it.
enum Operator {
    static var name: String {
        let environment = ProcessInfo.processInfo.environment
        let user = environment["USER"] ?? environment["LOGNAME"] ?? "uid-\(getuid())"
        return "\(user)@\(ProcessInfo.processInfo.hostName)"
    }
}

extension Slot: ExpressibleByArgument {}
