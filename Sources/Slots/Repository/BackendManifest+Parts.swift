import ServingCore

extension BackendManifest {
    struct TLSManifest: Decodable {
        let value: BackendConfiguration.TLS

        private enum Key: String, CodingKey, CaseIterable {
            case ca, verify, serverName, certificate, key
        }

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(Key.self)
            let container = try decoder.container(keyedBy: Key.self)
            var value = BackendConfiguration.TLS()
            value.ca = try container.decodeIfPresent(String.self, forKey: .ca)
            value.verify = try container.decodeIfPresent(Bool.self, forKey: .verify) ?? true
            value.serverName = try container.decodeIfPresent(String.self, forKey: .serverName)
            value.certificate = try container.decodeIfPresent(String.self, forKey: .certificate)
            value.key = try container.decodeIfPresent(String.self, forKey: .key)
            guard (value.certificate == nil) == (value.key == nil) else {
                throw container.corrupted(.certificate, "`certificate` and `key` belong together")
            }
            self.value = value
        }
    }

    struct TimeoutsManifest: Decodable {
        let value: BackendConfiguration.Timeouts

        private enum Key: String, CodingKey, CaseIterable {
            case connect, firstByte, idle, total, stream
        }

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(Key.self)
            let container = try decoder.container(keyedBy: Key.self)
            var value = BackendConfiguration.Timeouts()
            value.connect = try container.time(.connect, default: value.connect)
            value.firstByte = try container.time(.firstByte, default: value.firstByte)
            value.idle = try container.time(.idle, default: value.idle)
            value.total = try container.time(.total, default: value.total)
            value.stream = try container.time(.stream, default: value.stream)
            self.value = value
        }
    }

    struct PoolManifest: Decodable {
        let value: BackendConfiguration.Pool

        private enum Key: String, CodingKey, CaseIterable {
            case connections, pending, idle
        }

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(Key.self)
            let container = try decoder.container(keyedBy: Key.self)
            var value = BackendConfiguration.Pool()
            value.connections = try container.decode(.connections, in: 1...10_000, default: value.connections)
            value.pending = try container.decode(.pending, in: 0...100_000, default: value.pending)
            value.idle = try container.time(.idle, default: value.idle)
            self.value = value
        }
    }

    struct HealthManifest: Decodable {
        let value: BackendConfiguration.Health

        private enum Key: String, CodingKey, CaseIterable {
            case path, interval, timeout
        }

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(Key.self)
            let container = try decoder.container(keyedBy: Key.self)
            let path = try container.decode(String.self, forKey: .path)
            guard path.hasPrefix("/"), path.utf8.count <= 1_024, path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw container.corrupted(.path, "must begin with '/' and hold visible ASCII characters only")
            }
            var value = BackendConfiguration.Health(path: path)
            value.interval = try container.time(.interval, default: value.interval)
            value.timeout = try container.time(.timeout, default: value.timeout)
            self.value = value
        }
    }

    struct BreakerManifest: Decodable {
        let value: BackendConfiguration.Breaker

        private enum Key: String, CodingKey, CaseIterable {
            case failures, openFor, most
        }

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(Key.self)
            let container = try decoder.container(keyedBy: Key.self)
            var value = BackendConfiguration.Breaker()
            value.failures = try container.decode(.failures, in: 1...1_000_000, default: value.failures)
            value.openFor = try container.time(.openFor, default: value.openFor)
            value.most = max(value.openFor, try container.time(.most, default: value.most))
            self.value = value
        }
    }

    struct BudgetManifest: Decodable {
        let value: BackendConfiguration.Budget

        private enum Key: String, CodingKey, CaseIterable {
            case calls, tokens, money, promptPrice, completionPrice
        }

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(Key.self)
            let container = try decoder.container(keyedBy: Key.self)
            var value = BackendConfiguration.Budget()
            value.calls = try container.amount(.calls)
            value.tokens = try container.amount(.tokens)
            value.money = try container.price(.money)
            value.promptPrice = try container.price(.promptPrice)
            value.completionPrice = try container.price(.completionPrice)
            guard value.money == nil || value.promptPrice != nil || value.completionPrice != nil else {
                throw container.corrupted(.money, "needs promptPrice or completionPrice: what a token costs")
            }
            self.value = value
        }
    }
}

extension KeyedDecodingContainer {
    /// Nanoseconds, more than none.
    fileprivate func time(_ key: Key, default standard: UInt64) throws -> UInt64 {
        guard let time = try self.decodeIfPresent(ManifestDuration.self, forKey: key)?.nanoseconds else {
            return standard
        }
        guard time > 0 else { throw self.corrupted(key, "must be longer than 0s") }
        return time
    }

    fileprivate func amount(_ key: Key) throws -> Int? {
        guard self.contains(key) else { return nil }
        return try self.decode(key, in: 0...Int.max, default: 0)
    }

    fileprivate func price(_ key: Key) throws -> Double? {
        guard let price = try self.decodeIfPresent(Double.self, forKey: key) else { return nil }
        guard price.isFinite, price >= 0 else { throw self.corrupted(key, "must be a number of at least 0") }
        return price
    }
}
