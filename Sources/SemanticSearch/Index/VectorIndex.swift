import Synchronization

/// The vectors of one embedder under ascending keys, searched by cosine. Unit vectors, 16 bits for each value.
///
/// Searches run beside one writer: they see the index as it was when they began, and wait for no longer than it takes
/// to store one vector. Background work is done by whoever calls `maintain`.
package final class VectorIndex: Sendable {
    let identity: EmbedderIdentity
    let seed: UInt64
    let stride: Int
    let state: Mutex<IndexState>
    /// The training under way. Held by whoever maintains or saves.
    let work: Mutex<CellTraining?>

    /// A dimension outside 1...4096 makes an index that stores nothing.
    package convenience init(identity: EmbedderIdentity, seed: UInt64) {
        self.init(identity: identity, seed: seed, state: IndexState(stride: Self.stride(identity)))
    }

    init(identity: EmbedderIdentity, seed: UInt64, state: consuming sending IndexState) {
        self.identity = identity
        self.seed = seed
        self.stride = Self.stride(identity)
        self.state = Mutex(state)
        self.work = Mutex(nil)
    }

    static func stride(_ identity: EmbedderIdentity) -> Int {
        Chunk.stride(dimension: min(max(identity.dimension, 1), Self.largestDimension))
    }

    static let largestDimension = 4_096

    /// Live vectors.
    package var count: Int { self.state.withLock { $0.live } }

    /// Memory of the vectors and what finds them.
    package var bytes: Int { self.state.withLock { $0.bytes } }

    /// The smallest key that `append` may take; nil when all are used up. Keys of removed vectors are used up too.
    package var nextKey: UInt32? { self.state.withLock { UInt32(exactly: $0.largestKey + 1) } }

    /// Of the live vectors, ascending.
    package var keys: [UInt32] {
        self.views.flatMap { view in
            (0..<view.count).lazy.map { view.row($0) }.filter { !view.isDead($0) }.map { view.chunk.keys[$0] }
        }
    }

    /// The sealed chunks and the tail, by ascending keys.
    var views: [ChunkView] { self.state.withLock { $0.sealed + [$0.tail] } }

    /// Stores the vector at unit length. False, and nothing stored, when it has another length than the embedder's, is
    /// zero, holds NaN or an infinity, or when `key` is not larger than all before.
    @discardableResult
    package func append(key: UInt32, vector: [Float]) -> Bool {
        guard (1...Self.largestDimension).contains(vector.count), vector.count == self.identity.dimension else {
            return false
        }
        return self.state.withLock { $0.append(key, vector) }
    }

    /// Nothing happens when there is no such vector.
    package func remove(key: UInt32) { self.state.withLock { $0.remove(key) } }

    package func contains(_ key: UInt32) -> Bool { self.state.withLock { $0.find(key) != nil } }

    /// At unit length, as stored: each value within 1/65000 of the largest.
    package func vector(of key: UInt32) -> [Float]? {
        let found = self.state.withLock { state in
            state.find(key).map { place in (state.view(place.view).chunk, place.row) }
        }
        guard let (chunk, row) = found else { return nil }
        return chunk.decode(row, dimension: self.identity.dimension)
    }
}
