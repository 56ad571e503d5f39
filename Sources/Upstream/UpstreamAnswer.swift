package import HTTP1
package import NIOCore

/// A whole answer, and when what of it came. Times are nanoseconds of the monotonic clock.
package struct UpstreamAnswer: Sendable {
    /// What had come of the body at some moment.
    package struct Arrival: Sendable, Equatable {
        package var bytes: Int
        package var at: UInt64
    }

    package var head: ResponseHead
    package var body = ByteBuffer()
    /// When the request was given to the loop.
    package var sentAt: UInt64
    package var headAt: UInt64
    package var endedAt: UInt64 = 0
    /// One for each read that brought some of the body, the first 65,536 of them.
    package var arrivals: [Arrival] = []
}
