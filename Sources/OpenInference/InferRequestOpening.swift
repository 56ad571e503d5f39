internal import ServingCore

/// What a request says besides its tensors: its top level and `parameters`. It needs no signature, so a version can be
/// chosen by it before the tensors are read.
struct InferRequestOpening {
    private(set) var id: String?
    private(set) var timeoutMicroseconds: Int64?
    private(set) var binaryOutput = false
    /// The parameters that were asked for.
    private(set) var parameters: [(name: String, value: String)] = []
    /// Where on the tape the value of `inputs` stands.
    private(set) var inputs: Int?
    private(set) var outputs: Int?

    /// - Parameter wanted: names of the parameters whose values are kept.
    init(_ tape: JSONTape, limits: DecodeLimits, wanted: [String]) throws(InferenceError) {
        guard tape.kind(JSONTape.first) == .object else {
            throw InferenceError(
                .invalidRequest,
                "the body is \(tape.describe(JSONTape.first)); an infer request is a JSON object with inputs"
            )
        }
        var idIndex: Int?
        var parametersIndex: Int?
        var inputs: Int?
        var outputs: Int?
        try tape.forEachMember(of: JSONTape.first) { (key, value) throws(InferenceError) in
            if spells(key, "inputs") {
                try once(&inputs, value, "inputs")
            } else if spells(key, "id") {
                try once(&idIndex, value, "id")
            } else if spells(key, "outputs") {
                try once(&outputs, value, "outputs")
            } else if spells(key, "parameters") {
                try once(&parametersIndex, value, "parameters")
            }
        }
        self.inputs = inputs
        self.outputs = outputs
        if let idIndex { self.id = try Self.identifier(tape, idIndex, limits) }
        if let parametersIndex { try self.readParameters(tape, parametersIndex, wanted) }
    }

    private static func identifier(
        _ tape: JSONTape,
        _ index: Int,
        _ limits: DecodeLimits
    ) throws(InferenceError) -> String {
        guard let bytes = tape.string(index) else {
            throw InferenceError(.invalidRequest, "id must be a string, not \(tape.describe(index))")
        }
        guard bytes.count <= limits.maxIDBytes else {
            throw InferenceError(
                .tooLarge,
                "id is \(bytes.count) bytes long; at most \(limits.maxIDBytes) are accepted"
            )
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func readParameters(
        _ tape: JSONTape,
        _ index: Int,
        _ wanted: [String]
    ) throws(InferenceError) {
        var timeoutIndex: Int?
        var binaryIndex: Int?
        var timeout: Int64?
        var binaryOutput = false
        var kept: [(name: String, value: String)] = []
        try tape.requireObject(index, "parameters")
        try tape.forEachMember(of: index) { (key, value) throws(InferenceError) in
            if spells(key, "timeout") {
                try once(&timeoutIndex, value, "timeout")
                guard let microseconds = tape.size(value) else {
                    throw InferenceError(
                        .invalidRequest,
                        "timeout must be a whole number of microseconds, not \(tape.describe(value))"
                    )
                }
                timeout = Int64(microseconds)
            } else if spells(key, "binary_data_output") {
                try once(&binaryIndex, value, "binary_data_output")
                binaryOutput = try tape.requireFlag(value, "binary_data_output")
            }
            guard !wanted.isEmpty else { return }
            for name in wanted where spells(key, name) {
                if let text = Self.plainText(tape, value) { kept.append((name, text)) }
            }
        }
        self.timeoutMicroseconds = timeout
        self.binaryOutput = binaryOutput
        if !kept.isEmpty { self.parameters = kept }
    }

    /// A text, number or truth value as text; nil for anything else.
    private static func plainText(_ tape: JSONTape, _ index: Int) -> String? {
        switch tape.kind(index) {
        case .string: tape.string(index).map { String(decoding: $0, as: UTF8.self) }
        case .int64, .uint64, .double, .yes, .no: tape.describe(index)
        default: nil
        }
    }
}
