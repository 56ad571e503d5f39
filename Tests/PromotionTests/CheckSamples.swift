import Promotion
import ServingCore

extension CheckResult {
    static func of(
        _ check: GateCheck,
        _ state: State,
        _ enforcement: GatePolicy.Enforcement = .block,
        subject: String? = nil,
        seen: (count: UInt64, minimum: UInt64),
        mean: Double? = nil,
        bounds: (lower: Double?, upper: Double?) = (nil, nil),
        margin: Double? = nil,
        _ sentence: String
    ) -> CheckResult {
        var result = CheckResult(
            check,
            subject: subject,
            state: state,
            enforcement: enforcement,
            count: seen.count,
            minimum: seen.minimum,
            sentence: sentence
        )
        (result.mean, result.lower, result.upper, result.margin) = (mean, bounds.lower, bounds.upper, margin)
        result.passEvidence = state == .pass ? 4.6 : 0.3
        result.failEvidence = state == .fail ? 9.2 : -1.4
        return result
    }

    /// One of each check, in all states and enforcements.
    static var samples: [CheckResult] {
        var quality = Self.of(
            .quality,
            .undecided,
            seen: (320, 500),
            mean: 0.0069,
            bounds: (-0.012, 0.0258),
            margin: 0.01,
            "the candidate's loss against labels is 0.69 points higher so far"
        )
        quality.needed = 1_240
        quality.remaining = 7_800_000_000
        return [
            .of(
                .dataQuality,
                .pass,
                seen: (12_340, 500),
                mean: 0.0009,
                bounds: (nil, 0.0017),
                margin: 0.01,
                "99.9 % of the sampled requests became pairs, a fair sample of live traffic"
            ),
            .of(
                .validity,
                .pass,
                seen: (12_340, 1_250),
                mean: 0,
                bounds: (-0.0004, 0.0004),
                margin: 0.005,
                "no answer was invalid"
            ),
            .of(
                .errors,
                .pass,
                seen: (12_340, 1_000),
                mean: 0.0024,
                bounds: (0.0011, 0.0041),
                margin: 0.005,
                "30 pairs in which the candidate did not answer and live did"
            ),
            .of(
                .divergence,
                .undecided,
                .inform,
                subject: "note",
                seen: (12_216, 1_000),
                mean: 0.019,
                bounds: (0.0158, 0.0225),
                margin: 0.02,
                "the mean distance beyond noise lies at the margin"
            ),
            .of(
                .divergence,
                .pass,
                .inform,
                subject: "probabilities",
                seen: (12_216, 1_000),
                mean: 0.0061,
                bounds: (0.0049, 0.0074),
                margin: 0.02,
                "the distributions are 0.0061 apart beyond noise"
            ),
            .of(
                .flips,
                .fail,
                .inform,
                subject: "label",
                seen: (12_216, 1_000),
                mean: 0.0283,
                bounds: (0.0248, 0.0321),
                margin: 0.01,
                "2.83 % of the answers name another class"
            ),
            .of(
                .tail,
                .pass,
                .inform,
                seen: (12_216, 1_000),
                mean: 0.0012,
                bounds: (0.0004, 0.0026),
                margin: 0.01,
                "15 answers changed completely"
            ),
            quality,
            .of(
                .latencyMedian,
                .pass,
                seen: (1_234, 200),
                mean: 1.012,
                bounds: (0.985, 1.041),
                margin: 1.05,
                "the median is 1.2 % higher than live's asked again"
            ),
            .of(
                .latencyTail,
                .fail,
                seen: (12_340, 2_000),
                mean: 1.71,
                bounds: (1.38, nil),
                margin: 1.1,
                "the p99 is 1.71 times live's"
            ),
            .of(
                .cost,
                .undecided,
                .inform,
                seen: (1_234, 200),
                mean: 1.09,
                bounds: (1.02, 1.17),
                margin: 1.1,
                "run time for a request is 9 % higher"
            ),
            .of(
                .segments,
                .fail,
                subject: "tenant=acme",
                seen: (298, 100),
                mean: 0.101,
                bounds: (0.061, 0.154),
                margin: 0.04,
                "30 of 298 pairs differ, more than a part of the traffic may"
            ),
            .of(
                .cloudShift,
                .absent,
                .off,
                subject: "probabilities",
                seen: (0, 500),
                "switched off in the policy"
            ),
            .of(.coverage, .pass, seen: (12_340, 0), margin: 0, "65 minutes of traffic, and all of the busiest routes"),
        ]
    }
}
