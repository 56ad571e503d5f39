/// Vectors of one dimension, row by row, for products with others.
struct UnitRows {
    let values: [Float]
    let dimension: Int
    let count: Int

    /// - Parameter values: a whole number of rows.
    init(_ values: [Float], dimension: Int) {
        self.values = values
        self.dimension = dimension
        self.count = dimension > 0 ? values.count / dimension : 0
    }

    /// The row with the largest inner product with each row of `others`, the lower among equals; 0 where there is none.
    func nearest(toEachOf others: [Float]) -> [Int32] {
        guard self.count > 0 else { return [] }
        var nearest: [Int32] = []
        nearest.reserveCapacity(others.count / self.dimension)
        self.withRows { base in
            others.withUnsafeBufferPointer { others in
                guard let start = others.baseAddress else { return }
                for row in 0..<(others.count / self.dimension) {
                    var best: (index: Int32, product: Float) = (0, -.infinity)
                    for index in 0..<self.count {
                        let product = Self.dot(
                            start + row * self.dimension,
                            base + index * self.dimension,
                            self.dimension
                        )
                        if product > best.product { best = (Int32(index), product) }
                    }
                    nearest.append(best.index)
                }
            }
        }
        return nearest
    }

    /// Inner products of all rows with one vector of the same dimension.
    func products(with vector: [Float]) -> [Float] {
        guard self.count > 0, vector.count == self.dimension else { return [] }
        return self.withRows { base in
            vector.withUnsafeBufferPointer { vector in
                guard let other = vector.baseAddress else { return [] }
                return (0..<self.count).map { Self.dot(base + $0 * self.dimension, other, self.dimension) }
            }
        } ?? []
    }

    /// All rows, each times its weight, added up.
    /// - Parameter weights: One for each row.
    func sum(weightedBy weights: [Float]) -> [Float] {
        var sum = [Float](repeating: 0, count: self.dimension)
        self.withRows { base in
            sum.withUnsafeMutableBufferPointer { sum in
                for (row, weight) in weights.prefix(self.count).enumerated() where weight != 0 {
                    let start = base + row * self.dimension
                    for place in 0..<self.dimension { sum[place] += weight * start[place] }
                }
            }
        }
        return sum
    }

    @discardableResult
    private func withRows<Result>(_ body: (UnsafePointer<Float>) -> Result) -> Result? {
        self.values.withUnsafeBufferPointer { $0.baseAddress.map(body) }
    }

    /// Of `count` values each; in the same order of additions on every machine.
    private static func dot(_ one: UnsafePointer<Float>, _ other: UnsafePointer<Float>, _ count: Int) -> Float {
        var sums = (SIMD16<Float>.zero, SIMD16<Float>.zero)
        var place = 0
        while place + 32 <= count {
            sums.0 += Self.lane(one, place) * Self.lane(other, place)
            sums.1 += Self.lane(one, place + 16) * Self.lane(other, place + 16)
            place += 32
        }
        var sum = (sums.0 + sums.1).sum()
        while place < count {
            sum += one[place] * other[place]
            place += 1
        }
        return sum
    }

    private static func lane(_ values: UnsafePointer<Float>, _ place: Int) -> SIMD16<Float> {
        UnsafeRawPointer(values + place).loadUnaligned(as: SIMD16<Float>.self)
    }
}
