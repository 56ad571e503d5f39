package import ServingCore

/// What this process mirrored for one model.
package struct ShadowFigures: Sendable, Equatable {
    /// Over all releases, those that ended included: apart from `pending` these only grow.
    package var counts = ShadowCounts()
    /// The release that runs gives way to live requests now.
    package var isUnderPressure = false

    package init(counts: ShadowCounts = ShadowCounts()) {
        self.counts = counts
    }
}
