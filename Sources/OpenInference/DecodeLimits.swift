/// What one request, or one answer of a backend, may hold; whatever goes beyond is refused before memory is taken for
/// it.
package struct DecodeLimits: Sendable, Equatable {
    /// Nesting of the JSON document.
    package var maxDepth = 64
    /// Bytes of JSON. Parsing takes up to 14 times as much memory, for the time of the parse.
    package var maxJSONBytes = 32 << 20
    /// Elements of one tensor.
    package var maxElements = 64 << 20
    package var maxDimensions = 32
    /// Bytes of one BYTES element.
    package var maxElementBytes = 16 << 20
    package var maxIDBytes = 1024
    /// The decoder gives its scratch memory back after a JSON document longer than this.
    package var retainedJSONBytes = 1 << 20

    package init() {}
}
