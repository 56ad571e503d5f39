import ServingCore

/// What is known of an output before any answer: both signatures and the manifest.
struct DeclaredOutput: Sendable, Codable {
    let name: String
    /// V2 name.
    let datatype: String
    /// -1 for dimensions that vary.
    let shape: [Int64]
    /// Nil when the candidate does not declare the output.
    let candidateDatatype: String?
    let comparator: ComparisonSettings.Comparator?
    let tolerance: Double?
    let ignoredFields: [String]

    init(_ spec: TensorSpec, candidate: TensorSpec?, setting: ComparisonSettings.Output?) {
        self.name = spec.name
        self.datatype = spec.datatype.description
        self.shape = spec.shape
        self.candidateDatatype = candidate?.datatype.description
        self.comparator = setting?.comparator
        // What no comparator could work with is treated as not given.
        self.tolerance = setting?.tolerance.flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
        self.ignoredFields = setting?.ignoredFields ?? []
    }

    /// `FP32 [*, 10]`.
    var form: String { "\(self.datatype) \(TensorForm.text(self.shape))" }

    /// Of the coarser of both sides' datatypes.
    func band(for datatype: DataType) -> RoundingBand {
        RoundingBand(datatype, or: DataType.allCases.first { $0.description == self.candidateDatatype })
    }

    /// True if the name contains one of the words, in any case.
    func isNamed(like words: [String]) -> Bool {
        let name = self.name.lowercased()
        return words.contains { word in name.contains(word) }
    }

    /// Lines of `model.yaml` that set what is given in braces.
    func override(_ setting: String) -> String {
        "compare:\n  outputs:\n    \(Self.yamlKey(self.name)): {\(setting)}"
    }

    /// Quoted unless it is a plain word.
    private static func yamlKey(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) && byte < 0x80 || byte == UInt8(ascii: "_")
        }
        if isPlain, !name.isEmpty,
            !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(name.lowercased())
        {
            return name
        }
        return JSONNode(.string(Array(name.utf8))).text(limit: 1_024)
    }
}
