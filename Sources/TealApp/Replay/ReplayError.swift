/// Why nothing was replayed: one printable line.
package struct ReplayError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
