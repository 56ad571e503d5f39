/// Vectors of the contents seen last, by content: texts repeat, and a sentence model takes milliseconds for each. Holds at
/// most twice `limit` vectors; what was not asked for while `limit` others came is forgotten.
struct VectorCache {
    private var young: [UInt64: [Float]] = [:]
    private var old: [UInt64: [Float]] = [:]
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    subscript(content: UInt64) -> [Float]? {
        mutating get {
            if let vector = self.young[content] { return vector }
            guard let vector = self.old[content] else { return nil }
            self.insert(vector, for: content)
            return vector
        }
    }

    mutating func insert(_ vector: [Float], for content: UInt64) {
        if self.young.count >= self.limit {
            self.old = self.young
            self.young = [:]
        }
        self.young[content] = vector
    }
}
