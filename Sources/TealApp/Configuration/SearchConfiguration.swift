package import SemanticSearch
package import SystemPackage

/// What kept pairs are searched with.
package struct SearchConfiguration: Sendable {
    package var isEnabled = true
    /// Of a model; the oldest go first.
    package var pairs = 100_000
    /// Of the static embedder; nil looks in the usual places, as for the two below.
    package var table: FilePath?
    package var model: FilePath?
    package var vocabulary: FilePath?
    package var options = OnnxTextOptions()

    package init() {}
}
