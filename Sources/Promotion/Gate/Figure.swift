import Foundation

/// Numbers as sentences show them.
package enum Figure {
    /// `1.25 %`, with a sign when asked for.
    package static func percent(_ share: Double, signed: Bool = false) -> String {
        guard share.isFinite else { return "unknown" }
        let value = share * 100
        let digits = abs(value) >= 10 || value == 0 ? 1 : abs(value) >= 0.1 ? 2 : 3
        let text = String(format: signed && value > 0 ? "+%.*f %%" : "%.*f %%", digits, value)
        return text
    }

    /// `73 %`, rounded down: what falls short of a share is not shown as that share.
    package static func wholePercent(_ share: Double) -> String {
        share.isFinite && abs(share) < 1e6 ? String(format: "%.0f %%", (share * 100 + 1e-9).rounded(.down)) : "unknown"
    }

    /// `1.05`.
    package static func ratio(_ value: Double) -> String {
        value.isFinite ? String(format: "%.2f", value) : "any number of"
    }

    /// Of nanoseconds: `12 µs`, `3.1 ms`, `2.0 s`.
    package static func time(nanoseconds: UInt64) -> String {
        switch nanoseconds {
        case ..<10_000: String(format: "%.1f µs", Double(nanoseconds) / 1e3)
        case ..<1_000_000: String(format: "%.0f µs", Double(nanoseconds) / 1e3)
        case ..<1_000_000_000: String(format: "%.1f ms", Double(nanoseconds) / 1e6)
        default: String(format: "%.1f s", Double(nanoseconds) / 1e9)
        }
    }

    /// Of microseconds, for waiting: `40 s`, `12 min`, `3.5 h`, `2 d`.
    package static func wait(microseconds: Int64) -> String {
        let seconds = Double(microseconds) / 1e6
        return switch seconds {
        case ..<1: "less than a second"
        case ..<90: String(format: "%.0f s", seconds)
        case ..<5_400: String(format: "%.0f min", seconds / 60)
        case ..<172_800: String(format: "%.1f h", seconds / 3_600)
        default: String(format: "%.0f d", seconds / 86_400)
        }
    }
}
