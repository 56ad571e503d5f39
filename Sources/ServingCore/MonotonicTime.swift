import Glibc

/// The clock of deadlines and delays: never goes back, unrelated to the time of day.
package enum MonotonicTime {
    /// Nanoseconds since some fixed moment; costs some 20 ns.
    package static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }
}
