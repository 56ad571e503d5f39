/// Why a file is no table of an embedder; `description` is one sentence.
package struct EmbedderFileError: Error, Equatable, CustomStringConvertible {
    package var description: String

    init(_ description: String) {
        self.description = description
    }
}
