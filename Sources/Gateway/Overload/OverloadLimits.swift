/// How much the data plane takes on. Times are nanoseconds.
package struct OverloadLimits: Sendable, Equatable {
    /// Requests that may be answered at once, of all models; a model's own limit is in its manifest. Every event loop
    /// has an equal share, so that none has to ask another.
    package var inFlight = 16_384
    /// A wait that is no reason to refuse anything.
    package var target: UInt64 = 5_000_000
    /// How long requests must have waited longer than `target` before some are refused.
    package var interval: UInt64 = 100_000_000

    package init() {}

    /// Whether one more fits into a loop's share of `limit`. A share is rounded down, but never to nothing.
    package static func hasRoom(beside count: Int, of limit: Int, loops: Int) -> Bool {
        count == 0 || (count + 1) * loops <= limit
    }
}
