/// Which pairs the sentence model embeds: the most divergent first, then a sample; of small collections all.
extension Collection {
    /// Collections up to this size are embedded whole.
    private static let whole = 5_000

    /// Ids of pairs that the sentence model has not embedded, the next one last; with those it has embedded, at most
    /// `limit`.
    func idsForSentences(limit: Int) -> [Int64] {
        let requests = self.spaces[SpaceName(.requests, .sentence)]
        let answers = self.spaces[SpaceName(.live, .sentence)]
        let done = max(requests?.lookedAt ?? 0, answers?.lookedAt ?? 0)
        guard done < limit else { return [] }
        let isWhole = self.table.count <= Self.whole
        var (divergent, sample): ([Int], [Int]) = ([], [])
        for row in self.indexed.indices where self.indexed[row] {
            let key = (requests ?? answers)?.key(of: UInt32(clamping: row)) ?? Space.unknown
            guard key == Space.unknown else { continue }
            if self.table.isDiverged(row) {
                divergent.append(row)
            } else if isWhole || self.isSampled(row) {
                sample.append(row)
            }
        }
        divergent.sort { self.table.divergences[$0] < self.table.divergences[$1] }
        return (sample + divergent).suffix(limit - done).map { self.table.ids[$0] }
    }

    /// One pair in 16 belongs to the sample, by its id.
    private func isSampled(_ row: Int) -> Bool {
        (UInt64(bitPattern: self.table.ids[row]) &* 0x9E37_79B9_7F4A_7C15) >> 60 == 0
    }
}
