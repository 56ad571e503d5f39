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

    /// `id`, `header:x-user` or `parameter:tenant`.
    package var text: String {
        switch self {
        case .requestID: "id"
        case .header(let name): "header:\(name)"
        case .parameter(let name): "parameter:\(name)"
        }
    }

    package init?(_ text: String) {
        switch text.split(separator: ":", maxSplits: 1).map(String.init) {
        case ["id"]: self = .requestID
        case let parts where parts.count == 2 && parts[0] == "header" && !parts[1].isEmpty:
            self = .header(parts[1].lowercased())
        case let parts where parts.count == 2 && parts[0] == "parameter" && !parts[1].isEmpty:
            self = .parameter(parts[1])
        default: return nil
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
                debugDescription: "'\(text)' is no key; write id, header:NAME or parameter:NAME"
            )
        }
        self = key
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(self.text)
    }
}
