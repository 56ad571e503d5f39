import Foundation

/// Where the demo tells its story: plain lines, and on a terminal one line that is written over and over.
package struct DemoConsole: Sendable {
    package let isTerminal: Bool
    private let write: @Sendable (String) -> Void

    /// `write` gets text as it is to appear, line breaks included.
    package init(isTerminal: Bool, write: @escaping @Sendable (String) -> Void) {
        self.isTerminal = isTerminal
        self.write = write
    }

    /// The process's standard output, unbuffered.
    package static var standard: DemoConsole {
        DemoConsole(isTerminal: isatty(STDOUT_FILENO) == 1) { text in
            // A reader that went away (`| head`) is no reason to fail.
            try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        }
    }

    /// The process's standard error, unbuffered: for what must not mix with a command's output.
    package static var standardError: DemoConsole {
        DemoConsole(isTerminal: isatty(STDERR_FILENO) == 1) { text in
            try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
        }
    }

    package func line(_ text: String = "") {
        self.write(self.isTerminal ? "\r\u{1B}[K\(text)\n" : "\(text)\n")
    }

    /// Replaces the line being updated on a terminal; a line of its own elsewhere.
    package func update(_ text: String) {
        self.write(self.isTerminal ? "\r\u{1B}[K\(text)" : "\(text)\n")
    }

    /// Leaves the updated line as it is; what follows begins below it.
    package func endUpdates() {
        if self.isTerminal { self.write("\n") }
    }
}
