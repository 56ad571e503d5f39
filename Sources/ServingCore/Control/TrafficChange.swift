/// New shares of live traffic that are mirrored; what is nil stays as it is.
package struct TrafficChange: Sendable, Equatable {
    /// 0...1, as in `TrafficSettings`.
    package var shadow: Double?
    /// 0...1, as in `TrafficSettings`.
    package var noise: Double?

    package init(shadow: Double? = nil, noise: Double? = nil) {
        self.shadow = shadow
        self.noise = noise
    }

    /// Why there is nothing to apply, in words; nil when all is well.
    package var problem: String? {
        if self.shadow == nil && self.noise == nil { return "give `shadow`, `noise` or both" }
        for (name, share) in [("shadow", self.shadow), ("noise", self.noise)] {
            if let share, !(0...1).contains(share) { return "`\(name)` must be a share between 0 and 1" }
        }
        return nil
    }

    /// `settings` with this change made.
    package func applied(to settings: TrafficSettings) -> TrafficSettings {
        TrafficSettings(shadow: self.shadow ?? settings.shadow, noise: self.noise ?? settings.noise)
    }
}
