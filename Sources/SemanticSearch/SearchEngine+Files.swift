import Comparison
import Glibc
import Logging
import ServingCore

/// A model's collection in its folder: `collection` says which pair each row is, `<space>/` holds vectors. All of it can be
/// made again from the capture store; what is missing, damaged or of another embedder is.
extension SearchEngine {
    private static let recordLimit = 1 << 30
    private static let page = 1_000

    /// Takes up what an earlier process left of the model, as far as its pairs are still kept.
    func open(_ model: String) async throws(StoreError) {
        var pairs: [Int64: CapturedPair.Summary] = [:]
        var query = PairQuery(model: model, limit: Self.page)
        while pairs.count < self.options.pairs {
            let page = try await self.store.pairs(query)
            for pair in page { pairs[pair.id] = pair }
            guard page.count == Self.page, let last = page.last?.id else { break }
            query.before = last
        }
        guard self.collections[model] == nil else { return }
        var collection = self.restored(model, pairs) ?? Collection(epoch: .random(in: 1 ... .max))
        for id in pairs.keys.sorted() {
            if let pair = pairs[id] { collection.append(pair) }
        }
        collection.arrangePending()
        self.collections[model] = collection
        self.settled[model] = pairs.keys.max() ?? 0
    }

    private func restored(_ model: String, _ pairs: [Int64: CapturedPair.Summary]) -> Collection? {
        guard let folder = self.folder(of: model),
            let bytes = AtomicFile.read(folder + "/collection", limit: Self.recordLimit)
        else { return nil }
        let record: CollectionRecord
        do throws(BinaryDamage) {
            record = try CollectionRecord(decoding: bytes)
        } catch {
            self.logger.warning("vectors are made anew", metadata: ["model": "\(model)", "problem": "\(error)"])
            return nil
        }
        // Words and vectors are made together.
        guard record.words == self.words?.mark else { return nil }
        let kept = record.ids.indices.filter { pairs[record.ids[$0]] != nil }
        var spaces: [SpaceName: Space] = [:]
        var damage: [String] = []
        for space in record.spaces where self.isCurrent(space, record) {
            let (index, problems) = VectorIndex.load(
                from: folder + "/" + space.name.text,
                identity: space.identity,
                seed: record.epoch,
                mark: record.mark(space.identity)
            )
            damage += problems
            let keys = kept.map { $0 < space.keys.count ? space.keys[$0] : Space.unknown }
            spaces[space.name] = Space(space.identity, index: index, keys: keys, known: space.known)
        }
        if let first = damage.first {
            self.logger.warning(
                "vectors in files that cannot be read are made anew",
                metadata: ["model": "\(model)", "files": "\(damage.count)", "first": "\(first)"]
            )
        }
        var collection = Collection(
            epoch: record.epoch,
            requestFit: TensorFit(
                name: "request-tensor",
                embedder: record.requestEmbedder,
                fitted: record.requestFitted
            ),
            answerFit: TensorFit(name: "answer-tensor", embedder: record.answerEmbedder, fitted: record.answerFitted),
            spaces: spaces
        )
        let volume = record.spaces.map(\.name).filter { $0.kind != .sentence }
        for place in kept {
            guard let pair = pairs[record.ids[place]] else { continue }
            // A row that some space should know and does not is embedded again.
            let row = UInt32(clamping: collection.table.count)
            let isKnown =
                !volume.isEmpty
                && volume.allSatisfy { spaces[$0].map { $0.key(of: row) } ?? Space.unknown != Space.unknown }
            collection.append(pair, isKnown: isKnown)
        }
        return collection
    }

    private func isCurrent(_ space: CollectionRecord.SpaceRecord, _ record: CollectionRecord) -> Bool {
        switch space.name.kind {
        case .text: space.identity == self.texts?.identity
        case .sentence: space.identity == self.sentences?.identity
        case .numbers:
            space.identity
                == (space.name.field == .requests ? record.requestEmbedder : record.answerEmbedder)?.identity
        }
    }

    /// Writes what changed. The rows come first: every key in the spaces' files then has its row.
    package func save() {
        for model in self.collections.keys.sorted() {
            guard let collection = self.collections[model], collection.isChanged, let folder = self.folder(of: model)
            else {
                continue
            }
            do throws(IndexFileError) {
                try AtomicFile.createFolder(folder)
                let record = CollectionRecord(collection, words: self.words?.mark)
                try AtomicFile.write(record.encoded, to: folder + "/collection")
                for (name, space) in collection.spaces {
                    try space.index.save(to: folder + "/" + name.text, mark: record.mark(space.identity))
                }
                for name in SpaceName.all where collection.spaces[name] == nil {
                    Self.removeFolder(folder + "/" + name.text)
                }
                self.collections[model]?.isChanged = false
            } catch {
                self.note("vectors are not kept over a restart: \(error)")
            }
        }
    }

    func removeFiles(of model: String) {
        if let folder = self.folder(of: model) { Self.removeFolder(folder) }
    }

    /// Model names are safe as names of folders.
    private func folder(of model: String) -> String? { self.options.folder.map { "\($0)/\(model)" } }

    /// Deletes the folder and all that is in it, as far as it can be deleted; of links the links.
    private static func removeFolder(_ path: String) {
        for name in AtomicFile.names(in: path) {
            let entry = path + "/" + name
            if unlink(entry) != 0 { self.removeFolder(entry) }
        }
        rmdir(path)
    }
}
