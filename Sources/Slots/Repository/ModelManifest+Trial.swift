import ServingCore

/// The keys `shadow`, `split`, `capture`, `segments` and `compare` of `model.yaml`: what is mirrored, kept and compared. That
/// `compare` names outputs which the model has shows only when a version is loaded: the slot says so then.
extension ModelManifest {
    /// The key `shadow`.
    struct Shadow: Decodable {
        var traffic = TrafficSettings()
        var limits = ShadowLimits()

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case share, noise, queue, memory, maxRequest, concurrency, timeout
        }

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            if let share = try container.decodeIfPresent(ManifestShare.self, forKey: .share) {
                self.traffic.shadow = share.value
            }
            if let share = try container.decodeIfPresent(ManifestShare.self, forKey: .noise) {
                self.traffic.noise = share.value
            }
            self.limits.queue = try container.decode(.queue, in: 1...65_536, default: self.limits.queue)
            self.limits.concurrency = try container.decode(.concurrency, in: 1...64, default: self.limits.concurrency)
            if let memory = try container.decodeIfPresent(ManifestSize.self, forKey: .memory) {
                self.limits.bytes = memory.bytes
                self.limits.requestBytes = min(self.limits.requestBytes, memory.bytes)
            }
            if let size = try container.decodeIfPresent(ManifestSize.self, forKey: .maxRequest) {
                self.limits.requestBytes = size.bytes
            }
            guard self.limits.requestBytes >= 1, self.limits.requestBytes <= self.limits.bytes else {
                throw container.corrupted(
                    .maxRequest,
                    "must lie between 1 and memory, which is \(self.limits.bytes) bytes"
                )
            }
            if let timeout = try container.decodeIfPresent(ManifestDuration.self, forKey: .timeout) {
                guard timeout.nanoseconds > 0 else { throw container.corrupted(.timeout, "must be longer than 0s") }
                self.limits.timeout = timeout.nanoseconds
            }
        }
    }

    /// The key `split`.
    struct Split: Decodable {
        var key = SplitKey.requestID
        var seed: Int64?

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case key, seed
        }

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.key = try container.decodeIfPresent(SplitKey.self, forKey: .key) ?? self.key
            self.seed = try container.decodeIfPresent(Int64.self, forKey: .seed)
            guard let seed, !SplitChange.seeds.contains(seed) else { return }
            let seeds = SplitChange.seeds
            throw container.corrupted(
                .seed,
                "must lie between \(seeds.lowerBound) and \(seeds.upperBound), not \(seed)"
            )
        }
    }

    /// The key `capture`.
    struct Capture: Decodable {
        var policy = CapturePolicy()

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case mode, rules
        }

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            if let text = try container.decodeIfPresent(String.self, forKey: .mode) {
                guard let mode = CapturePolicy.Mode(rawValue: text) else {
                    let known = "full, redacted, hash or off"
                    throw container.corrupted(.mode, "'\(text)' is no way to keep pairs; write \(known)")
                }
                self.policy.mode = mode
            }
            guard let rules = try container.decodeIfPresent([Rule].self, forKey: .rules) else { return }
            guard self.policy.mode != .full else {
                throw container.corrupted(
                    .rules,
                    "mode full keeps everything; remove the rules or write mode: redacted"
                )
            }
            guard rules.count <= 64 else { throw container.corrupted(.rules, "has \(rules.count) rules; at most 64") }
            self.policy.rules = rules.map(\.rule)
        }
    }

    /// One of `capture.rules`.
    struct Rule: Decodable {
        let rule: RedactionRule

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case path, pattern, tensor
        }

        private static let hint =
            "write email, card, token, {path: \"$.user.name\"}, {pattern: \"[A-Z]{2}\\\\d{6}\"} or {tensor: image}"

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                switch text {
                case "email": self.rule = .email
                case "card": self.rule = .card
                case "token": self.rule = .token
                default: throw decoder.corrupted("'\(text)' is no rule; \(Self.hint)")
                }
                return
            }
            try decoder.refuseUnknownKeys(CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            guard let key = container.allKeys.first, container.allKeys.count == 1 else {
                throw decoder.corrupted("a rule is one thing; \(Self.hint)")
            }
            let text = try container.decode(String.self, forKey: key)
            switch key {
            case .path:
                do { _ = try RedactionPath(text) } catch { throw container.corrupted(key, error.description) }
                self.rule = .path(text)
            case .pattern:
                do { _ = try RedactionPattern(text) } catch { throw container.corrupted(key, error.description) }
                self.rule = .pattern(text)
            case .tensor:
                guard !text.isEmpty else { throw container.corrupted(key, "must be the name of an input or output") }
                self.rule = .tensor(text)
            }
        }
    }

    /// The key `compare`.
    struct Compare: Decodable {
        var settings = ComparisonSettings()

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case outputs
        }

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            let outputs = try container.decodeIfPresent([String: Output].self, forKey: .outputs) ?? [:]
            self.settings.outputs = outputs.mapValues(\.output)
        }
    }

    /// One of `compare.outputs`.
    struct Output: Decodable {
        var output = ComparisonSettings.Output()

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case comparator, tolerance, ignore
        }

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            if let text = try container.decodeIfPresent(String.self, forKey: .comparator) {
                guard let comparator = ComparisonSettings.Comparator(rawValue: text) else {
                    let known = ComparisonSettings.Comparator.allCases.map(\.rawValue).joined(separator: ", ")
                    throw container.corrupted(.comparator, "'\(text)' is no comparator; known are \(known)")
                }
                self.output.comparator = comparator
            }
            if let tolerance = try container.decodeIfPresent(Double.self, forKey: .tolerance) {
                guard tolerance >= 0, tolerance.isFinite else {
                    throw container.corrupted(.tolerance, "must be a number from 0, not \(tolerance)")
                }
                self.output.tolerance = tolerance
            }
            for path in try container.decodeIfPresent([String].self, forKey: .ignore) ?? [] {
                do { _ = try RedactionPath(path) } catch { throw container.corrupted(.ignore, error.description) }
                self.output.ignoredFields.append(path)
            }
        }
    }
}
