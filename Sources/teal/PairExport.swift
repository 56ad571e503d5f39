import Admin
import ArgumentParser
import Foundation

/// `teal pairs MODEL --export`: all kept requests as JSON lines.
struct PairExport {
    /// `-` is the standard output.
    var path: String

    func run(_ client: AdminClient, _ model: String, _ release: Int64?) throws {
        let file = try self.open()
        let isTerminal = isatty(file.fileDescriptor) == 1
        let counts = try client.exportRequests(model: model, release: release) { page in
            // A file gets the bytes as they are; a terminal must not obey them.
            let bytes =
                isTerminal
                ? Array(TerminalText.clean(String(decoding: page, as: UTF8.self), keepsLines: true).utf8) : page
            try file.write(contentsOf: Data(bytes))
        }
        var line = "teal: exported \(counts.exported) requests"
        if self.path != "-" { line += " to \(TerminalText.clean(self.path, limit: 400))" }
        if counts.skipped > 0 { line += "; of \(counts.skipped) more pairs no readable request is kept" }
        FileHandleOutput.error(line)
    }

    /// For this user only: it is what clients sent.
    private func open() throws -> FileHandle {
        guard self.path != "-" else { return .standardOutput }
        let descriptor = Foundation.open(self.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            FileHandleOutput.error("teal: cannot write \(TerminalText.clean(self.path, limit: 400)): \(reason)")
            throw ExitCode.failure
        }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
}
