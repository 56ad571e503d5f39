import Comparison

/// What a collection's file says: which pair each row is, and which vector each row has in each space. The vectors
/// themselves lie in the spaces' folders. It is written before them, so that every key in them has its row here.
struct CollectionRecord: Sendable, Equatable {
    struct SpaceRecord: Sendable, Equatable {
        var name: SpaceName
        var identity: EmbedderIdentity
        var keys: [UInt32]
        /// Keys by what stands for their content.
        var known: [UInt64: UInt32]
    }

    var epoch: UInt64
    /// `WordIndex.mark` of the words that were added with the vectors; nil without any, or when some could not be added.
    var words: String?
    /// By row, each once.
    var ids: [Int64]
    var requestEmbedder: TensorEmbedder?
    var requestFitted: Int
    var answerEmbedder: TensorEmbedder?
    var answerFitted: Int
    var spaces: [SpaceRecord]

    private static let kind: StaticString = "TSCO"
    private static let version: UInt8 = 2
    private static let rowLimit = 1 << 28

    /// - Parameter words: `WordIndex.mark` of the words that are open.
    init(_ collection: Collection, words: String?) {
        self.epoch = collection.epoch
        self.words = collection.lacksWords ? nil : words
        self.ids = collection.table.ids
        self.requestEmbedder = collection.requestFit.embedder
        self.requestFitted = collection.requestFit.fitted
        self.answerEmbedder = collection.answerFit.embedder
        self.answerFitted = collection.answerFit.fitted
        self.spaces = collection.spaces.keys.sorted().compactMap { name in
            collection.spaces[name].map {
                SpaceRecord(name: name, identity: $0.identity, keys: $0.keys, known: $0.known)
            }
        }
    }

    /// Ties the files of a space to this record: rows of another one have other numbers.
    func mark(_ identity: EmbedderIdentity) -> String { "\(identity.name) \(identity.digest) \(self.epoch)" }

    /// Sealed with a checksum.
    var encoded: [UInt8] {
        var writer = BinaryWriter()
        writer.write(self.epoch)
        writer.write(self.words)
        writer.write(UInt64(self.ids.count))
        var last: Int64 = 0
        for id in self.ids {
            writer.write(id &- last)
            last = id
        }
        for (embedder, fitted) in [
            (self.requestEmbedder, self.requestFitted), (self.answerEmbedder, self.answerFitted),
        ] {
            writer.write(embedder != nil)
            embedder?.encode(into: &writer)
            writer.write(UInt64(fitted))
        }
        writer.write(UInt64(self.spaces.count))
        for space in self.spaces {
            writer.write(space.name.text)
            writer.write(space.identity.name)
            writer.write(space.identity.digest)
            writer.write(UInt64(space.identity.dimension))
            writer.write(UInt64(space.keys.count))
            for key in space.keys { writer.write(UInt64(key &+ 2)) }
            writer.write(UInt64(space.known.count))
            for (content, key) in space.known.sorted(by: { $0.value < $1.value }) {
                writer.write(content)
                writer.write(UInt64(key))
            }
        }
        return BinarySeal.seal(writer.bytes, kind: Self.kind, version: Self.version)
    }

    init(decoding bytes: [UInt8]) throws(BinaryDamage) {
        var reader = BinaryReader(try BinarySeal.open(bytes, kind: Self.kind, version: Self.version))
        self.epoch = try reader.readUnsigned()
        self.words = try reader.readOptionalText()
        var last: Int64 = 0
        self.ids = []
        for _ in 0..<(try reader.readCount(atMost: Self.rowLimit)) {
            last = last &+ (try reader.readSigned())
            self.ids.append(last)
        }
        guard Set(self.ids).count == self.ids.count else { throw reader.damage("a pair with two rows") }
        self.requestEmbedder = try reader.readFlag() ? TensorEmbedder(from: &reader) : nil
        self.requestFitted = Int(clamping: try reader.readUnsigned())
        self.answerEmbedder = try reader.readFlag() ? TensorEmbedder(from: &reader) : nil
        self.answerFitted = Int(clamping: try reader.readUnsigned())
        self.spaces = []
        for _ in 0..<(try reader.readCount(atMost: SpaceName.all.count)) {
            let text = try reader.readText()
            guard let name = SpaceName(text: text) else { throw reader.damage("no space is called \(text)") }
            let identity = EmbedderIdentity(
                name: try reader.readText(),
                digest: try reader.readText(),
                dimension: Int(clamping: try reader.readUnsigned())
            )
            var keys: [UInt32] = []
            for _ in 0..<(try reader.readCount(atMost: self.ids.count)) {
                keys.append(UInt32(truncatingIfNeeded: try reader.readUnsigned()) &- 2)
            }
            var known: [UInt64: UInt32] = [:]
            for _ in 0..<(try reader.readCount(atMost: Self.rowLimit)) {
                known[try reader.readUnsigned()] = UInt32(truncatingIfNeeded: try reader.readUnsigned())
            }
            self.spaces.append(SpaceRecord(name: name, identity: identity, keys: keys, known: known))
        }
        try reader.finish()
    }
}
