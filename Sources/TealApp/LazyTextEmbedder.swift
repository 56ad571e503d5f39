import SemanticSearch
import ServingCore
import Synchronization

/// A text embedder whose files are read when it is first asked for something, by the thread that asks: the start does not
/// wait for them, and a gateway that has no texts to search never holds them.
final class LazyTextEmbedder: TextEmbedder {
    private let name: String
    private let load: @Sendable () -> Result<any TextEmbedder, EmbeddingError>
    private let loaded = Mutex<Result<any TextEmbedder, EmbeddingError>?>(nil)

    /// - Parameter load: called once.
    init(name: String, load: @escaping @Sendable () -> Result<any TextEmbedder, EmbeddingError>) {
        self.name = name
        self.load = load
    }

    /// Of no dimension when it cannot be used: no vector is of that identity.
    var identity: EmbedderIdentity {
        (try? self.embedder().identity) ?? EmbedderIdentity(name: self.name, digest: "", dimension: 0)
    }

    func embed(_ texts: [String]) throws(EmbeddingError) -> [Float] { try self.embedder().embed(texts) }

    func embedQueries(_ texts: [String]) throws(EmbeddingError) -> [Float] { try self.embedder().embedQueries(texts) }

    /// Blocks for some tenths of a second the first time.
    @discardableResult
    func embedder() throws(EmbeddingError) -> any TextEmbedder {
        let result = self.loaded.withLock { loaded in
            let result = loaded ?? self.load()
            loaded = result
            return result
        }
        return try result.get()
    }
}
