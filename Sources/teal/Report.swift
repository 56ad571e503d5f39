import Admin
import ArgumentParser
import Promotion

/// `teal report`: everything about one trial in one document.
struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write what a trial has shown: verdict, checks, latency, divergence, worst pairs, audit trail.",
        discussion: "html is one file that needs nothing else; md is made for pull requests, junit for CI systems."
    )

    @Argument(help: "The model's name.")
    var model: String

    @Option(help: "\(ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format = ReportFormat.html

    @Option(name: .shortAndLong, help: "File to write to; the standard output if left out.")
    var output = "-"

    @Option(help: "A trial's number; the running one, or the newest, if left out.")
    var release: Int64?

    @OptionGroup var admin: AdminOptions

    func validate() throws {
        if self.admin.json, self.format != .html { throw ValidationError("--json is --format json") }
    }

    func run() throws {
        try self.admin.run { client in
            let answer = try client.report(
                model: self.model,
                format: self.admin.json ? .json : self.format,
                release: self.release
            )
            try ExportFile.write(to: self.output) { file in try file.write(answer.body) }
        }
    }
}

extension ReportFormat: ExpressibleByArgument {}
