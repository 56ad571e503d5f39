import Glibc

/// How much of the mirrored traffic an event loop lets through: all, until the loop wants more processor time than there
/// is. Halves at each sign of pressure and grows back in small steps. Lives on its loop.
package final class LoopPressure {
    /// Share of sampled requests that are let through, 0...1.
    package private(set) var admitted = 1.0
    private var file: Int32 = -1
    private var last: Sample?

    /// Above it the loop has no time to give.
    package static let high = 0.9
    /// Below it there is room again.
    package static let low = 0.75
    /// A loop that runs a task so much later than planned is under pressure whatever else it says, nanoseconds.
    package static let lag: UInt64 = 20_000_000

    private struct Sample {
        var time: UInt64
        /// Processor time used, and time spent ready to run without a processor.
        var wanted: UInt64
    }

    package init() {}

    deinit {
        if self.file >= 0 { close(self.file) }
    }

    /// Looks how much processor time this thread wanted since the last call; some microseconds. Call it on the loop's
    /// thread at regular intervals.
    ///
    /// - Parameters:
    ///   - now: monotonic nanoseconds.
    ///   - late: how much later than planned the call came, nanoseconds.
    package func sample(now: UInt64, late: UInt64) {
        guard let wanted = self.wanted() else { return }
        defer { self.last = Sample(time: now, wanted: wanted) }
        guard let last = self.last, now > last.time, wanted >= last.wanted else { return }
        self.adjust(demand: Double(wanted - last.wanted) / Double(now - last.time), late: late)
    }

    /// - Parameter demand: wanted processor time per time that passed; 1 is a loop that never rests.
    package func adjust(demand: Double, late: UInt64) {
        if demand > Self.high || late > Self.lag {
            self.admitted = self.admitted < 0.02 ? 0 : self.admitted / 2
        } else if demand < Self.low {
            self.admitted = min(1, self.admitted + 0.05)
        }
    }

    /// Lets nothing through for now: live requests have to wait.
    package func giveWay() { self.admitted = 0 }

    /// First two numbers of the scheduler's statistics of this thread, added up.
    private func wanted() -> UInt64? {
        if self.file < 0 { self.file = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC) }
        guard self.file >= 0 else { return nil }
        return withUnsafeTemporaryAllocation(byteCount: 96, alignment: 1) { buffer in
            let count = pread(self.file, buffer.baseAddress, buffer.count, 0)
            guard count > 0 else { return nil }
            var numbers: [UInt64] = [0]
            for byte in buffer[..<count] {
                guard byte >= 0x30, byte <= 0x39 else {
                    if numbers.count == 2 { break }
                    numbers.append(0)
                    continue
                }
                numbers[numbers.count - 1] = numbers[numbers.count - 1] &* 10 &+ UInt64(byte - 0x30)
            }
            return numbers.count >= 2 ? numbers[0] &+ numbers[1] : nil
        }
    }
}
