import ServingCore

/// Whether two tensors can be compared element by element at all.
enum TensorForm {
    /// What is wrong with the form of two answers.
    struct Problem {
        /// One sentence.
        var sentence: String
        /// The values can be compared nevertheless: only the width of the numbers differs.
        var comparable: Bool
    }

    /// - Parameters:
    ///   - side: how the second answer is called in the sentence.
    ///   - anyShape: the comparator copes with different shapes.
    static func problem(_ live: Tensor, _ other: Tensor, side: String, anyShape: Bool) -> Problem? {
        if let broken = Self.broken(live) { return Problem(sentence: "live's \(broken)", comparable: false) }
        if let broken = Self.broken(other) { return Problem(sentence: "\(side)'s \(broken)", comparable: false) }
        if !anyShape, live.shape != other.shape {
            return Problem(
                sentence: "shape \(Self.text(live.shape)) on live, \(Self.text(other.shape)) on \(side)",
                comparable: false
            )
        }
        guard live.datatype != other.datatype else { return nil }
        return Problem(
            sentence: "\(live.datatype) on live, \(other.datatype) on \(side)",
            comparable: Self.family(live.datatype) == Self.family(other.datatype)
        )
    }

    /// `[1, 10]`, and `*` for dimensions that vary; at most 8 dimensions are written.
    static func text(_ shape: [Int64]) -> String {
        let dimensions = shape.prefix(8).map { $0 < 0 ? "*" : "\($0)" }
        return "[" + (dimensions + (shape.count > 8 ? ["..."] : [])).joined(separator: ", ") + "]"
    }

    private enum Family {
        case floating, integer, boolean, bytes
    }

    private static func family(_ datatype: DataType) -> Family {
        switch datatype {
        case .bytes: .bytes
        case .bool: .boolean
        default: datatype.isFloatingPoint ? .floating : .integer
        }
    }

    private static func broken(_ tensor: Tensor) -> String? {
        guard tensor.datatype == .bytes else {
            guard TensorValues(tensor) == nil else { return nil }
            return "\(tensor.bytes.count) bytes are not the elements of \(tensor.datatype) \(Self.text(tensor.shape))"
        }
        guard let count = BytesElements.count(in: tensor.bytes) else {
            return "BYTES elements do not fill its \(tensor.bytes.count) bytes"
        }
        guard count != Tensor.elementCount(of: tensor.shape) else { return nil }
        return "BYTES elements are \(count), its shape is \(Self.text(tensor.shape))"
    }
}
