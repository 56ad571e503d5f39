import CVectorMath

/// A vector to search with: one byte for each value to scan with, the values themselves to rescore with.
struct EncodedQuery {
    let codes: [Int8]
    /// What the rows' added 128 adds to each dot product.
    let offset: Int32
    /// At unit length, zeros beyond the dimension.
    let values: [Float]

    /// Nil for vectors without a direction.
    init?(_ vector: [Float], stride: Int) {
        var squares = 0.0
        for value in vector { squares += Double(value) * Double(value) }
        guard squares > 0, squares.isFinite, vector.count <= stride else { return nil }
        let factor = 1 / squares.squareRoot()
        var values = [Float](repeating: 0, count: stride)
        for index in vector.indices { values[index] = Float(Double(vector[index]) * factor) }
        self.init(values: values)
    }

    /// A row of a chunk.
    init(_ chunk: Chunk, row: Int) {
        self.init(values: chunk.decode(row, dimension: chunk.stride))
    }

    private init(values: [Float]) {
        var codes = [Int8](repeating: 0, count: values.count)
        let sum = vm_encode_query(values, values.count, values.count, &codes)
        self.codes = codes
        self.offset = 128 * sum
        self.values = values
    }
}
