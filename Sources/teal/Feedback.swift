import Admin
import ArgumentParser
import Foundation
import Promotion
import Trials

/// `teal feedback`: tells the gate what turned out to be right.
struct Feedback: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell what turned out to be right about requests, so that the gate can judge quality.",
        discussion: """
            The file holds one JSON object per line: {"id": "request-1", "label": "8"} or \
            {"id": "request-1", "scores": {"live": 0.9, "candidate": 0.7}}, where id is what the client sent with the \
            request. Only requests that were mirrored, and whose pair is kept, can be told about. The exit status is 0 \
            when all were accepted.
            """
    )

    @Argument(help: "The model's name.")
    var model: String

    @Argument(help: "File of JSON lines; - is the standard input.")
    var file: String

    @OptionGroup var admin: AdminOptions

    private static let batch = 500

    func run() throws {
        var total = FeedbackReply()
        try self.admin.run { client in
            let lines = try self.lines()
            for start in stride(from: 0, to: lines.count, by: Self.batch) {
                let part = lines[start..<min(start + Self.batch, lines.count)].joined(separator: ",")
                // A list, so that one bad request does not hide what became of the others.
                let answer = try client.feedback(model: self.model, body: "{\"feedback\":[\(part)]}")
                let reply = try answer.decode(FeedbackReply.self)
                total.accepted += reply.accepted
                total.known += reply.known
                total.problems += reply.problems
            }
            try FileHandle.standardOutput.write(contentsOf: Data(GateReport.feedback(total).utf8))
        }
        if !total.problems.isEmpty { throw ExitCode(1) }
    }

    private func lines() throws -> [String] {
        let data: Data?
        if self.file == "-" {
            data = try FileHandle.standardInput.readToEnd() ?? Data()
        } else {
            data = FileManager.default.contents(atPath: self.file)
        }
        guard let data else {
            throw CommandFailure("cannot read \(TerminalText.clean(self.file, limit: 200))")
        }
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
            .filter { !$0.allSatisfy(\.isWhitespace) }
    }
}
