import Glibc

/// A file operation that failed.
package struct IndexFileError: Error, Equatable, CustomStringConvertible {
    /// What was attempted, e.g. `open`.
    package var operation: String
    package var path: String
    /// `errno`.
    package var code: Int32

    package init(operation: String, path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    package var description: String { "\(self.operation) \(self.path): \(String(cString: strerror(self.code)))" }
}
