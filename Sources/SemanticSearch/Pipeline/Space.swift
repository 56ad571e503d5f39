/// The vectors of one field by one embedder: each distinct content once, with the rows of the pairs that have it. Vectors of
/// two spaces are never compared.
struct Space: Sendable {
    /// In place of a key: the row was not looked at yet, or it has nothing to compare.
    static let unknown = UInt32.max
    static let nothing = UInt32.max - 1

    let identity: EmbedderIdentity
    let index: VectorIndex
    /// Key of each row's content in `index`, or `unknown`, or `nothing`; rows beyond its end are unknown.
    private(set) var keys: [UInt32] = []
    /// Keys by what stands for their content (`ContentHash`).
    private(set) var known: [UInt64: UInt32] = [:]
    private var nextKey: UInt32 = 0

    init(_ identity: EmbedderIdentity, seed: UInt64) {
        self.identity = identity
        self.index = VectorIndex(identity: identity, seed: seed)
    }

    /// As it was kept. Rows whose vector is not in `index` are unknown again, and vectors that no row has are let go of.
    init(_ identity: EmbedderIdentity, index: VectorIndex, keys: [UInt32], known: [UInt64: UInt32]) {
        self.identity = identity
        self.index = index
        self.keys = keys.map { $0 >= Self.nothing || index.contains($0) ? $0 : Self.unknown }
        let used = Set(self.keys)
        for key in index.keys where !used.contains(key) { index.remove(key: key) }
        self.known = known.filter { $0.value < Self.nothing && used.contains($0.value) }
        // Keys of removed vectors are not used again.
        let largest = keys.lazy.filter { $0 < Self.nothing }.max()
        self.nextKey = max(largest.map { $0 + 1 } ?? 0, index.nextKey ?? Self.nothing)
    }

    /// Rows that have been looked at, with or without a vector.
    var lookedAt: Int { self.keys.count { $0 != Self.unknown } }

    func key(of row: UInt32) -> UInt32 { Int(row) < self.keys.count ? self.keys[Int(row)] : Self.unknown }

    /// Nil for rows without one.
    func vector(of row: UInt32) -> [Float]? {
        let key = self.key(of: row)
        return key < Self.nothing ? self.index.vector(of: key) : nil
    }

    /// True when the row now has the vector of that content because another row has it.
    mutating func adopt(_ content: UInt64, for row: UInt32) -> Bool {
        guard let key = self.known[content] else { return false }
        self.set(key, of: row)
        return true
    }

    /// A vector of zeros, or one that the index refuses, counts as nothing to compare.
    mutating func insert(_ vector: [Float], content: UInt64, for row: UInt32) {
        guard self.nextKey < Self.nothing, self.index.append(key: self.nextKey, vector: vector) else {
            return self.set(Self.nothing, of: row)
        }
        self.known[content] = self.nextKey
        self.set(self.nextKey, of: row)
        self.nextKey += 1
    }

    mutating func setNothing(for row: UInt32) { self.set(Self.nothing, of: row) }

    /// Lets go of all rows but these, and of the vectors that none of them has; the first of them is row 0 from now on.
    /// Linear in the rows.
    mutating func keep(_ rows: [Int]) {
        let keys = rows.map { self.key(of: UInt32(clamping: $0)) }
        let gone = Set(self.keys).subtracting(keys)
        for key in gone where key < Self.nothing { self.index.remove(key: key) }
        self.known = self.known.filter { !gone.contains($0.value) }
        self.keys = keys
    }

    private mutating func set(_ key: UInt32, of row: UInt32) {
        if Int(row) >= self.keys.count {
            self.keys += repeatElement(Self.unknown, count: Int(row) + 1 - self.keys.count)
        }
        self.keys[Int(row)] = key
    }

    /// The contents nearest to `vector` among those of `rows` (nil: of all), nearest first.
    func nearest(_ count: Int, to vector: [Float], among rows: [UInt32]?) -> [Neighbour] {
        self.index.search(vector, count: count, allowed: rows.map { self.keys(of: $0) })
    }

    /// Of the rows that have a vector.
    func keys(of rows: [UInt32]) -> RowSet {
        var keys = RowSet()
        for row in rows {
            let key = self.key(of: row)
            if key < Self.nothing { keys.insert(key) }
        }
        return keys
    }
}
