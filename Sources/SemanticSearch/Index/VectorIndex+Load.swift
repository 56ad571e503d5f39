import Synchronization

extension VectorIndex {
    /// The index as last saved with this mark for this embedder. Vectors in files that are missing, damaged or of
    /// something else are left out, and each such file is described.
    package static func load(
        from folder: String,
        identity: EmbedderIdentity,
        seed: UInt64,
        mark: String
    ) -> (index: VectorIndex, problems: [String]) {
        for name in AtomicFile.names(in: folder) where name.hasSuffix(AtomicFile.suffix) && Self.isOurs(name) {
            AtomicFile.remove(folder + "/" + name)
        }
        var reading = IndexReading(folder: folder, identity: identity, mark: mark)
        let state = reading.state()
        return (VectorIndex(identity: identity, seed: seed, state: state), reading.problems)
    }
}

/// One load of an index.
private struct IndexReading {
    let folder: String
    let identity: EmbedderIdentity
    let mark: String
    var problems: [String] = []

    /// Of rows of 4096 values: enough for any chunk.
    private static let limit = 128 << 20

    private var stride: Int { VectorIndex.stride(self.identity) }

    mutating func state() -> IndexState {
        var state = IndexState(stride: self.stride)
        let path = self.folder + "/" + IndexManifest.name
        guard (1...VectorIndex.largestDimension).contains(self.identity.dimension),
            AtomicFile.names(in: self.folder).contains(IndexManifest.name)
        else { return state }
        guard let payload = self.payload(path, .manifest, 0, limit: IndexManifest.limit) else { return state }
        guard let manifest = IndexManifest(payload: payload) else {
            self.problems.append("\(path): its content makes no sense")
            return state
        }
        state.begin(self.folder, self.mark)
        let cells = manifest.cells.flatMap { self.cells($0) }
        if let cells {
            state.take(cells.cells)
            state.saved?.cellsFile = manifest.cells?.file
        }
        for file in manifest.rows {
            guard let view = self.rows(file, cells) else { continue }
            guard let keys = view.keys, Int64(keys.lowerBound) > state.largestKey,
                Int64(keys.upperBound) <= manifest.largestKey
            else {
                self.problems.append("\(self.path(file)): its keys are not those expected")
                continue
            }
            state.adopt(view)
        }
        state.largestKey = max(state.largestKey, manifest.largestKey)
        return state
    }

    private mutating func rows(_ file: IndexManifest.File, _ cells: (cells: Cells, file: UInt64)?) -> ChunkView? {
        guard let payload = self.payload(self.path(file), .rows, file.number, limit: Self.limit) else { return nil }
        guard var view = ChunkPayload.decode(payload, stride: self.stride, cells: cells), view.count == file.count
        else {
            self.problems.append("\(self.path(file)): its content makes no sense")
            return nil
        }
        view.file = file
        return view
    }

    private mutating func cells(_ file: IndexManifest.CellsFile) -> (cells: Cells, file: UInt64)? {
        let path = self.path(file.file)
        guard let payload = self.payload(path, .cells, file.file.number, limit: Self.limit) else { return nil }
        guard let view = ChunkPayload.decode(payload, stride: self.stride, cells: nil), view.count == file.file.count
        else {
            self.problems.append("\(path): its content makes no sense")
            return nil
        }
        return (Cells(view.chunk, file.measured), file.file.number)
    }

    private mutating func payload(_ path: String, _ kind: SealedFile.Kind, _ number: UInt64, limit: Int) -> [UInt8]? {
        guard let bytes = AtomicFile.read(path, limit: limit) else {
            self.problems.append("\(path): it cannot be read")
            return nil
        }
        let label = SealedFile.Label(
            kind: kind,
            mark: VectorIndex.mark(self.mark, of: self.identity),
            dimension: self.identity.dimension,
            number: number
        )
        switch SealedFile.open(bytes, label) {
        case .success(let payload): return payload
        case .failure(let damage):
            self.problems.append("\(path): \(damage)")
            return nil
        }
    }

    private func path(_ file: IndexManifest.File) -> String { self.folder + "/" + file.name }
}
