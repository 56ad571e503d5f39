/// Divergences and losses as they are stored: within 0...1.
enum StoredShare {
    /// SQLite stores NaN as NULL. What is not a number is as bad as can be.
    static func of(_ share: Double) -> Double { share.isNaN ? 1 : min(max(share, 0), 1) }
}
