import ServingCore

/// The key `gate` of `model.yaml`: when a candidate may go live, and what a promotion is owed.
extension ModelManifest {
    struct Gate: Decodable {
        var policy = GatePolicy()

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case mode, alpha, minimumTime, budget, acceptUnlabelled, labelOutput, verdictLifetime, watch, rollbackOn,
                soak
            case latencyBaseline, checks
        }

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            if let mode = try container.word(.mode, as: GatePolicy.Mode.self) { self.policy = GatePolicy(mode: mode) }
            if let alpha = try container.decodeIfPresent(Double.self, forKey: .alpha) {
                guard alpha >= 0.0001, alpha <= 0.2 else {
                    throw container.corrupted(.alpha, "must lie between 0.0001 and 0.2, not \(alpha)")
                }
                self.policy.alpha = alpha
            }
            self.policy.minimumTime = try container.microseconds(.minimumTime) ?? self.policy.minimumTime
            self.policy.budget = try container.microseconds(.budget) ?? self.policy.budget
            self.policy.watch = try container.microseconds(.watch) ?? self.policy.watch
            self.policy.soak = try container.microseconds(.soak) ?? self.policy.soak
            self.policy.lifetime = try container.microseconds(.verdictLifetime) ?? self.policy.lifetime
            guard self.policy.lifetime >= 1_000_000 else {
                throw container.corrupted(.verdictLifetime, "must be at least 1s")
            }
            self.policy.acceptsUnlabelled =
                try container.decodeIfPresent(Bool.self, forKey: .acceptUnlabelled) ?? self.policy.acceptsUnlabelled
            self.policy.labelOutput = try container.decodeIfPresent(String.self, forKey: .labelOutput)
            self.policy.latencyBaseline =
                try container.word(.latencyBaseline, as: GatePolicy.LatencyBaseline.self) ?? self.policy.latencyBaseline
            try self.decodeRollbacks(container)
            for (name, rule) in try container.decodeIfPresent([String: GateRule].self, forKey: .checks) ?? [:] {
                guard let check = GateCheck(rawValue: name) else {
                    let known = GateCheck.allCases.map(\.rawValue).joined(separator: ", ")
                    throw container.corrupted(.checks, "unknown check '\(name)'; known are \(known)")
                }
                try self.apply(rule, to: check, container)
            }
        }

        private mutating func decodeRollbacks(_ container: KeyedDecodingContainer<CodingKeys>) throws {
            guard let names = try container.decodeIfPresent([String].self, forKey: .rollbackOn) else { return }
            let possible: [GateCheck] = [.validity, .errors, .latencyMedian, .latencyTail]
            self.policy.rollsBackOn = try names.map { name in
                guard let check = GateCheck(rawValue: name), possible.contains(check) else {
                    let known = possible.map(\.rawValue).joined(separator: ", ")
                    throw container.corrupted(.rollbackOn, "'\(name)' takes nothing back; possible are \(known)")
                }
                return check
            }
        }

        private mutating func apply(
            _ given: GateRule,
            to check: GateCheck,
            _ container: KeyedDecodingContainer<CodingKeys>
        ) throws {
            var rule = self.policy.rule(check)
            if let margin = given.margin {
                let range = check.margins
                guard range.upperBound > 0 else {
                    throw container.corrupted(.checks, "\(check.rawValue) has no margin")
                }
                guard margin.isFinite, range.contains(margin) else {
                    throw container.corrupted(
                        .checks,
                        "\(check.rawValue): margin must lie between \(range.lowerBound) and \(range.upperBound), "
                            + "not \(margin)"
                    )
                }
                rule.margin = margin
            }
            rule.minimum = given.minimum.map(UInt64.init) ?? rule.minimum
            rule.enforcement = given.enforcement ?? rule.enforcement
            self.policy.rules[check] = rule
            try self.applyOwnKeys(given, check, container)
        }

        private mutating func applyOwnKeys(
            _ given: GateRule,
            _ check: GateCheck,
            _ container: KeyedDecodingContainer<CodingKeys>
        ) throws {
            if let slack = given.slack {
                switch check {
                case .latencyMedian: self.policy.medianSlack = slack.nanoseconds
                case .latencyTail: self.policy.tailSlack = slack.nanoseconds
                default: throw container.corrupted(.checks, "\(check.rawValue): `slack` is a key of latency checks")
                }
            }
            guard let threshold = given.threshold else { return }
            guard check == .tail, threshold > 0, threshold < 1 else {
                throw container.corrupted(.checks, "`threshold` is a key of tail, between 0 and 1")
            }
            self.policy.tailThreshold = threshold
        }
    }

    /// One of `gate.checks`.
    struct GateRule: Decodable {
        var margin: Double?
        var minimum: Int?
        var enforcement: GatePolicy.Enforcement?
        var slack: ManifestDuration?
        var threshold: Double?

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case margin, pairs, enforce, slack, threshold
        }

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.margin = try container.decodeIfPresent(Double.self, forKey: .margin)
            if container.contains(.pairs) {
                self.minimum = try container.decode(.pairs, in: 0...1_000_000_000, default: 0)
            }
            self.enforcement = try container.word(.enforce, as: GatePolicy.Enforcement.self)
            self.slack = try container.decodeIfPresent(ManifestDuration.self, forKey: .slack)
            self.threshold = try container.decodeIfPresent(Double.self, forKey: .threshold)
        }
    }
}

extension GateCheck {
    /// What a margin may be: a ratio from 1 for latency, cost and segments, else a difference of shares. A margin of 0
    /// could never be shown to hold.
    fileprivate var margins: ClosedRange<Double> {
        switch self {
        case .latencyMedian, .latencyTail, .cost, .segments: 1...1_000
        case .cloudShift, .coverage: 0...0
        default: 0.0001...0.5
        }
    }
}

extension KeyedDecodingContainer {
    /// One of the words of `Value`, or an error that lists them.
    fileprivate func word<Value: RawRepresentable<String> & CaseIterable>(
        _ key: Key,
        as type: Value.Type
    ) throws -> Value? {
        guard let text = try self.decodeIfPresent(String.self, forKey: key) else { return nil }
        guard let value = Value(rawValue: text) else {
            let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw self.corrupted(key, "'\(text)' is none of \(known)")
        }
        return value
    }

    /// A duration as whole microseconds.
    fileprivate func microseconds(_ key: Key) throws -> Int64? {
        guard let duration = try self.decodeIfPresent(ManifestDuration.self, forKey: key) else { return nil }
        return Int64(clamping: duration.nanoseconds / 1_000)
    }
}
