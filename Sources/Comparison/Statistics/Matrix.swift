/// A small dense matrix, row by row; one row per item.
package struct Matrix: Sendable, Equatable {
    package let rows: Int
    package let columns: Int
    package private(set) var values: [Double]

    /// Nil when the rows differ in length.
    package init?(_ rows: [[Double]]) {
        let columns = rows.first?.count ?? 0
        guard rows.allSatisfy({ $0.count == columns }) else { return nil }
        self.rows = rows.count
        self.columns = columns
        self.values = rows.flatMap { $0 }
    }

    init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
        self.values = [Double](repeating: 0, count: rows * columns)
    }

    package subscript(row: Int, column: Int) -> Double {
        get { self.values[row * self.columns + column] }
        set { self.values[row * self.columns + column] = newValue }
    }

    /// The same with each column's mean taken off it.
    var centred: Matrix {
        var centred = self
        for column in 0..<self.columns {
            var sum = 0.0
            for row in 0..<self.rows { sum += self[row, column] }
            for row in 0..<self.rows { centred[row, column] -= sum / Double(self.rows) }
        }
        return centred
    }

    /// `transpose(self) * other`; both have the same number of rows.
    func transposedTimes(_ other: Matrix) -> Matrix {
        var product = Matrix(rows: self.columns, columns: other.columns)
        for row in 0..<min(self.rows, other.rows) {
            for left in 0..<self.columns {
                for right in 0..<other.columns { product[left, right] += self[row, left] * other[row, right] }
            }
        }
        return product
    }

    /// Inner products of all rows with all rows.
    var gram: Matrix {
        var gram = Matrix(rows: self.rows, columns: self.rows)
        for first in 0..<self.rows {
            for second in 0..<self.rows {
                var sum = 0.0
                for column in 0..<self.columns { sum += self[first, column] * self[second, column] }
                gram[first, second] = sum
            }
        }
        return gram
    }

    var squareSum: Double { self.values.reduce(0) { $0 + $1 * $1 } }

    /// Squared Euclidean distance of row `row` from row `otherRow` of `other`.
    func squaredDistance(_ row: Int, _ other: Matrix, _ otherRow: Int) -> Double {
        var sum = 0.0
        for column in 0..<min(self.columns, other.columns) {
            let difference = self[row, column] - other[otherRow, column]
            sum += difference * difference
        }
        return sum
    }
}
