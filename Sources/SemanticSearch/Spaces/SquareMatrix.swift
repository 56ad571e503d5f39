/// A dense square matrix, row by row.
struct SquareMatrix {
    let size: Int
    private(set) var values: [Double]

    /// All zeros.
    init(size: Int) {
        self.size = size
        self.values = [Double](repeating: 0, count: size * size)
    }

    mutating func add(outerProductOf one: [Double], _ other: [Double]) {
        let size = self.size
        self.values.withUnsafeMutableBufferPointer { values in
            other.withUnsafeBufferPointer { other in
                for row in 0..<size {
                    let factor = one[row]
                    for column in 0..<size { values[row * size + column] += factor * other[column] }
                }
            }
        }
    }

    func innerProduct(_ other: SquareMatrix) -> Double {
        zip(self.values, other.values).reduce(0) { $0 + $1.0 * $1.1 }
    }

    func transposedTimes(_ vector: [Double]) -> [Double] {
        var product = [Double](repeating: 0, count: self.size)
        for row in 0..<self.size {
            for column in 0..<self.size { product[column] += vector[row] * self.values[row * self.size + column] }
        }
        return product
    }

    /// The orthogonal matrix nearest to it, by polynomial iterations that draw all singular values to 1: first quintic
    /// ones that lift small values fast (coefficients of K. Jordan's Muon), then Newton-Schulz. Directions in which the
    /// matrix is almost zero stay undecided; they have next to no part in what it is multiplied with.
    func polarFactor() -> SquareMatrix {
        let length = self.innerProduct(self).squareRoot()
        guard length > 0, length.isFinite else { return self }
        var factor = self
        for place in factor.values.indices { factor.values[place] /= length }
        for _ in 0..<10 { factor = factor.polynomial(3.4445, -4.775, 2.0315) }
        for _ in 0..<8 { factor = factor.polynomial(1.5, -0.5, 0) }
        return factor
    }

    /// `a X + b X X'X + c X (X'X)²`.
    private func polynomial(_ a: Double, _ b: Double, _ c: Double) -> SquareMatrix {
        let gram = self.transposed.times(self)
        var inner = SquareMatrix(size: self.size)
        let squared = c == 0 ? inner : gram.times(gram)
        for place in inner.values.indices { inner.values[place] = b * gram.values[place] + c * squared.values[place] }
        for diagonal in 0..<self.size { inner.values[diagonal * self.size + diagonal] += a }
        return self.times(inner)
    }

    private var transposed: SquareMatrix {
        var transposed = SquareMatrix(size: self.size)
        for row in 0..<self.size {
            for column in 0..<self.size {
                transposed.values[column * self.size + row] = self.values[row * self.size + column]
            }
        }
        return transposed
    }

    private func times(_ other: SquareMatrix) -> SquareMatrix {
        var product = SquareMatrix(size: self.size)
        let size = self.size
        product.values.withUnsafeMutableBufferPointer { product in
            self.values.withUnsafeBufferPointer { left in
                other.values.withUnsafeBufferPointer { right in
                    for row in 0..<size {
                        for inner in 0..<size {
                            let factor = left[row * size + inner]
                            for column in 0..<size {
                                product[row * size + column] += factor * right[inner * size + column]
                            }
                        }
                    }
                }
            }
        }
        return product
    }
}
