/// What requests may ask for and answers may hold; whatever goes beyond is refused before memory is taken for it.
package struct OpenAILimits: Sendable, Equatable {
    /// Nesting of a JSON document, of requests and of answers.
    package var maxDepth = 128
    /// Bytes of a request. Parsing takes up to 14 times as much memory, for the time of the parse.
    package var maxRequestBytes = 32 << 20
    /// Bytes of a whole answer, streamed or not.
    package var maxAnswerBytes = 32 << 20
    /// Bytes of one event of a stream.
    package var maxEventBytes = 1 << 20
    package var maxModelBytes = 256
    package var maxUserBytes = 1024
    /// Choices of one answer; `n` of a request.
    package var maxChoices = 128
    /// Tool calls of one choice.
    package var maxToolCalls = 256
    /// Bytes of the prompt's text, which is for search.
    package var maxPromptBytes = 32 << 10
    /// Scratch memory is given back after a JSON document longer than this.
    package var retainedJSONBytes = 1 << 20

    package init() {}
}
