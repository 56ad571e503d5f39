/// New shares of live traffic that are mirrored; what is nil stays as it is.
package struct TrafficChange: Sendable, Equatable {
    /// 0...1, as in `TrafficSettings`.
    package var shadow: Double?
    /// 0...1, as in `TrafficSettings`.
    package var noise: Double?
    /// Takes back what operators set, so that the live version's manifest decides again; goes with no share.
    package var resets: Bool

    package init(shadow: Double? = nil, noise: Double? = nil, resets: Bool = false) {
        self.shadow = shadow
        self.noise = noise
        self.resets = resets
    }

    /// Why there is nothing to apply, in words; nil when all is well.
    package var problem: String? {
        if self.resets {
            return self.shadow == nil && self.noise == nil ? nil : "`reset` goes with neither `shadow` nor `noise`"
        }
        if self.shadow == nil && self.noise == nil { return "give `shadow`, `noise` or both, or `reset`" }
        for (name, share) in [("shadow", self.shadow), ("noise", self.noise)] {
            if let share, !(0...1).contains(share) { return "`\(name)` must be a share between 0 and 1" }
        }
        return nil
    }

    /// `settings` with this change made; nil leaves them to the manifest.
    package func applied(to settings: TrafficSettings) -> TrafficSettings? {
        guard !self.resets else { return nil }
        return TrafficSettings(shadow: self.shadow ?? settings.shadow, noise: self.noise ?? settings.noise)
    }
}
