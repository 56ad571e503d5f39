package import Inference
package import ServingCore

/// `model.yaml`: how a model is served, whichever version is in a slot. Every key is optional; an unknown key is an
/// error, because a misspelt limit that silently does nothing is worse than a refused start.
package struct ModelManifest: Sendable, Equatable {
    package var description: String?
    /// What a first start loads; afterwards the control database says what the slots hold.
    package var slots: [Slot: Int] = [:]
    package var live: Slot?
    /// Clients may ask for a slot with the header `teal-slot`.
    package var allowsSlotHeader = false
    package var execution = ExecutionConfiguration()
    package var threadsPerRun = 1
    /// Requests that may be answered at once, by each version; more are refused.
    package var maxInFlightRequests = 4_096
    package var requestTimeout = ManifestDuration(nanoseconds: 30_000_000_000)
    /// File of V2 requests, one per line, run before the slot is ready; relative to the model's folder.
    package var warmup: String?
    /// What is mirrored until somebody says otherwise.
    package var traffic = TrafficSettings()
    package var shadowLimits = ShadowLimits()
    /// What tells clients apart when a candidate answers some of them, until somebody says otherwise.
    package var splitKey = SplitKey.requestID
    /// Nil: made of the model's name.
    package var splitSeed: Int64?
    package var capture = CapturePolicy()
    /// Keys that pairs are filed under.
    package var segments: [SegmentSource] = []
    package var comparison = ComparisonSettings()
    /// When a candidate may go live.
    package var gate = GatePolicy()

    package init() {}
}

extension ModelManifest: Decodable {
    private enum Key: String, CodingKey, CaseIterable {
        case description, slots, live, slotHeader, execution, inlineThreshold, workers, threads, batching
        case maxQueuedRequests, maxInFlightRequests, requestTimeout, warmup, shadow, split, capture, segments, compare
        case gate
    }

    private enum BatchingKey: String, CodingKey, CaseIterable {
        case maxBatchSize, maxQueueDelay
    }

    package init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(Key.self)
        let container = try decoder.container(keyedBy: Key.self)
        self.description = try container.decodeIfPresent(String.self, forKey: .description)
        for (name, version) in try container.decodeIfPresent([String: Int].self, forKey: .slots) ?? [:] {
            guard let slot = Slot(rawValue: name), version >= 1 else {
                throw DecodingError.dataCorruptedError(
                    forKey: .slots,
                    in: container,
                    debugDescription: "write slots as {blue: 1, green: 2}, versions from 1"
                )
            }
            self.slots[slot] = version
        }
        self.live = try container.decodeIfPresent(Slot.self, forKey: .live)
        self.allowsSlotHeader = try container.decodeIfPresent(Bool.self, forKey: .slotHeader) ?? false
        self.requestTimeout =
            try container.decodeIfPresent(ManifestDuration.self, forKey: .requestTimeout) ?? self.requestTimeout
        guard self.requestTimeout.nanoseconds > 0 else {
            throw DecodingError.dataCorruptedError(
                forKey: .requestTimeout,
                in: container,
                debugDescription: "must be longer than 0s"
            )
        }
        self.warmup = try container.decodeIfPresent(String.self, forKey: .warmup)
        self.threadsPerRun = try container.decode(.threads, in: 1...256, default: 1)
        self.maxInFlightRequests = try container.decode(
            .maxInFlightRequests,
            in: 1...1_000_000,
            default: self.maxInFlightRequests
        )
        try self.decodeExecution(container)
        if let shadow = try container.decodeIfPresent(Shadow.self, forKey: .shadow) {
            self.traffic = shadow.traffic
            self.shadowLimits = shadow.limits
        }
        if let split = try container.decodeIfPresent(Split.self, forKey: .split) {
            self.splitKey = split.key
            self.splitSeed = split.seed
        }
        self.capture = try container.decodeIfPresent(Capture.self, forKey: .capture)?.policy ?? self.capture
        self.segments = try container.decodeIfPresent(Segments.self, forKey: .segments)?.sources ?? []
        self.comparison = try container.decodeIfPresent(Compare.self, forKey: .compare)?.settings ?? self.comparison
        self.gate = try container.decodeIfPresent(Gate.self, forKey: .gate)?.policy ?? self.gate
    }

    private mutating func decodeExecution(_ container: KeyedDecodingContainer<Key>) throws {
        if let text = try container.decodeIfPresent(String.self, forKey: .execution) {
            guard let mode = ExecutionConfiguration.Mode(rawValue: text) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .execution,
                    in: container,
                    debugDescription: "'\(text)' is not a way to run a model; write auto, inline or workers"
                )
            }
            self.execution.mode = mode
        }
        if let threshold = try container.decodeIfPresent(ManifestDuration.self, forKey: .inlineThreshold) {
            self.execution.inlineThreshold = threshold.nanoseconds
        }
        self.execution.workers = try container.decode(.workers, in: 1...256, default: self.execution.workers)
        self.execution.maxQueuedRequests = try container.decode(
            .maxQueuedRequests,
            in: 1...1_000_000,
            default: self.execution.maxQueuedRequests
        )
        guard container.contains(.batching) else { return }
        let batching = try container.nestedContainer(keyedBy: BatchingKey.self, forKey: .batching)
        try container.superDecoder(forKey: .batching).refuseUnknownKeys(BatchingKey.self)
        self.execution.maxBatchSize = try batching.decode(.maxBatchSize, in: 1...65_536, default: 16)
        let delay = try batching.decodeIfPresent(ManifestDuration.self, forKey: .maxQueueDelay)
        self.execution.maxQueueDelay = delay?.nanoseconds ?? 0
    }
}

/// `version.yaml`: what one version is. Shown to people, never used to decide.
package struct VersionManifest: Sendable, Equatable, Decodable {
    package var description: String?
    /// Figures worth showing, e.g. held-out `accuracy`.
    package var metrics: [String: Double]?
    /// Lower-case hex SHA-256 that `model.onnx` must have; the load is refused otherwise.
    package var sha256: String?

    package init() {}

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case description, metrics, sha256
    }

    package init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.description = try container.decodeIfPresent(String.self, forKey: .description)
        self.metrics = try container.decodeIfPresent([String: Double].self, forKey: .metrics)
        self.sha256 = try container.decodeIfPresent(String.self, forKey: .sha256)
    }
}
