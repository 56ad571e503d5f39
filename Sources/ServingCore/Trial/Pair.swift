/// One mirrored request with everything that was answered to it. Sharing it shares the tensors' memory.
package struct Pair: Sendable {
    /// Microseconds since 1970 when it was complete, made unique: ascending within a store, below 2^53.
    package var id: Int64
    /// `Release.id`.
    package var release: Int64
    /// Given by the client.
    package var requestID: String?
    /// Values of the keys the manifest declares, in its order; keys the request lacks are left out.
    package var segments: [Segment]
    /// In the order of the live model's signature.
    package var inputs: [NamedTensor]
    package var live: Leg
    package var candidate: Leg
    /// The live version asked again, for the share of pairs that measures noise.
    package var noise: Leg?

    package init(
        id: Int64,
        release: Int64,
        requestID: String? = nil,
        segments: [Segment] = [],
        inputs: [NamedTensor],
        live: Leg,
        candidate: Leg,
        noise: Leg? = nil
    ) {
        self.id = id
        self.release = release
        self.requestID = requestID
        self.segments = segments
        self.inputs = inputs
        self.live = live
        self.candidate = candidate
        self.noise = noise
    }
}

/// What one version made of one request.
package struct Leg: Sendable {
    package enum Outcome: UInt8, Sendable, CaseIterable {
        case answered
        /// Answered with NaN, infinity, a wrong datatype or shape, or without an output it declares.
        case invalid
        case error
        case timeout

        /// Spelled out: `"\(self)"` looks the name up by reflection, for each leg of each pair.
        package var name: String {
            switch self {
            case .answered: "answered"
            case .invalid: "invalid"
            case .error: "error"
            case .timeout: "timeout"
            }
        }

        package init?(name: String) {
            guard let outcome = Self.allCases.first(where: { $0.name == name }) else { return nil }
            self = outcome
        }
    }

    package var outcome: Outcome
    /// One sentence, unless answered.
    package var reason: String?
    /// Time of the model's run alone, without decoding, queueing and encoding; up to the failure when there was one.
    package var nanoseconds: UInt64
    /// In declared order, as far as the request asked for them; may be there for `invalid` too.
    package var outputs: [NamedTensor]

    package init(outcome: Outcome, reason: String? = nil, nanoseconds: UInt64, outputs: [NamedTensor] = []) {
        self.outcome = outcome
        self.reason = reason
        self.nanoseconds = nanoseconds
        self.outputs = outputs
    }
}

package struct NamedTensor: Sendable {
    package var name: String
    package var tensor: Tensor

    package init(name: String, tensor: Tensor) {
        self.name = name
        self.tensor = tensor
    }
}

/// A declared key of a request (a header or a V2 parameter) and its value.
package struct Segment: Sendable, Codable, Hashable {
    package var key: String
    /// At most 64 bytes; longer values are cut.
    package var value: String
    /// It came in a header, so a request's body cannot carry it. Says nothing about which segment it is: it is neither
    /// compared nor shown.
    package var isHeader: Bool

    private enum CodingKeys: String, CodingKey { case key, value }

    package init(key: String, value: String, isHeader: Bool = false) {
        self.key = key
        self.value = value
        self.isHeader = isHeader
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            key: try container.decode(String.self, forKey: .key),
            value: try container.decode(String.self, forKey: .value)
        )
    }

    package static func == (one: Segment, two: Segment) -> Bool { one.key == two.key && one.value == two.value }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(self.key)
        hasher.combine(self.value)
    }
}

/// Takes pairs. Called on a shadow thread; must return soon and never wait for a disk. Several threads may call at once.
package protocol PairSink: Sendable {
    func accept(_ pair: Pair)
}
