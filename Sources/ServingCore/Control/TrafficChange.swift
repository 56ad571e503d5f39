/// New shares of live traffic, for the mirror and for the candidate; what is nil stays as it is.
package struct TrafficChange: Sendable, Equatable {
    /// 0...1, as in `TrafficSettings`.
    package var shadow: Double?
    /// 0...1, as in `TrafficSettings`.
    package var noise: Double?
    /// Never empty.
    package var split: SplitChange?

    package init(shadow: Double? = nil, noise: Double? = nil, split: SplitChange? = nil) {
        self.shadow = shadow
        self.noise = noise
        self.split = split?.isEmpty == true ? nil : split
    }

    package var changesMirroring: Bool { self.shadow != nil || self.noise != nil }

    /// Why there is nothing to apply, in words; nil when all is well.
    package var problem: String? {
        guard self.changesMirroring || self.split != nil else {
            return "give `shadow`, `noise`, `split`, `splitKey`, `splitSeed` or `ramp`"
        }
        for (name, share) in [("shadow", self.shadow), ("noise", self.noise)] {
            if let share, !(0...1).contains(share) { return "`\(name)` must be a share between 0 and 1" }
        }
        return self.split?.problem
    }

    /// `settings` with this change made.
    package func applied(to settings: TrafficSettings) -> TrafficSettings {
        TrafficSettings(shadow: self.shadow ?? settings.shadow, noise: self.noise ?? settings.noise)
    }
}
