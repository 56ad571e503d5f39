/// Why a vocabulary cannot be used; `description` is one sentence.
package struct VocabularyError: Error, Equatable, CustomStringConvertible {
    package var description: String

    init(_ description: String) {
        self.description = description
    }
}
