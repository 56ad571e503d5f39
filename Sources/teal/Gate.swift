import Admin
import ArgumentParser
import Foundation
import Promotion
import ServingCore
import SystemPackage

/// `teal gate`: may the candidate go live? For pipelines: the exit status says it.
struct Gate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask whether the candidate may go live.",
        discussion: "Exit status: 0 promote, 2 reject, 3 hold, 1 no answer. With --wait it is asked until it says "
            + "promote or reject, or the time is over."
    )

    @Argument(help: "The model's name.")
    var model: String

    @Option(help: "Wait this long for a decision: 90s, 30m, 2h.", transform: Self.duration)
    var wait: Duration?

    @Option(help: "Write the checks as JUnit XML to this file.")
    var junit: String?

    @Flag(help: "List the verdicts given so far, newest first.")
    var history = false

    @Option(parsing: .unconditional, help: "Number of verdicts listed, 1 to 1000.")
    var limit = 20

    @OptionGroup var admin: AdminOptions

    func validate() throws {
        if self.history, self.wait != nil || self.junit != nil {
            throw ValidationError("--history takes neither --wait nor --junit")
        }
    }

    func run() throws {
        guard !self.history else {
            return try self.admin.run { client in
                try client.verdicts(model: self.model, limit: self.limit)
            } describe: { answer in
                GateReport.list(try answer.decode(VerdictsDocument.self))
            }
        }
        var decision = Verdict.Decision.hold
        try self.admin.run { client in
            let answer = try self.decide(client)
            let document = try answer.decode(GateDocument.self)
            decision = document.decision
            let text = self.admin.json ? answer.text + "\n" : GateReport.text(document)
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
            if let junit {
                let report = try client.report(model: self.model, format: .junit, release: document.verdict.release)
                // Checks alone, for whatever collects them.
                try ExportFile.write(to: junit, permissions: [.ownerReadWrite, .groupRead, .otherRead]) { file in
                    try file.write(report.body)
                }
            }
        }
        switch decision {
        case .promote: return
        case .reject: throw ExitCode(2)
        case .hold: throw ExitCode(3)
        }
    }

    private func decide(_ client: AdminClient) throws -> AdminAnswer {
        let clock = ContinuousClock()
        let end = clock.now + (self.wait ?? .zero)
        var progress = WaitProgress()
        defer { progress.end() }
        while true {
            if let answer = try self.ask(client, &progress, isLast: clock.now >= end) { return answer }
            Thread.sleep(forTimeInterval: 1)
        }
    }

    /// Nil while there is something to wait for, unless this is the last time.
    private func ask(_ client: AdminClient, _ progress: inout WaitProgress, isLast: Bool) throws -> AdminAnswer? {
        let answer: AdminAnswer
        do throws(AdminClientError) {
            answer = try client.gate(model: self.model)
        } catch {
            // The candidate is still being loaded, or the gateway restarts.
            guard !isLast, error.mayPass else { throw error }
            progress.show("\(error)")
            return nil
        }
        let document = try answer.decode(GateDocument.self)
        guard document.decision == .hold, !isLast else { return answer }
        progress.show(GateReport.progress(document))
        return nil
    }

    private static func duration(_ text: String) throws -> Duration {
        guard let duration = WaitTime(text) else {
            throw ValidationError("'\(TerminalText.clean(text, limit: 40))' is no time: write 90s, 30m or 2h")
        }
        return duration.value
    }
}

/// How far a wait is: one line that is written over on a terminal, a line every half minute elsewhere.
private struct WaitProgress {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var shown = 0
    private var width = 0

    mutating func show(_ line: String) {
        defer { self.shown += 1 }
        if self.isTerminal {
            let padding = String(repeating: " ", count: max(0, self.width - line.count))
            self.width = line.count
            FileHandle.standardError.write(Data("\r\(line)\(padding)".utf8))
        } else if self.shown % 30 == 0 {
            FileHandle.standardError.write(Data("\(line)\n".utf8))
        }
    }

    func end() {
        if self.isTerminal, self.shown > 0 { FileHandle.standardError.write(Data("\n".utf8)) }
    }
}
