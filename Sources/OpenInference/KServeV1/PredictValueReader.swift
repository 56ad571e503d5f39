internal import ServingCore

/// Reads tensors whose shape is told by the nesting of their values alone.
struct PredictValueReader {
    let tape: JSONTape
    let limits: DecodeLimits
    let role: TensorRole

    /// The tensor that the value at `index` is as a whole.
    func tensor(_ index: Int, _ spec: TensorSpec) throws(InferenceError) -> Tensor {
        let found = try self.dimensions(index, spec, of: spec.shape[...])
        let shape = try self.fitted(found, spec)
        return Tensor(
            datatype: spec.datatype,
            shape: shape,
            bytes: try self.bytes([index], each: found, spec)
        )
    }

    /// The tensor whose rows are the values at `rows`.
    func tensor(rows: [Int], _ spec: TensorSpec) throws(InferenceError) -> Tensor {
        let each: [Int64]
        if let first = rows.first {
            each = try self.dimensions(first, spec, of: spec.shape.dropFirst())
        } else {
            each = Self.empty(spec.shape.dropFirst())
        }
        let shape = try self.fitted([Int64(rows.count)] + each, spec)
        for (row, index) in rows.enumerated().dropFirst() {
            let other = try self.dimensions(index, spec, of: spec.shape.dropFirst())
            guard other == each else {
                throw self.role.invalid(
                    spec.name,
                    "has the shape \(described(other)) in row \(row), but \(described(each)) in row 0"
                )
            }
        }
        return Tensor(datatype: spec.datatype, shape: shape, bytes: try self.bytes(rows, each: each, spec))
    }

    /// True for an object with the one key `b64` and a string, which is an element of BYTES.
    func isBase64(_ index: Int) -> Bool { self.base64(index) != nil }

    private func base64(_ index: Int) -> UnsafeBufferPointer<UInt8>? {
        guard self.tape.kind(index) == .object, self.tape.contents(index).count == 2,
            let key = self.tape.string(index + 1), spells(key, "b64")
        else { return nil }
        return self.tape.string(index + 2)
    }

    /// How the value at `index` is nested along its first items, which all the rest has to follow; what an empty list
    /// hides of the shape is filled in from `declared`.
    private func dimensions(
        _ index: Int,
        _ spec: TensorSpec,
        of declared: ArraySlice<Int64>
    ) throws(InferenceError) -> [Int64] {
        var shape: [Int64] = []
        var at = index
        while self.tape.kind(at) == .array {
            guard shape.count < self.limits.maxDimensions else {
                throw self.role.invalid(spec.name, "is nested more than \(self.limits.maxDimensions) deep")
            }
            let items = self.tape.contents(at)
            guard !items.isEmpty else { return shape + [0] + Self.empty(declared.dropFirst(shape.count + 1)) }
            shape.append(Int64(self.items(items)))
            at = items.lowerBound
        }
        return shape
    }

    /// The shape of no rows of what is declared.
    private static func empty(_ declared: ArraySlice<Int64>) -> [Int64] { declared.map { max(0, $0) } }

    private func items(_ words: Range<Int>) -> Int {
        var count = 0
        var at = words.lowerBound
        while at < words.upperBound {
            count += 1
            at = self.tape.after(at)
        }
        return count
    }

    /// `found` as the model wants it: it may leave out dimensions of 1 at the end.
    private func fitted(_ found: [Int64], _ spec: TensorSpec) throws(InferenceError) -> [Int64] {
        let missing = spec.shape.dropFirst(found.count)
        let shape = missing.allSatisfy { $0 == 1 } ? found + missing : found
        guard spec.accepts(shape: shape) else {
            throw self.role.invalid(
                spec.name,
                "has shape \(described(found)), but \(self.role.declares) \(described(spec.shape))"
            )
        }
        // A model may find nothing, but nobody may ask it about nothing, unless that is all it takes.
        if self.role == .input, !spec.shape.contains(0), shape.contains(0) {
            throw self.role.invalid(spec.name, "has shape \(described(shape)); dimensions are whole numbers from 1")
        }
        return shape
    }

