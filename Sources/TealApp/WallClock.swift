import Foundation

enum WallClock {
    /// Microseconds since 1970.
    static func microseconds() -> Int64 {
        Int64(Date().timeIntervalSince1970 * 1e6)
    }
}
