import Admin
import ArgumentParser
import SystemPackage

/// `teal pairs MODEL --vectors`: the newest pairs with their vectors as a NumPy archive.
struct VectorExport {
    /// `-` is the standard output.
    var path: String
    var release: Int64?
    var limit: Int

    func run(_ client: AdminClient, _ model: String) throws {
        let shown = TerminalText.clean(self.path, limit: 400)
        do {
            let file = try ExportFile(self.path)
            defer { file.close() }
            guard !file.isTerminal else { throw CommandFailure("an archive is not for a terminal; name a file") }
            let archive = try client.vectors(model: model, release: self.release, limit: self.limit)
            try file.write(archive)
            try file.finish()
        } catch let error as Errno {
            throw CommandFailure("cannot write \(shown): \(error)")
        }
        var line = "teal: wrote the newest pairs, at most \(self.limit), with their vectors"
        if self.path != "-" { line += " to \(shown)" }
        FileHandleOutput.error(line)
    }
}
