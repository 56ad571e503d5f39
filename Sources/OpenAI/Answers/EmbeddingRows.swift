internal import OpenInference
internal import ServingCore

/// The vectors of an answer: numbers, or base64 of little-endian FP32, which OpenAI's own client asks for.
struct EmbeddingRows {
    private let tape: JSONTape
    /// Where each vector stands, by its index.
    private var vectors: [Int?]

    init(_ tape: JSONTape, _ data: Int) throws(InferenceError) {
        self.tape = tape
        let items = Array(tape.items(data))
        self.vectors = Array(repeating: nil, count: items.count)
        for (position, item) in items.enumerated() {
            var index = position
            var vector: Int?
            for (key, value) in tape.members(item) {
                if spells(key, "index") {
                    index = tape.whole(value) ?? -1
                } else if spells(key, "embedding") {
                    vector = value
                }
            }
            guard self.vectors.indices.contains(index), self.vectors[index] == nil, let vector else {
                throw InferenceError(.invalidOutput, "the vectors are not numbered from 0 to \(items.count - 1)")
            }
            self.vectors[index] = vector
        }
    }

    var embeddings: OpenAIAnswer.Embeddings {
        get throws(InferenceError) {
            var columns: Int?
            // Lengths first: what is taken below is no more than what came.
            for vector in self.vectors {
                guard let length = vector.flatMap(self.length), length > 0, columns ?? length == length else {
                    throw InferenceError(.invalidOutput, "the vectors are not lists of numbers of one length")
                }
                columns = length
            }
            guard let columns else { throw InferenceError(.invalidOutput, "the answer has no vectors") }
            var values: [Float] = []
            values.reserveCapacity(self.vectors.count * columns)
            for case let vector? in self.vectors {
                guard self.append(vector, to: &values) else {
                    throw InferenceError(.invalidOutput, "a vector is neither a list of numbers nor base64 of FP32")
                }
            }
            return .init(rows: self.vectors.count, columns: columns, values: values)
        }
    }

    /// Numbers the vector at `index` must have; nil if it is no vector.
    private func length(_ index: Int) -> Int? {
        if let text = self.tape.string(index) {
            return Base64.decodedCount(text).flatMap { $0 % 4 == 0 ? $0 / 4 : nil }
        }
        guard self.tape.kind(index) == .array else { return nil }
        // A number takes two words, anything else another number of them or another tag.
        let words = self.tape.contents(index).count
        return words % 2 == 0 ? words / 2 : nil
    }

    private func append(_ index: Int, to values: inout [Float]) -> Bool {
        guard let text = self.tape.string(index) else {
            for item in self.tape.items(index) {
                guard let number = self.tape.number(item) else { return false }
                values.append(Float(number))
            }
            return true
        }
        var bytes = [UInt8](repeating: 0, count: Base64.decodedCount(text) ?? 0)
        guard bytes.withUnsafeMutableBytes({ Base64.decode(text, to: $0) }) else { return false }
        bytes.withUnsafeBytes { bytes in
            for start in stride(from: 0, to: bytes.count - 3, by: 4) {
                let bits = bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)
                values.append(Float(bitPattern: UInt32(littleEndian: bits)))
            }
        }
        return true
    }
}

extension JSONTape {
    fileprivate func number(_ index: Int) -> Double? {
        switch self.kind(index) {
        case .double: Double(bitPattern: self.word(index + 1))
        case .int64: Double(Int64(bitPattern: self.word(index + 1)))
        case .uint64: Double(self.word(index + 1))
        default: nil
        }
    }
}
