package import ServingCore

/// A promise of a store that was not kept, in words.
package struct BrokenPromise: Error, CustomStringConvertible {
    package let description: String
}

/// One promise of `ControlStore`, to be kept by every implementation:
/// `@Test(arguments: ControlStoreConformance.all) func keeps(_ promise: ControlStoreConformance) async throws`.
package struct ControlStoreConformance: Sendable, CustomStringConvertible {
    package let description: String
    private let body: @Sendable (any ControlStore) async throws -> Void

    init(_ description: String, _ body: @escaping @Sendable (any ControlStore) async throws -> Void) {
        self.description = description
        self.body = body
    }

    /// Throws `BrokenPromise` or what the store threw. `store` must be empty.
    package func check(_ store: any ControlStore) async throws {
        try await self.body(store)
    }

    package static let all: [ControlStoreConformance] = Self.writing + Self.reading + Self.verdicts
}

/// Throws `BrokenPromise` unless `actual` is `expected`.
func require<Value: Equatable>(_ actual: Value, equals expected: Value, _ what: String) throws {
    guard actual == expected else {
        throw BrokenPromise(description: "\(what): expected \(expected), got \(actual)")
    }
}

/// Throws `BrokenPromise` unless `operation` throws exactly `expected`.
func require(_ expected: StoreError, _ what: String, from operation: () async throws -> Void) async throws {
    do {
        try await operation()
    } catch let error as StoreError {
        return try require(error, equals: expected, what)
    }
    throw BrokenPromise(description: "\(what): expected \(expected), but it succeeded")
}

extension ModelRecord {
    /// A plausible record: both slots held, blue live.
    package static func sample(_ model: String = "digits", revision: Int64, live: Slot? = .blue) -> ModelRecord {
        var record = ModelRecord(model: model)
        record.revision = revision
        record.live = live
        record.slots[.blue] = Held(source: model, version: 1, digest: String(repeating: "ab", count: 32))
        record.slots[.green] = Held(source: model, version: 2, digest: String(repeating: "cd", count: 32))
        return record
    }
}

extension CutoverIntent {
    package static func sample(_ model: String = "digits", revision: Int64) -> CutoverIntent {
        CutoverIntent(
            model: model,
            revision: revision,
            from: .blue,
            to: .green,
            action: "promote",
            actor: "ada@lab",
            reason: "green is better",
            at: WallClock.microseconds
        )
    }
}

extension ControlChange {
    /// A promotion of `record.live` with its audit entry, and a reply if there is a key.
    package static func sample(_ record: ModelRecord, key: String? = nil, at: Int64 = WallClock.microseconds) -> Self {
        var entry = AuditEntry(
            at: at,
            model: record.model,
            action: "promote",
            actor: "ada@lab",
            revision: record.revision
        )
        entry.liveAfter = record.live
        let reply = key.map { IdempotentReply(key: $0, fingerprint: "promote digits", audit: 0, at: at) }
        return ControlChange(record: record, entry: entry, reply: reply)
    }
}
