package import ServingCore

extension Pair {
    /// A pair of a classifier with one output `label` (INT64): which class each leg named.
    package static func sample(
        id: Int64,
        release: Int64 = 1,
        live: Int64 = 0,
        candidate: Int64 = 0,
        noise: Int64? = nil,
        segments: [Segment] = []
    ) -> Pair {
        Pair(
            id: id,
            release: release,
            segments: segments,
            inputs: [NamedTensor(name: "x", tensor: .of(.fp32, [Float(1), 2], shape: [1, 2]))],
            live: .sample(live, nanoseconds: 10_000),
            candidate: .sample(candidate, nanoseconds: 20_000),
            noise: noise.map { .sample($0, nanoseconds: 16_000) }
        )
    }
}

extension Leg {
    package static func sample(_ label: Int64, nanoseconds: UInt64 = 10_000) -> Leg {
        Leg(
            outcome: .answered,
            nanoseconds: nanoseconds,
            outputs: [NamedTensor(name: "label", tensor: .of(.int64, [label], shape: [1]))]
        )
    }

    package static func failure(_ outcome: Outcome, _ reason: String, nanoseconds: UInt64 = 5_000) -> Leg {
        Leg(outcome: outcome, reason: reason, nanoseconds: nanoseconds)
    }
}

extension ModelSignature {
    /// Of the classifier of `Pair.sample`.
    package static let sample = ModelSignature(
        inputs: [TensorSpec(name: "x", datatype: .fp32, shape: [-1, 2])],
        outputs: [TensorSpec(name: "label", datatype: .int64, shape: [-1])]
    )
}
