package import ServingCore

extension ShadowCounts {
    /// Every sampled request became a pair, was dropped, or is on its way.
    package var isConserved: Bool { self.sampled == self.paired + self.droppedTotal + self.pending }
}
