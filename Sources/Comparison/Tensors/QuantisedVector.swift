/// The direction of a vector with one signed byte per dimension. Coded as hexadecimal text.
struct QuantisedVector: Sendable, Codable {
    private let values: [Int8]
    /// 1 over the length of `values`.
    private let inverseLength: Float

    /// Values that are not finite count as 0.
    init(_ vector: [Double]) {
        let largest = vector.reduce(0.0) { $1.isFinite ? max($0, abs($1)) : $0 }
        self.init(values: vector.map { Int8(exactly: ($0 / largest * 127).rounded()) ?? 0 })
    }

    private init(values: [Int8]) {
        self.values = values
        let squares = values.reduce(0) { $0 &+ Int($1) * Int($1) }
        self.inverseLength = squares > 0 ? 1 / Float(squares).squareRoot() : 0
    }

    /// Proportional to the cosine with `query`.
    func score(_ query: [Float]) -> Float {
        let count = min(query.count, self.values.count)
        return query.withUnsafeBufferPointer { query in
            self.values.withUnsafeBufferPointer { values in
                // Eight sums, so that they can be added in parallel.
                var sums = SIMD8<Float>.zero
                var index = 0
                while index + 8 <= count {
                    for lane in 0..<8 { sums[lane] += query[index + lane] * Float(values[index + lane]) }
                    index += 8
                }
                var sum = sums.sum()
                while index < count {
                    sum += query[index] * Float(values[index])
                    index += 1
                }
                return sum * self.inverseLength
            }
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = Array(try container.decode(String.self).utf8)
        var values: [Int8] = []
        values.reserveCapacity(text.count / 2)
        for index in stride(from: 0, to: text.count - text.count % 2, by: 2) {
            guard let high = Self.digit(text[index]), let low = Self.digit(text[index + 1]) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "not hexadecimal")
            }
            values.append(Int8(bitPattern: high << 4 | low))
        }
        self.init(values: values)
    }

    func encode(to encoder: any Encoder) throws {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(2 * self.values.count)
        for value in self.values {
            let byte = UInt8(bitPattern: value)
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 0xF)])
        }
        var container = encoder.singleValueContainer()
        try container.encode(String(decoding: text, as: UTF8.self))
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
