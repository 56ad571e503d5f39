import Admin

/// `teal pairs MODEL --export`: all kept requests as JSON lines.
struct PairExport {
    /// `-` is the standard output.
    var path: String

    func run(_ client: AdminClient, _ model: String, _ release: Int64?) throws {
        let counts = try ExportFile.write(to: self.path) { file in
            try client.exportRequests(model: model, release: release) { page in
                // A file gets the bytes as they are; a terminal must not obey them.
                let text = String(decoding: page, as: UTF8.self)
                try file.write(file.isTerminal ? Array(TerminalText.clean(text, keepsLines: true).utf8) : page)
            }
        }
        var line = "teal: exported \(counts.exported) requests"
        if self.path != "-" { line += " to \(TerminalText.clean(self.path, limit: 400))" }
        if counts.skipped > 0 { line += "; of \(counts.skipped) more pairs no readable request is kept" }
        FileHandleOutput.error(line)
    }
}
