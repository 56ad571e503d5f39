/// New shares of live traffic, for the mirror and for the candidate; what is nil stays as it is.
package struct TrafficChange: Sendable, Equatable {
    /// 0...1, as in `TrafficSettings`.
    package var shadow: Double?
    /// 0...1, as in `TrafficSettings`.
    package var noise: Double?
    /// Takes back what operators set of the mirroring, so that the live version's manifest decides again; goes with no
    /// share of it.
    package var resets: Bool
    /// Never empty.
    package var split: SplitChange?

    package init(shadow: Double? = nil, noise: Double? = nil, resets: Bool = false, split: SplitChange? = nil) {
        self.shadow = shadow
        self.noise = noise
        self.resets = resets
        self.split = split?.isEmpty == true ? nil : split
    }

    package var changesMirroring: Bool { self.resets || self.shadow != nil || self.noise != nil }

    /// Why there is nothing to apply, in words; nil when all is well.
    package var problem: String? {
        if self.resets, self.shadow != nil || self.noise != nil {
            return "`reset` goes with neither `shadow` nor `noise`"
        }
        guard self.changesMirroring || self.split != nil else {
            return "give `shadow`, `noise`, `reset`, `split`, `splitKey`, `splitSeed` or `ramp`"
        }
        for (name, share) in [("shadow", self.shadow), ("noise", self.noise)] {
            if let share, !(0...1).contains(share) { return "`\(name)` must be a share between 0 and 1" }
        }
        return self.split?.problem
    }

    /// `settings` with this change made; nil leaves them to the manifest.
    package func applied(to settings: TrafficSettings) -> TrafficSettings? {
        guard !self.resets else { return nil }
        return TrafficSettings(shadow: self.shadow ?? settings.shadow, noise: self.noise ?? settings.noise)
    }
}
