/// Vectors on their way out: a NumPy archive that is made while it is read, so that little of it is ever held.
package struct VectorArchive: Sendable {
    /// Pairs of one archive, and how many there are when nobody says.
    package static let limits = 1...100_000
    package static let standard = 10_000

    package let release: Int64
    /// Rows of each of its arrays.
    package let pairs: Int
    /// The file is what this gives, one part after the other; nil after the last.
    package let next: @Sendable () async throws -> [UInt8]?

    package init(release: Int64, pairs: Int, next: @escaping @Sendable () async throws -> [UInt8]?) {
        self.release = release
        self.pairs = pairs
        self.next = next
    }
}
