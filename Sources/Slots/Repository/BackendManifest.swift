package import ServingCore

/// `backend.yaml`: the remote server that answers for one version, in place of `model.onnx`. Unknown keys are errors, as
/// in `model.yaml`.
package struct BackendManifest: Sendable, Equatable, Decodable {
    package let configuration: BackendConfiguration

    private enum Key: String, CodingKey, CaseIterable {
        case kind, task, model, version, endpoints, headers, tls, timeouts, pool, health, breaker, idempotent, signature
        case budget, answerBytes
    }

    package init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(Key.self)
        let container = try decoder.container(keyedBy: Key.self)
        let name = try container.decode(String.self, forKey: .kind)
        guard let kind = BackendKind(rawValue: name) else {
            let known = BackendKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw container.corrupted(.kind, "'\(name)' is no kind of backend; known are \(known)")
        }
        let endpoints = try container.decode([String].self, forKey: .endpoints).map { text in
            guard let endpoint = BackendEndpoint(text) else {
                throw container.corrupted(.endpoints, "'\(text)': \(BackendEndpoint.rule)")
            }
            return kind == .openAI ? endpoint.withoutAPIVersion : endpoint
        }
        guard !endpoints.isEmpty, Set(endpoints).count == endpoints.count else {
            throw container.corrupted(.endpoints, "name at least one endpoint, and each only once")
        }
        var configuration = BackendConfiguration(kind: kind, endpoints: endpoints)
        configuration.embeds = try Self.embeds(container, kind)
        configuration.model = try Self.name(container, .model)
        configuration.version = try Self.name(container, .version)
        configuration.headers = try Self.headers(container)
        try Self.decodeParts(container, &configuration)
        configuration.isIdempotent = try container.decodeIfPresent(Bool.self, forKey: .idempotent) ?? false
        configuration.answerBytes =
            try container.decodeIfPresent(ManifestSize.self, forKey: .answerBytes)
            .map(\.bytes) ?? configuration.answerBytes
        configuration.signature = try container.decodeIfPresent(SignatureManifest.self, forKey: .signature)?.signature
        if kind == .kserveV1, configuration.signature == nil {
            throw container.corrupted(.kind, "a kserve-v1 server does not say what it takes: declare it by `signature`")
        }
        if kind == .openAI, configuration.signature != nil {
            throw container.corrupted(.signature, "an openai server has the signature of its protocol; leave it out")
        }
        self.configuration = configuration
    }

    private static func embeds(_ container: KeyedDecodingContainer<Key>, _ kind: BackendKind) throws -> Bool {
        guard let task = try container.decodeIfPresent(String.self, forKey: .task) else { return false }
        guard kind == .openAI, task == "generation" || task == "embedding" else {
            throw container.corrupted(.task, "openai backends have a task: generation or embedding")
        }
        return task == "embedding"
    }

    /// A name that becomes a segment of a request target.
    private static func name(_ container: KeyedDecodingContainer<Key>, _ key: Key) throws -> String? {
        guard let name = try container.decodeIfPresent(String.self, forKey: key) else { return nil }
        guard !name.isEmpty, name.utf8.count <= 256, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw container.corrupted(key, "must be 1 to 256 visible ASCII characters")
        }
        return name
    }

    private static func headers(_ container: KeyedDecodingContainer<Key>) throws -> [BackendHeader] {
        let texts = try container.decodeIfPresent([String: String].self, forKey: .headers) ?? [:]
        return try texts.sorted { $0.key < $1.key }.map { name, text in
            let value: String
            do throws(SecretReference.Failure) {
                value = try SecretReference.resolve(text)
            } catch {
                throw container.corrupted(.headers, "\(name): \(error.reason)")
            }
            guard let header = BackendHeader(name: name, value: value) else {
                throw container.corrupted(.headers, "\(name): \(BackendHeader.rule)")
            }
            return header
        }
    }

    private static func decodeParts(
        _ container: KeyedDecodingContainer<Key>,
        _ configuration: inout BackendConfiguration
    ) throws {
        if let tls = try container.decodeIfPresent(TLSManifest.self, forKey: .tls) { configuration.tls = tls.value }
        if let timeouts = try container.decodeIfPresent(TimeoutsManifest.self, forKey: .timeouts) {
            configuration.timeouts = timeouts.value
        }
        if let pool = try container.decodeIfPresent(PoolManifest.self, forKey: .pool) {
            configuration.pool = pool.value
        }
        if let health = try container.decodeIfPresent(HealthManifest.self, forKey: .health) {
            configuration.health = health.value
        }
        if let breaker = try container.decodeIfPresent(BreakerManifest.self, forKey: .breaker) {
            configuration.breaker = breaker.value
        }
        if let budget = try container.decodeIfPresent(BudgetManifest.self, forKey: .budget) {
            guard configuration.kind == .openAI else {
                throw container.corrupted(.budget, "only openai backends count tokens")
            }
            configuration.budget = budget.value
        }
    }
}
