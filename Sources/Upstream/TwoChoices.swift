/// The less loaded of two candidates taken at random: nearly as even as asking all, and no herd runs to the one that was
/// best a moment ago.
package enum TwoChoices {
    /// Index of the chosen one among `count`, of which `isCandidate` admits some; nil when it admits none.
    package static func pick(
        _ count: Int,
        isCandidate: (Int) -> Bool,
        load: (Int) -> Int,
        random: inout some RandomNumberGenerator
    ) -> Int? {
        var candidates = 0
        for index in 0..<count where isCandidate(index) { candidates += 1 }
        guard candidates > 0 else { return nil }
        let first = candidates == 1 ? 0 : Int.random(in: 0..<candidates, using: &random)
        guard let one = Self.candidate(first, count, isCandidate) else { return nil }
        guard candidates > 1 else { return one }
        let second = (first + Int.random(in: 1..<candidates, using: &random)) % candidates
        guard let other = Self.candidate(second, count, isCandidate) else { return one }
        return load(other) < load(one) ? other : one
    }

    private static func candidate(_ rank: Int, _ count: Int, _ isCandidate: (Int) -> Bool) -> Int? {
        var rank = rank
        for index in 0..<count where isCandidate(index) {
            if rank == 0 { return index }
            rank -= 1
        }
        return nil
    }
}
