import Admin
import ArgumentParser
import SystemPackage

/// `teal pairs MODEL --export`: all kept requests as JSON lines.
struct PairExport {
    /// `-` is the standard output.
    var path: String

    func run(_ client: AdminClient, _ model: String, _ release: Int64?) throws {
        let counts: ExportCounts
        do {
            let file = try ExportFile(self.path)
            defer { file.close() }
            counts = try client.exportRequests(model: model, release: release) { page in
                // A file gets the bytes as they are; a terminal must not obey them.
                let text = String(decoding: page, as: UTF8.self)
                try file.write(file.isTerminal ? Array(TerminalText.clean(text, keepsLines: true).utf8) : page)
            }
            try file.finish()
        } catch let error as Errno {
            FileHandleOutput.error("teal: cannot write \(TerminalText.clean(self.path, limit: 400)): \(error)")
            throw ExitCode.failure
        }
        var line = "teal: exported \(counts.exported) requests"
        if self.path != "-" { line += " to \(TerminalText.clean(self.path, limit: 400))" }
        if counts.skipped > 0 { line += "; of \(counts.skipped) more pairs no readable request is kept" }
        FileHandleOutput.error(line)
    }
}
