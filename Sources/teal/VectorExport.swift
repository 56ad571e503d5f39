import Admin

/// `teal pairs MODEL --vectors`: the newest pairs with their vectors as a NumPy archive.
struct VectorExport {
    /// `-` is the standard output.
    var path: String
    var release: Int64?
    var limit: Int

    func run(_ client: AdminClient, _ model: String) throws {
        let archive = try ExportFile.write(to: self.path) { file in
            guard !file.isTerminal else { throw CommandFailure("an archive is not for a terminal; name a file") }
            let archive = try client.vectors(model: model, release: self.release, limit: self.limit)
            try file.write(archive.bytes)
            return archive
        }
        var line = "teal: wrote \(archive.pairs) pairs of trial \(archive.release) with their vectors"
        if self.path != "-" { line += " to \(TerminalText.clean(self.path, limit: 400))" }
        FileHandleOutput.error(line)
    }
}
