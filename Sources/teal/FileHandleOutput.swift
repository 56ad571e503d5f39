import Glibc

/// Lines for people and for scripts that wait for them; written at once, never buffered.
enum FileHandleOutput {
    static func line(_ text: String) { Self.write(text + "\n", to: STDOUT_FILENO) }
    static func error(_ text: String) { Self.write(text + "\n", to: STDERR_FILENO) }
    /// Text with line breaks of its own.
    static func text(_ text: String) { Self.write(text, to: STDOUT_FILENO) }

    private static func write(_ text: String, to descriptor: Int32) {
        var line = Array(text.utf8)[...]
        while !line.isEmpty {
            let count = line.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            line = line.dropFirst(count)
        }
    }
}
