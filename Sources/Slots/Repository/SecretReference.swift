import Glibc
import SystemPackage

/// A text that may name where a secret is kept: `${env:NAME}` stands for a variable of the environment, `${file:/PATH}`
/// for a file's content without the line's end. Resolved once, when a version is loaded.
enum SecretReference {
    struct Failure: Error {
        let reason: String
    }

    private static let fileLimit: Int64 = 64 << 10

    static func resolve(_ text: String) throws(Failure) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw Failure(reason: "'${' without '}'")
            }
            result += rest[..<start.lowerBound]
            result += try self.value(of: rest[start.upperBound..<end])
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    private static func value(of reference: Substring) throws(Failure) -> String {
        if reference.hasPrefix("env:") {
            let name = String(reference.dropFirst(4))
            guard let value = getenv(name) else {
                throw Failure(reason: "the environment has no variable \(name)")
            }
            return String(cString: value)
        }
        guard reference.hasPrefix("file:/") else {
            throw Failure(reason: "'${\(reference)}' is neither ${env:NAME} nor ${file:/PATH}")
        }
        let path = FilePath(String(reference.dropFirst(5)))
        do throws(RepositoryError) {
            guard let text = try BoundedFile.text(at: path, limit: self.fileLimit) else {
                throw RepositoryError(.notFound, "the file \(path) does not exist")
            }
            return String(text.prefix { !$0.isNewline })
        } catch {
            throw Failure(reason: error.description)
        }
    }
}
