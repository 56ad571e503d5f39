import ServingCore

extension TextComparator {
    /// What the elements of one pair add up to.
    private struct Sums {
        var divergence = 0.0
        var similarity = 0.0
        var similar = 0
        var edits = 0.0
        var edited = 0
        /// Elements that differ, and in how many of them which guard fired.
        var differing = 0
        var fired: [TextGuard: Int] = [:]
    }

    /// By meaning. What the angles between live's answers say goes into `scale`.
    func compare(
        _ live: Tensor,
        _ other: Tensor,
        _ side: ComparedSide,
        by meaning: any TextMeaning,
        _ scale: inout MeaningScale,
        _ result: inout OutputComparison
    ) {
        let count = live.elementCount
        guard count > 0 else { return }
        var sums = Sums()
        // One text of a pair stands for all: those of one request may be about one thing.
        var isFirst = side == .candidate && scale.wantsRandom
        let threshold = scale.threshold
        ElementDifference.forEachText(live, other) { left, right in
            if left.elementsEqual(right) {
                sums.similarity += 1
                sums.similar += 1
                if side == .liveAgain { scale.addNoise(1) }
                if isFirst, let vector = meaning.vector(of: MeaningWindow.head(left)) {
                    isFirst = false
                    scale.addRandom(vector, of: left)
                }
                return
            }
            let window = MeaningWindow(left, right)
            let vector = meaning.vector(of: window.live)
            let similarity = vector.flatMap { vector in
                meaning.vector(of: window.candidate).flatMap { MeaningCosine.similarity(vector, $0) }
            }
            if side == .liveAgain, let similarity { scale.addNoise(similarity) }
            if isFirst, window.isHead, let vector {
                isFirst = false
                scale.addRandom(vector, of: left)
            }
            if self.add(left, right, similarity, threshold, to: &sums) { result.diverged = true }
        }
        result.divergence = min(1, sums.divergence / Double(count))
        if sums.similar > 0 { result.details["cosine"] = sums.similarity / Double(sums.similar) }
        if sums.edited > 0 { result.details["edit_distance"] = sums.edits / Double(sums.edited) }
        guard sums.differing > 0 else { return }
        for one in TextGuard.allCases {
            result.details[one.rawValue] = Double(sums.fired[one] ?? 0) / Double(sums.differing)
        }
    }

    /// Adds one element whose texts differ; true when it lies outside tolerance.
    private func add(
        _ live: UnsafeRawBufferPointer,
        _ other: UnsafeRawBufferPointer,
        _ similarity: Double?,
        _ threshold: Double,
        to sums: inout Sums
    ) -> Bool {
        let isNear = similarity.map { $0 >= threshold } ?? false
        let guards = TextGuards(live, other, isNear: isNear)
        for one in guards.severities.keys { sums.fired[one, default: 0] += 1 }
        sums.differing += 1
        let distance: Double
        if let similarity {
            sums.similarity += similarity
            sums.similar += 1
            distance = MeaningCosine.distance(similarity)
        } else {
            // Texts without meaning can only be told apart by their letters.
            distance = Self.distance(live, other)
            sums.edits += distance
            sums.edited += 1
        }
        let divergence = max(distance, guards.worst)
        sums.divergence += divergence
        if let tolerance = self.tolerance { return divergence > tolerance }
        return !guards.severities.isEmpty || (similarity == nil ? distance > 0 : !isNear)
    }
}
