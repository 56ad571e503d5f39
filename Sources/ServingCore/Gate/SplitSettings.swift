/// Which share of a model's clients the candidate answers, and how clients are told apart.
package struct SplitSettings: Sendable, Codable, Equatable {
    /// 0...1; 0 sends everybody to the live version.
    package var share: Double
    package var key: SplitKey
    /// Changes who is in which share; kept by a model until somebody changes it.
    package var seed: Int64
    /// Shares that are still to come, ascending; empty when the share stays as it is.
    package var ramp: [Double]
    /// Microseconds each step lasts at least.
    package var stepTime: Int64
    /// Microseconds since 1970 at which the present step began.
    package var stepBegan: Int64

    package init(
        share: Double = 0,
        key: SplitKey = .requestID,
        seed: Int64 = 0,
        ramp: [Double] = [],
        stepTime: Int64 = 600_000_000,
        stepBegan: Int64 = 0
    ) {
        self.share = share
        self.key = key
        self.seed = seed
        self.ramp = ramp
        self.stepTime = stepTime
        self.stepBegan = stepBegan
    }
}

/// What makes two requests come from the same client: they get answers of the same version.
package enum SplitKey: Sendable, Hashable {
    /// The request's `id`, else the header `x-request-id`: each request for itself.
    case requestID
    /// A header, name in lower case.
    case header(String)
    /// A member of the V2 request's `parameters`.
    case parameter(String)

    /// What `init` takes, for error messages.
    package static let rule =
        "write id, header:NAME (letters, digits and -) or parameter:NAME, names of at most 64 bytes"

    /// `id`, `header:x-user` or `parameter:tenant`.
    package var text: String {
        switch self {
        case .requestID: "id"
        case .header(let name): "header:\(name)"
        case .parameter(let name): "parameter:\(name)"
        }
    }

    package init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if text == "id" {
            self = .requestID
            return
        }
        guard parts.count == 2, (1...64).contains(parts[1].utf8.count) else { return nil }
        switch parts[0] {
        // A name with `_` would never come: requests that hold one are refused.
        case "header" where parts[1].utf8.allSatisfy(Self.isHeaderByte): self = .header(parts[1].lowercased())
        case "parameter": self = .parameter(String(parts[1]))
        default: return nil
        }
    }

    private static func isHeaderByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x2D, 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: false
        }
    }
}

extension SplitKey: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let key = SplitKey(text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "'\(text)' is no key; \(Self.rule)"
            )
        }
        self = key
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.text)
    }
}
