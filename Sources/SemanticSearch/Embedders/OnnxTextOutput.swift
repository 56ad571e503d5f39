import ServingCore

/// What a model answered for a batch: a vector for each token of each text, or one for each text.
struct OnnxTextOutput {
    private let bytes: TensorBytes
    /// Tokens that a text has vectors of; 1 when the model pools by itself.
    private let length: Int
    private let isPooled: Bool
    let dimension: Int

    init(_ tensor: Tensor, name: String, rows: Int, length: Int) throws(EmbeddingError) {
        let shape = tensor.shape
        let isPooled = shape == [Int64(rows), shape.last ?? 0]
        guard tensor.datatype == .fp32, isPooled || shape == [Int64(rows), Int64(length), shape.last ?? 0],
            let count = Tensor.elementCount(of: shape), count > 0, tensor.bytes.count / 4 == count
        else {
            throw EmbeddingError(
                "output \(name) of the embedding model is \(tensor.datatype) \(shape);"
                    + " FP32 [\(rows), \(length), n] or [\(rows), n] was expected"
            )
        }
        self.bytes = tensor.bytes
        self.length = isPooled ? 1 : length
        self.isPooled = isPooled
        self.dimension = count / rows / self.length
        let largest = VectorIndex.largestDimension
        guard self.dimension <= largest else {
            throw EmbeddingError("vectors of \(self.dimension) values are too long: \(largest) at most")
        }
    }

    /// Writes the unit vector of one text to `target`, which has room for `dimension` values and holds zeros. It keeps them
    /// when the model gave NaN, infinity or values near it: one such text costs no other its vector.
    func pool(
        row: Int,
        tokens: Int,
        pooling: OnnxTextOptions.Pooling,
        into target: inout ArraySlice<Float>
    ) {
        let used = self.isPooled || pooling == .cls ? 1 : tokens
        let first = target.startIndex
        self.bytes.withUnsafeBytes { bytes in
            for token in 0..<used {
                let start = (row * self.length + token) * self.dimension
                for column in 0..<self.dimension {
                    target[first + column] += bytes.loadUnaligned(fromByteOffset: 4 * (start + column), as: Float.self)
                }
            }
        }
        for index in target.indices { target[index] /= Float(used) }
        let norm = target.reduce(0) { $0 + $1 * $1 }.squareRoot()
        for index in target.indices { target[index] = norm.isFinite ? target[index] / max(norm, 1e-12) : 0 }
    }
}
