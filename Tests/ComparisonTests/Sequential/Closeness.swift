/// Whether a value is the expected one, but for rounding.
func isClose(_ value: Double?, _ expected: Double, relative: Double = 1e-9, absolute: Double = 1e-12) -> Bool {
    guard let value else { return false }
    return value == expected || abs(value - expected) <= max(absolute, relative * abs(expected))
}
