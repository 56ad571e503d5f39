/// Why there is no search; `sentence` is for whoever asks for it.
package struct SearchUnavailable: Error, Sendable {
    package let sentence: String

    package init(_ sentence: String) {
        self.sentence = sentence
    }
}
