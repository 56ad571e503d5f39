import SemanticSearch
import Synchronization

/// Texts that share words are alike; nothing else is.
final class WordBag: TextEmbedder {
    let identity: EmbedderIdentity
    private let calls = Mutex<[String]>([])

    init(name: String = "bag", digest: String = "b", dimension: Int = 64) {
        self.identity = EmbedderIdentity(name: name, digest: digest, dimension: dimension)
    }

    /// Every text it was asked for.
    var embedded: [String] { self.calls.withLock { $0 } }

    func embed(_ texts: [String]) throws(EmbeddingError) -> [Float] {
        self.calls.withLock { $0 += texts }
        return texts.flatMap { self.vector($0) }
    }

    private func vector(_ text: String) -> [Float] {
        var vector = [Float](repeating: 0, count: self.identity.dimension)
        for word in RequestWords.of(text) {
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for byte in word.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            for shift in [0, 20, 40] as [UInt64] {
                vector[Int((hash >> shift) % UInt64(vector.count))] += (hash >> (shift + 10)) & 1 == 0 ? 1 : -1
            }
        }
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > 0 ? vector.map { $0 / length } : vector
    }
}
