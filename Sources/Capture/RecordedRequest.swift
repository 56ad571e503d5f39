package import ServingCore

/// A kept request in the form in which it can be sent again.
package enum RecordedRequest {
    /// A V2 inference request as one line of JSON, with the id and the declared parameters it came with. Numbers are
    /// written so that the gateway reads the very same ones. Nil when there is no such line: content that was hashed or
    /// removed, NaN or infinity, FP16 and BF16 (which the protocol has no JSON for), BYTES that are not UTF-8.
    package static func line(_ body: PairBody, id: String? = nil, parameters: [Segment] = []) -> String? {
        var line = "{"
        if let id {
            line += #""id":"#
            Self.put(id, to: &line)
            line += ","
        }
        line += #""inputs":["#
        for (index, input) in body.inputs.enumerated() {
            guard let tensor = input.tensor else { return nil }
            line += index == 0 ? "" : ","
            line += #"{"name":"#
            Self.put(input.name, to: &line)
            line += #","datatype":"\#(tensor.datatype)","shape":["#
            line += tensor.shape.map(String.init).joined(separator: ",")
            line += #"],"data":["#
            guard Self.putElements(tensor, to: &line) else { return nil }
            line += "]}"
        }
        line += "]"
        // What these two mean to the gateway was settled when the request came.
        let parameters = parameters.filter { !["timeout", "binary_data_output"].contains($0.key) }
        if !parameters.isEmpty {
            line += #","parameters":{"#
            for (index, parameter) in parameters.enumerated() {
                line += index == 0 ? "" : ","
                Self.put(parameter.key, to: &line)
                line += ":"
                Self.put(parameter.value, to: &line)
            }
            line += "}"
        }
        return line + "}"
    }

    /// False when an element has no JSON.
    private static func putElements(_ tensor: Tensor, to line: inout String) -> Bool {
        tensor.bytes.withUnsafeBytes { bytes in
            switch tensor.datatype {
            case .bool: Self.put(bytes, UInt8.self, to: &line) { $0 == 0 ? "false" : "true" }
            case .uint8: Self.put(bytes, UInt8.self, to: &line) { $0.description }
            case .uint16: Self.put(bytes, UInt16.self, to: &line) { $0.description }
            case .uint32: Self.put(bytes, UInt32.self, to: &line) { $0.description }
            case .uint64: Self.put(bytes, UInt64.self, to: &line) { $0.description }
            case .int8: Self.put(bytes, Int8.self, to: &line) { $0.description }
            case .int16: Self.put(bytes, Int16.self, to: &line) { $0.description }
            case .int32: Self.put(bytes, Int32.self, to: &line) { $0.description }
            case .int64: Self.put(bytes, Int64.self, to: &line) { $0.description }
            case .fp32: Self.put(bytes, Float.self, to: &line, Self.text)
            case .fp64: Self.put(bytes, Double.self, to: &line) { $0.isFinite ? $0.description : nil }
            case .fp16, .bf16: false
            case .bytes: Self.putTexts(bytes, to: &line)
            }
        }
    }

    /// The shortest decimal; a longer one where reading it as a double first, as JSON readers do, would give another float.
    private static func text(_ value: Float) -> String? {
        guard value.isFinite else { return nil }
        let short = value.description
        return Double(short).map { Float($0) } == value ? short : Double(value).description
    }

    private static func put<Value: BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer,
        _ type: Value.Type,
        to line: inout String,
        _ text: (Value) -> String?
    ) -> Bool {
        let width = MemoryLayout<Value>.size
        for offset in stride(from: 0, to: bytes.count - width + 1, by: width) {
            guard let text = text(bytes.loadUnaligned(fromByteOffset: offset, as: Value.self)) else { return false }
            if offset > 0 { line += "," }
            line += text
        }
        return true
    }

    private static func putTexts(_ bytes: UnsafeRawBufferPointer, to line: inout String) -> Bool {
        var elements = BytesElements(bytes)
        var isFirst = true
        while let range = elements.next() {
            guard let text = String(validating: bytes[range], as: UTF8.self) else { return false }
            if !isFirst { line += "," }
            isFirst = false
            Self.put(text, to: &line)
        }
        return elements.isAtEnd
    }

    private static func put(_ text: String, to line: inout String) {
        line += "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": line += "\\\""
            case "\\": line += "\\\\"
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            case "\t": line += "\\t"
            case "\0"..<" ":
                let hex = String(scalar.value, radix: 16)
                line += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: line.unicodeScalars.append(scalar)
            }
        }
        line += "\""
    }
}
