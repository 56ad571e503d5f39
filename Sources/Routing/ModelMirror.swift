package import ServingCore
package import Shadow

/// What is mirrored of one model, as the control plane decided; every event loop builds its own `ModelMirror` from it.
package struct MirrorPlan: Sendable {
    package let trial: ShadowTrial
    package let settings: TrafficSettings
    /// Keys of a request that its pair is filed under.
    package let segments: [SegmentSource]

    package init(trial: ShadowTrial, settings: TrafficSettings, segments: [SegmentSource]) {
        self.trial = trial
        self.settings = settings
        self.segments = segments
    }
}

/// One event loop's mirroring of one model.
package final class ModelMirror {
    package let lane: MirrorLane
    package let segments: [SegmentSource]
    /// Names of the V2 parameters among the segments.
    package let parameters: [String]

    /// What becomes of a request depends on what its body says.
    package var needsBody: Bool { !self.parameters.isEmpty || self.lane.settings.shadow < 1 }

    init(lane: MirrorLane, segments: [SegmentSource]) {
        self.lane = lane
        self.segments = segments
        self.parameters = segments.compactMap { if case .parameter(let name) = $0 { name } else { nil } }
    }
}