    /// The elements of `values`, each of shape `each`, one after another.
    private func bytes(_ values: [Int], each: [Int64], _ spec: TensorSpec) throws(InferenceError) -> TensorBytes {
        let reader = JSONTensorReader(
            tape: self.tape,
            spec: spec,
            shape: each,
            limits: self.limits,
            role: self.role
        )
        // Each element takes at least a word of tape, so a first row unlike the others allocates nothing.
        let count = Tensor.elementCount(of: each) ?? .max
        let (total, overflow) = count.multipliedReportingOverflow(by: values.count)
        guard !overflow, total <= min(self.limits.maxElements, self.tape.count) else {
            throw self.role.invalid(
                spec.name,
                "has fewer elements than its first row promises, or more than \(self.limits.maxElements)"
            )
        }
        guard let width = spec.datatype.byteWidth else {
            return try self.elements(values, count: count, reader)
        }
        guard !spec.datatype.isHalfPrecision else {
            throw InferenceError(
                .unsupported,
                "\(self.role.noun) \(quoted(spec.name)) is \(spec.datatype), which has no JSON form; it needs the V2"
                    + " protocol with binary data"
            )
        }
        return try TensorBytes(count: total * width) { (target) throws(InferenceError) in
            guard let base = target.baseAddress else { return }
            try self.forEachRun(values, count: count, reader) { (run) throws(InferenceError) in
                try reader.convert(run, to: base + run.first * width)
            }
        }
    }

    /// BYTES elements, strings or `{"b64":"..."}`, with their lengths.
    private func elements(
        _ values: [Int],
        count: Int,
        _ reader: JSONTensorReader
    ) throws(InferenceError) -> TensorBytes {
        var size = 0
        try self.forEachRun(values, count: count, reader) { (run) throws(InferenceError) in
            size += try self.measure(run, reader)
        }
        return try TensorBytes(count: size) { (target) throws(InferenceError) in
            var offset = 0
            try self.forEachRun(values, count: count, reader) { (run) throws(InferenceError) in
                var at = run.words.lowerBound
                for index in 0..<run.count {
                    let place = UnsafeMutableRawBufferPointer(rebasing: target[offset...])
                    guard let length = self.write(at, to: place) else {
                        throw self.notBase64(reader, run.first + index)
                    }
                    offset += 4 + length
                    at = self.tape.after(at)
                }
            }
        }
    }

    /// Checks that `run` is as many elements as it should be; returns the bytes they take.
    private func measure(_ run: JSONTensorReader.Run, _ reader: JSONTensorReader) throws(InferenceError) -> Int {
        var size = 0
        var at = run.words.lowerBound
        for index in 0..<run.count {
            guard at < run.words.upperBound else { throw reader.wrongCount(members: run.words, run.count) }
            let element = run.first + index
            let length: Int
            if let text = self.tape.string(at) {
                length = text.count
            } else if let text = self.base64(at) {
                guard let decoded = Base64.decodedCount(text) else { throw self.notBase64(reader, element) }
                length = decoded
            } else {
                throw reader.wrongElement(element, at, "strings or {\"b64\": \"...\"}")
            }
            try self.limits.checkElement(length, index: element, of: reader.spec, role: self.role)
            size += 4 + length
            at = self.tape.after(at)
        }
        guard at >= run.words.upperBound else { throw reader.wrongCount(members: run.words, run.count) }
        return size
    }

    /// Writes the element at `index`, already measured, with its length before it. Nil when its text is not base64.
    private func write(_ index: Int, to target: UnsafeMutableRawBufferPointer) -> Int? {
        let encoded = self.base64(index)
        let text = encoded ?? self.tape.string(index)
        guard let text, let length = encoded.map({ Base64.decodedCount($0) }) ?? text.count,
            target.count >= 4 + length
        else { return nil }
        target.storeBytes(of: UInt32(truncatingIfNeeded: length).littleEndian, as: UInt32.self)
        let content = UnsafeMutableRawBufferPointer(rebasing: target[4..<(4 + length)])
        if encoded != nil { return Base64.decode(text, to: content) ? length : nil }
        content.copyMemory(from: UnsafeRawBufferPointer(text))
        return length
    }

    private func notBase64(_ reader: JSONTensorReader, _ element: Int) -> InferenceError {
        reader.invalid("element \(element) is not base64: A-Z, a-z, 0-9, + and /, padded with =")
    }

    /// Calls `body` for each list without lists in it among `values`, or for each value that is none.
    private func forEachRun(
        _ values: [Int],
        count: Int,
        _ reader: JSONTensorReader,
        _ body: (JSONTensorReader.Run) throws(InferenceError) -> Void
    ) throws(InferenceError) {
        for (position, value) in values.enumerated() {
            guard self.tape.kind(value) == .array else {
                let words = value..<max(value, self.tape.after(value))
                try body(JSONTensorReader.Run(words: words, count: 1, first: position))
                continue
            }
            try reader.forEachRun(value, count: count) { (run) throws(InferenceError) in
                // V2 lets inner dimensions be flat, as it has the shape beside them; here the lists alone tell it.
                guard count == 0 || Int64(run.count) == reader.shape.last else {
                    throw reader.invalid("is nested unlike its first item, whose shape is \(described(reader.shape))")
                }
                var run = run
                run.first += position * count
                try body(run)
            }
        }
    }
}
