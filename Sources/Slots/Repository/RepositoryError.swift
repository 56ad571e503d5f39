/// A model repository that cannot be read as asked. The message is for operators: what is wrong, where, what to do.
package struct RepositoryError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: Sendable {
        case notFound, invalid, unreadable
    }

    package let code: Code
    package let description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
