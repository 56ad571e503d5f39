internal import ServingCore

/// One tensor as nested lists, as deep as its shape, bit by bit.
struct PredictValueWriter {
    private let values: JSONTensorWriter
    private let form: JSONTensorWriter.BytesForm
    /// Bytes of the tensor written so far.
    private(set) var offset = 0

    init(_ values: JSONTensorWriter, form: JSONTensorWriter.BytesForm) {
        self.values = values
        self.form = form
    }

    /// Room for the brackets and commas of all lists of a tensor of `shape`, from its first dimension on; nil when an
    /// `Int` cannot hold it.
    static func brackets(_ shape: [Int64]) -> Int? {
        var lists = 1
        var room = 0
        for dimension in shape {
            let (part, overflow) = lists.multipliedReportingOverflow(by: 3)
            let (sum, overflowOfSum) = room.addingReportingOverflow(part)
            let (next, overflowOfNext) = lists.multipliedReportingOverflow(by: Int(clamping: dimension))
            guard !overflow, !overflowOfSum, !overflowOfNext else { return nil }
            (room, lists) = (sum, next)
        }
        return room
    }

    /// Writes the next value of the dimensions from `dimension` on; its depth of recursion is the rank of the tensor.
    mutating func write(from dimension: Int, to cursor: inout JSONCursor) throws(InferenceError) {
        let shape = self.values.shape
        guard dimension < shape.count, let extent = Int(exactly: shape[dimension]) else {
            return try self.values.writeRun(1, from: &self.offset, form: self.form, to: &cursor)
        }
        cursor.put("[")
        if dimension == shape.count - 1 {
            try self.values.writeRun(extent, from: &self.offset, form: self.form, to: &cursor)
        } else {
            for item in 0..<extent {
                if item > 0 { cursor.put(",") }
                try self.write(from: dimension + 1, to: &cursor)
            }
        }
        cursor.put("]")
    }
}
