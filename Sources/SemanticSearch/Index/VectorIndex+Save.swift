import Glibc
import Synchronization

extension VectorIndex {
    /// Writes what changed since the last save or load of the same folder and mark. After a crash at any moment the
    /// folder holds the index of this save or of the one before. Removed vectors are in no file any more. `mark` (up to
    /// 4096 bytes) is in every file: it names what the vectors belong to.
    package func save(to folder: String, mark: String) throws(IndexFileError) {
        guard Self.mark(mark, of: self.identity).utf8.count <= SealedFile.longestMark else {
            throw IndexFileError(operation: "mark", path: folder, code: EINVAL)
        }
        try AtomicFile.createFolder(folder)
        let result = self.work.withLock { _ -> Result<Void, IndexFileError> in
            do throws(IndexFileError) {
                try self.write(to: folder, mark: mark)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    private func write(to folder: String, mark: String) throws(IndexFileError) {
        self.state.withLock { $0.begin(folder, mark) }
        try self.writeCells(folder, mark)
        let rows = try self.writeRows(folder, mark)
        let (cells, largestKey, last) = self.state.withLock { state in
            let cells = state.cells.flatMap { cells in
                state.saved?.cellsFile.map { IndexManifest.CellsFile(file: $0, measured: cells.measured) }
            }
            return (cells, state.largestKey, state.saved?.manifest)
        }
        let manifest = IndexManifest(largestKey: largestKey, cells: cells, rows: rows)
        let bytes = SealedFile.seal(manifest.payload, self.label(.manifest, mark, 0))
        if bytes != last { try AtomicFile.write(bytes, to: folder + "/" + IndexManifest.name) }
        self.state.withLock { $0.saved?.manifest = bytes }
        let kept = Set((rows + [cells?.file].compactMap { $0 }).map { $0.name } + [IndexManifest.name])
        for name in AtomicFile.names(in: folder) where !kept.contains(name) && Self.isOurs(name) {
            AtomicFile.remove(folder + "/" + name)
        }
    }

    private func writeCells(_ folder: String, _ mark: String) throws(IndexFileError) {
        let (cells, file) = self.state.withLock { ($0.cells, $0.saved?.cellsFile) }
        guard let cells, file == nil else { return }
        let payload = ChunkPayload.encode(ChunkView(cells.centroids, count: cells.count), cellsFile: nil)
        let written = try self.write(payload, cells.count, .cells, folder, mark)
        self.state.withLock { $0.saved?.cellsFile = written }
    }

    private func writeRows(_ folder: String, _ mark: String) throws(IndexFileError) -> [IndexManifest.File] {
        var files: [IndexManifest.File] = []
        let (cells, cellsFile) = self.state.withLock { ($0.cells, $0.saved?.cellsFile) }
        for view in self.views where view.live > 0 {
            if let file = view.file {
                files.append(file)
                continue
            }
            let own = cells.flatMap { view.chunk.arrangement?.cells === $0 ? $0 : nil }
            var copy = view
            if let own, view.deadCount > 0 {
                copy = view.arranged(by: own)
            } else if view.deadCount > 0 || view.chunk.arrangement != nil && own == nil {
                copy = view.compacted()
            }
            let payload = ChunkPayload.encode(copy, cellsFile: own == nil ? nil : cellsFile?.number)
            let file = try self.write(payload, copy.count, .rows, folder, mark)
            files.append(file)
            self.state.withLock { $0.settle(view, copy, file) }
        }
        return files
    }

    private func write(
        _ payload: [UInt8],
        _ count: Int,
        _ kind: SealedFile.Kind,
        _ folder: String,
        _ mark: String
    ) throws(IndexFileError) -> IndexManifest.File {
        let number = self.state.withLock { $0.takeFileNumber() }
        let file = IndexManifest.File(number: number, count: UInt32(count))
        try AtomicFile.write(SealedFile.seal(payload, self.label(kind, mark, number)), to: folder + "/" + file.name)
        return file
    }

    private func label(_ kind: SealedFile.Kind, _ mark: String, _ number: UInt64) -> SealedFile.Label {
        SealedFile.Label(
            kind: kind,
            mark: Self.mark(mark, of: self.identity),
            dimension: self.identity.dimension,
            number: number
        )
    }

    /// Vectors of two embedders are never compared, whatever the caller's mark says.
    static func mark(_ mark: String, of identity: EmbedderIdentity) -> String { "\(identity.digest) \(mark)" }

    /// Files that a save makes, also half-made ones.
    static func isOurs(_ name: String) -> Bool {
        name.hasPrefix("vectors-") || name == IndexManifest.name || name == IndexManifest.name + AtomicFile.suffix
    }
}

extension IndexState {
    /// Files of another folder or mark count for nothing.
    mutating func begin(_ folder: String, _ mark: String) {
        guard self.saved?.folder != folder || self.saved?.mark != mark else { return }
        let numbers = AtomicFile.names(in: folder).compactMap { name in
            name.hasPrefix("vectors-") ? UInt64(name.dropFirst(8).prefix { $0.isNumber }) : nil
        }
        let largest = numbers.max() ?? 0
        self.saved = SavedPlace(folder: folder, mark: mark, nextFile: largest < .max - 1 ? largest + 1 : 1)
        for number in self.sealed.indices { self.sealed[number].file = nil }
        self.tail.file = nil
    }

    mutating func takeFileNumber() -> UInt64 {
        let number = self.saved?.nextFile ?? 1
        self.saved?.nextFile = number &+ 1
        return number
    }

    /// `file` holds `copy`, the live rows of `view`. A sealed chunk is replaced by its copy.
    mutating func settle(_ view: ChunkView, _ copy: ChunkView, _ file: IndexManifest.File) {
        if let number = self.sealed.firstIndex(where: { $0.chunk === view.chunk }) {
            let now = self.sealed[number]
            var settled = view.deadCount > 0 ? copy : view
            settled.file = file
            if view.deadCount > 0 {
                settled.killWhatDied(in: now, since: view)
            } else if now.deadCount != view.deadCount {
                return
            }
            // A tail that was sealed since has rows that the file lacks.
            if now.count == view.count { self.sealed[number] = settled }
        } else if self.tail.chunk === view.chunk, self.tail.count == view.count, self.tail.deadCount == view.deadCount {
            self.tail.file = file
        }
    }
}
