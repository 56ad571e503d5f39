package import ServingCore

/// How one model's requests are run. Times are nanoseconds.
package struct ExecutionConfiguration: Sendable, Equatable {
    package enum Mode: String, Sendable, CaseIterable {
        /// Inline when the warm-up measured runs short enough, on worker threads otherwise.
        case auto
        /// Always on the calling thread.
        case inline
        /// Always on worker threads.
        case workers
    }

    package var mode: Mode
    /// In `auto`, the longest run an event loop is asked to bear.
    package var inlineThreshold: UInt64
    /// Worker threads; started with the first request that needs one.
    package var workers: Int
    /// Most rows in one run; 1 switches batching off. A request with more rows than this runs alone.
    package var maxBatchSize: Int
    /// How long the oldest request of an incomplete batch waits for company.
    package var maxQueueDelay: UInt64
    /// Requests that may wait; more are refused at once.
    package var maxQueuedRequests: Int

    package init(
        mode: Mode = .auto,
        inlineThreshold: UInt64 = 100_000,
        workers: Int = 1,
        maxBatchSize: Int = 1,
        maxQueueDelay: UInt64 = 0,
        maxQueuedRequests: Int = 1024
    ) {
        self.mode = mode
        self.inlineThreshold = inlineThreshold
        self.workers = workers
        self.maxBatchSize = maxBatchSize
        self.maxQueueDelay = maxQueueDelay
        self.maxQueuedRequests = maxQueuedRequests
    }

    package var isBatching: Bool { self.maxBatchSize > 1 }

    /// The same for an engine that waits for a server: never on the caller's thread, many at a time, and no batches, which
    /// the server makes itself.
    package var forServer: ExecutionConfiguration {
        var configuration = self
        configuration.mode = .workers
        configuration.workers = max(self.workers, 32)
        configuration.maxBatchSize = 1
        return configuration
    }

    /// Refuses values out of range, and batching for a model whose tensors cannot be put together row by row.
    package func validate(for signature: ModelSignature) throws(EngineLoadError) {
        func refuse(_ message: String) -> EngineLoadError { EngineLoadError(.configuration, message) }
        guard (1...256).contains(self.workers) else { throw refuse("workers must be 1 to 256, not \(self.workers)") }
        guard self.maxBatchSize >= 1 else { throw refuse("maxBatchSize must be at least 1, not \(self.maxBatchSize)") }
        guard self.maxQueuedRequests >= 1 else {
            throw refuse("maxQueuedRequests must be at least 1, not \(self.maxQueuedRequests)")
        }
        guard self.isBatching else { return }
        guard self.mode != .inline else {
            throw refuse("maxBatchSize \(self.maxBatchSize) needs worker threads, and the mode is inline; choose one")
        }
        guard !signature.inputs.isEmpty else { throw refuse("a model without inputs cannot be batched") }
        for (side, specs) in [("input", signature.inputs), ("output", signature.outputs)] {
            for spec in specs where spec.shape.first != -1 {
                throw refuse(
                    "batching needs a dynamic first dimension, and \(side) `\(spec.name)` has shape \(spec.shape); "
                        + "set maxBatchSize to 1 or export the model with a dynamic batch dimension"
                )
            }
        }
    }
}
