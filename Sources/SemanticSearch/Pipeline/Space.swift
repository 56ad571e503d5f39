/// The vectors of one field by one embedder: each distinct content once, with the rows of the pairs that have it. Vectors of
/// two spaces are never compared.
struct Space: Sendable {
    /// In place of a key: the row was not looked at yet, or it has nothing to compare.
    static let unknown = UInt32.max
    static let nothing = UInt32.max - 1

    let identity: EmbedderIdentity
    let index: VectorIndex
    /// Key of each row's content in `index`, or `unknown`, or `nothing`; rows beyond its end are unknown.
    private(set) var keys: [UInt32]
    private var nextKey: UInt32
    /// Keys by what they stand for. Of this process alone: after a restart a content may get a second key.
    private var known: [UInt64: UInt32] = [:]

    init(_ identity: EmbedderIdentity, seed: UInt64) {
        self.init(identity, index: VectorIndex(identity: identity, seed: seed), keys: [])
    }

    /// Rows whose vector is not in `index` are unknown again.
    init(_ identity: EmbedderIdentity, index: VectorIndex, keys: [UInt32]) {
        self.identity = identity
        self.index = index
        self.keys = keys.map { $0 >= Self.nothing || index.contains($0) ? $0 : Self.unknown }
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

    /// Lets go of the rows, and of the vectors that no other row has. Linear in the rows.
    mutating func remove(_ rows: [UInt32]) {
        var gone = Set<UInt32>()
        for row in rows where Int(row) < self.keys.count {
            let key = self.keys[Int(row)]
            if key < Self.nothing { gone.insert(key) }
            self.keys[Int(row)] = Self.nothing
        }
        guard !gone.isEmpty else { return }
        gone.subtract(self.keys)
        for key in gone { self.index.remove(key: key) }
        self.known = self.known.filter { !gone.contains($0.value) }
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

    private func keys(of rows: [UInt32]) -> RowSet {
        var allowed = RowSet()
        for row in rows {
            let key = self.key(of: row)
            if key < Self.nothing { allowed.insert(key) }
        }
        return allowed
    }
}
