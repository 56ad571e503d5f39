import Synchronization

/// Work that keeps searches fast and memory small. Each piece is made beside the searches and swapped in.
extension VectorIndex {
    /// Does one bounded piece of background work: a round of training, or one chunk compacted or arranged by cell. True
    /// when there was something to do. Searches and appends go on meanwhile.
    package func maintain() -> Bool {
        self.work.withLock { training in
            if self.compact() { return true }
            if training != nil {
                // In place: what it has counted is some megabytes.
                if let cells = training?.step() {
                    training = nil
                    self.state.withLock { $0.take(cells) }
                }
                return true
            }
            if let views = self.state.withLock({ $0.needsTraining ? $0.sealed + [$0.tail] : nil }) {
                training = CellTraining(views, dimension: self.identity.dimension, seed: self.seed)
                return true
            }
            return self.arrange()
        }
    }

    /// Drops dead rows of one chunk, or joins two small ones.
    private func compact() -> Bool {
        guard let (first, views) = self.state.withLock({ $0.compaction }) else { return false }
        let live = views.reduce(0) { $0 + $1.live }
        self.replace(first, views, with: ChunkView.merged(views, capacity: live))
        return true
    }

    private func arrange() -> Bool {
        let found = self.state.withLock { state in
            state.cells.flatMap { cells in
                state.sealed.firstIndex { $0.chunk.arrangement?.cells !== cells }.map { (cells, $0, state.sealed[$0]) }
            }
        }
        guard let (cells, number, view) = found else { return false }
        self.replace(number, [view], with: view.arranged(by: cells))
        return true
    }

    /// Swaps `old`, the sealed chunks from `first` on, for their copy; what died since they were copied dies there too.
    private func replace(_ first: Int, _ old: [ChunkView], with copy: ChunkView) {
        var copy = copy
        self.state.withLock { state in
            for (step, before) in old.enumerated() {
                copy.killWhatDied(in: state.sealed[first + step], since: before)
            }
            state.sealed.replaceSubrange(first..<first + old.count, with: copy.count == 0 ? [] : [copy])
        }
    }
}

extension IndexState {
    /// Chunks are arranged by these from now on.
    mutating func take(_ cells: Cells) {
        self.cells = cells
        self.saved?.cellsFile = nil
    }

    /// The collection has grown to three times what the cells are for, or there are none yet.
    var needsTraining: Bool {
        guard self.live >= CellTraining.smallest else { return false }
        return self.cells.map { self.live / 3 >= $0.measured.trainedOn } ?? true
    }

    /// A chunk that is dead to a quarter, or two neighbours that fit into one.
    var compaction: (Int, [ChunkView])? {
        let rows = Chunk.rows(stride: self.stride)
        for (number, view) in self.sealed.enumerated() {
            if view.deadCount > view.count / 4 { return (number, [view]) }
            if number + 1 < self.sealed.count, view.live + self.sealed[number + 1].live <= rows {
                return (number, [view, self.sealed[number + 1]])
            }
        }
        return nil
    }
}
