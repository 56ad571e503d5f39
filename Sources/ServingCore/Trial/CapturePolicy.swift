/// What is kept of a pair on disk.
package struct CapturePolicy: Sendable, Equatable {
    package enum Mode: String, Sendable, Codable, CaseIterable {
        /// Everything as it was.
        case full
        /// Everything, after the redaction rules.
        case redacted
        /// Keyed hashes of inputs and outputs: equal content can be told, nothing can be read.
        case hash
        /// Nothing; the running evidence alone.
        case off
    }

    package var mode: Mode
    package var rules: [RedactionRule]

    package init(mode: Mode = .redacted, rules: [RedactionRule] = RedactionRule.standard) {
        self.mode = mode
        self.rules = rules
    }
}

extension CapturePolicy {
    /// A sentence when rules name tensors that none of these versions has, so that they would remove nothing; else nil.
    package func strangers(to versions: [ModelSignature]) -> String? {
        var known: [String] = []
        for spec in versions.flatMap({ $0.inputs + $0.outputs }) where !known.contains(spec.name) {
            known.append(spec.name)
        }
        let strangers = self.rules.compactMap { rule in
            if case .tensor(let name) = rule, !known.contains(name) { name } else { nil }
        }
        guard !strangers.isEmpty else { return nil }
        let owner = versions.count == 1 ? "this version" : "either version"
        return
            "capture.rules in model.yaml remove \(strangers.joined(separator: ", ")), which is no input or output of "
            + "\(owner); its inputs and outputs are \(known.joined(separator: ", "))"
    }
}

/// What `redacted` removes from texts (elements of BYTES tensors, request ids, segment values, reasons).
package enum RedactionRule: Sendable, Equatable {
    /// E-mail addresses.
    case email
    /// Numbers of 12 to 19 digits, spaced or dashed, that pass Luhn's check.
    case card
    /// API keys, bearer tokens, JSON web tokens and their like.
    case token
    /// The value at a path such as `$.user.name` or `$.items[*].note` in texts that are JSON.
    case path(String)
    /// Every match of a regular expression.
    case pattern(String)
    /// A whole input or output of this name, of any datatype.
    case tensor(String)

    package static let standard: [RedactionRule] = [.email, .card, .token]
}

/// Where a declared segment's value comes from.
package enum SegmentSource: Sendable, Hashable {
    /// A header, name in lower case.
    case header(String)
    /// A member of the V2 request's `parameters`.
    case parameter(String)

    package var key: String {
        switch self {
        case .header(let name), .parameter(let name): name
        }
    }
}
