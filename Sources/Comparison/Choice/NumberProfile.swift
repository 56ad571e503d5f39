import ServingCore

/// What the numbers of a few answers look like.
struct NumberProfile {
    /// Values kept of one answer, evenly spread over it.
    private static let samples = 512
    /// Rows of one answer that are looked at.
    private static let mostRows = 16_384

    /// Length of the last axis; nil when it varies, or there are only scalars.
    private(set) var columns: Int?
    private(set) var isNonNegative = true
    private(set) var isInUnitInterval = true
    /// How far the sum of any row is from 1.
    private(set) var largestSumError = 0.0
    /// Finite values in ascending order.
    private(set) var sample: [Double] = []
    private var rows = 0
    private var shortest = Double.infinity
    private var longest = 0.0

    init(_ tensors: [Tensor]) {
        let lengths = Set(tensors.map { $0.shape.last ?? 0 })
        self.columns = lengths.count == 1 ? lengths.first.flatMap { Int(exactly: $0) } : nil
        if self.columns == 0 { self.columns = nil }
        var values: [Double] = []
        for tensor in tensors {
            guard let reader = TensorValues(tensor), reader.count > 0 else { continue }
            let columns = self.columns ?? reader.count
            for start in stride(from: 0, to: reader.count, by: columns).prefix(Self.mostRows) {
                reader.read(start..<(start + columns), into: &values)
                self.add(row: values)
            }
            reader.read(0..<min(reader.count, 65_536), into: &values)
            for index in stride(from: 0, to: values.count, by: max(1, values.count / Self.samples))
            where values[index].isFinite {
                self.sample.append(values[index])
            }
        }
        self.sample.sort()
        if self.rows == 0 { (self.isNonNegative, self.isInUnitInterval) = (false, false) }
    }

    var hasUnitRows: Bool { self.rows > 0 && self.shortest >= 0.99 && self.longest <= 1.01 }

    /// Needs 8 rows to say so.
    var hasRowsOfOneLength: Bool {
        self.rows >= 8 && self.shortest > 0 && self.longest.isFinite && self.longest <= self.shortest * 1.02
    }

    private mutating func add(row: [Double]) {
        var (sum, squares) = (0.0, 0.0)
        for value in row {
            if !(value >= 0) { self.isNonNegative = false }
            if !(value >= 0 && value <= 1) { self.isInUnitInterval = false }
            sum += value
            squares += value * value
        }
        let error = abs(sum - 1)
        self.largestSumError = error.isFinite ? max(self.largestSumError, error) : .infinity
        let length = squares.isFinite ? squares.squareRoot() : .infinity
        self.shortest = min(self.shortest, length)
        self.longest = max(self.longest, length)
        self.rows += 1
    }
}
