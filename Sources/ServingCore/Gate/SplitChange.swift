/// What is changed of a model's split; what is nil stays as it is.
package struct SplitChange: Sendable, Equatable {
    /// 0...1. Ends a ramp that is not given with it.
    package var share: Double?
    package var key: SplitKey?
    package var seed: Int64?
    /// Shares to go through, ascending. Those above `share` are to come; without `share` the first is taken at once.
    package var ramp: [Double]?
    /// Microseconds each step of `ramp` lasts at least.
    package var stepTime: Int64?

    package init(
        share: Double? = nil,
        key: SplitKey? = nil,
        seed: Int64? = nil,
        ramp: [Double]? = nil,
        stepTime: Int64? = nil
    ) {
        self.share = share
        self.key = key
        self.seed = seed
        self.ramp = ramp
        self.stepTime = stepTime
    }

    /// JSON readers keep whole numbers up to here.
    package static let seeds: ClosedRange<Int64> = 0...(1 << 53 - 1)
    /// Up to thirty days.
    package static let stepSeconds: ClosedRange<Int64> = 1...2_592_000

    package var isEmpty: Bool { self == SplitChange() }

    /// Why it cannot be applied, in words; nil when all is well.
    package var problem: String? {
        if let share, !(0...1).contains(share) { return "`split` must be a share between 0 and 1" }
        if let seed, !Self.seeds.contains(seed) {
            return "`splitSeed` must be between \(Self.seeds.lowerBound) and \(Self.seeds.upperBound)"
        }
        guard let ramp else {
            return self.stepTime == nil ? nil : "`stepSeconds` is how long a step of `ramp` lasts; give `ramp` too"
        }
        let isAscending = zip(ramp, ramp.dropFirst()).allSatisfy { $0 < $1 }
        guard (1...32).contains(ramp.count), isAscending, ramp.allSatisfy({ $0 > 0 && $0 <= 1 }), let last = ramp.last
        else {
            return "`ramp` must be 1 to 32 ascending shares above 0 and at most 1, such as [0.01, 0.05, 0.25, 0.5, 1]"
        }
        if self.share == 0 { return "`split` of 0 ends the split, but `ramp` begins one; give one of the two" }
        if let share, share >= last { return "`ramp` has no step above `split`" }
        if let stepTime, !Self.stepSeconds.contains(stepTime / 1_000_000) {
            return "`stepSeconds` must be between \(Self.stepSeconds.lowerBound) and \(Self.stepSeconds.upperBound)"
        }
        return nil
    }

    /// `settings` with this change made at `now`, microseconds since 1970.
    package func applied(to settings: SplitSettings, at now: Int64) -> SplitSettings {
        var result = settings
        if let share = self.share ?? self.ramp?.first {
            result.ramp = self.ramp ?? []
            result = result.moved(to: share, at: now)
        }
        result.key = self.key ?? result.key
        result.seed = self.seed ?? result.seed
        result.stepTime = self.stepTime ?? result.stepTime
        result.stepBegan = now
        return result
    }
}

extension SplitSettings {
    /// The split with `share` of all clients from `now` on. What is left of the ramp lies above; 0 ends it.
    package func moved(to share: Double, at now: Int64) -> SplitSettings {
        var result = self
        result.share = share
        result.ramp = share == 0 ? [] : self.ramp.filter { $0 > share }
        result.stepBegan = now
        return result
    }
}
