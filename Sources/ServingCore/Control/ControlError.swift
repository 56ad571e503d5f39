/// Why an operation was refused or failed. `code` is stable; `message` says what is wrong and what would be right.
package struct ControlError: Error, Sendable, Equatable {
    package enum Code: String, Sendable, CaseIterable {
        case invalidRequest = "invalid_request"
        case notFound = "not_found"
        /// The model has moved on; `currentRevision` says to where.
        case staleRevision = "stale_revision"
        /// The slot is loading, warming or draining; try again when it is not.
        case slotBusy = "slot_busy"
        /// The slot to be made live is not ready.
        case notReady = "not_ready"
        /// The candidate does not accept every request the live version accepts; `details` lists the differences.
        case contractBroken = "contract_broken"
        /// The gate does not say promote yet; `details` lists what is missing.
        case gateHold = "gate_hold"
        /// The gate has rejected the candidate; `details` says why.
        case gateReject = "gate_reject"
        /// The verdict that was named does not allow this promotion: expired, about something else, or changed.
        case verdictInvalid = "verdict_invalid"
        /// Would not fit in memory; the message has the numbers.
        case insufficientMemory = "insufficient_memory"
        /// The version could not be loaded or failed its warm-up.
        case loadFailed = "load_failed"
        /// What was told contradicts what was told before.
        case conflict
        case idempotencyKeyReused = "idempotency_key_reused"
        /// The control database cannot be written at the moment; nothing was changed.
        case storeUnavailable = "store_unavailable"
        case shuttingDown = "shutting_down"
    }

    package var code: Code
    package var message: String
    package var currentRevision: Int64?
    package var details: [String]

    package init(_ code: Code, _ message: String, currentRevision: Int64? = nil, details: [String] = []) {
        self.code = code
        self.message = message
        self.currentRevision = currentRevision
        self.details = details
    }
}
