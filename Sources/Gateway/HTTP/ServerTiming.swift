import ServingCore

/// Where the time of one request went, phase by phase, for a client that asks with `teal-timing: on`; other requests read
/// no clock for it. Phases of zero length are told too: they say which way the request went.
struct ServerTiming {
    private var last = MonotonicTime.now()
    private var phases: [(name: StaticString, nanoseconds: UInt64)] = []

    /// Ends the phase that began when the one before ended; `time` is of `MonotonicTime`.
    mutating func end(_ phase: StaticString, at time: UInt64 = MonotonicTime.now()) {
        let time = max(time, self.last)
        self.phases.append((phase, time - self.last))
        self.last = time
    }

    /// The header line, durations in milliseconds, as W3C Server Timing has it.
    var line: [UInt8] {
        let metrics = self.phases.map { "\($0.name);dur=\(Self.milliseconds($0.nanoseconds))" }
        return Array("server-timing: \(metrics.joined(separator: ", "))\r\n".utf8)
    }

    /// To the microsecond.
    private static func milliseconds(_ nanoseconds: UInt64) -> String {
        let (whole, rest) = (nanoseconds / 1_000).quotientAndRemainder(dividingBy: 1_000)
        return "\(whole).\(String(1_000 + rest).dropFirst())"
    }
}
