/// Gives a `Decodable` type the parts of one value that was read.
struct StateDecoder: Decoder {
    let value: StateValue
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .members(let members) = self.value else { throw self.mismatch("members") }
        return KeyedDecodingContainer(StateMembersDecoder<Key>(members: members, codingPath: self.codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .list(let values) = self.value else { throw self.mismatch("a list") }
        return StateListDecoder(values: values, codingPath: self.codingPath)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        StateScalarDecoder(value: self.value, codingPath: self.codingPath)
    }

    fileprivate func mismatch(_ wanted: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: self.codingPath, debugDescription: "\(wanted) expected"))
    }
}

private struct StateScalarDecoder: SingleValueDecodingContainer {
    let value: StateValue
    let codingPath: [any CodingKey]

    func decodeNil() -> Bool { self.value.isNull }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        // A scalar's own decoding asks for the same type again: without this it would not end.
        guard StateScalar.isScalar(type) else { return try self.value.decode(type, self.codingPath) }
        guard case .scalar(let scalar) = self.value, let value = scalar.value(as: type) else {
            throw StateDecoder(value: self.value, codingPath: self.codingPath).mismatch("a \(type)")
        }
        return value
    }
}

private struct StateListDecoder: UnkeyedDecodingContainer {
    let values: [StateValue]
    let codingPath: [any CodingKey]
    var currentIndex = 0

    init(values: [StateValue], codingPath: [any CodingKey]) {
        self.values = values
        self.codingPath = codingPath
    }

    var count: Int? { self.values.count }
    var isAtEnd: Bool { self.currentIndex >= self.values.count }

    mutating func decodeNil() throws -> Bool {
        guard try self.peek().isNull else { return false }
        self.currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let value = try self.peek().decode(type, self.codingPath)
        self.currentIndex += 1
        return value
    }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        try self.next().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try self.next().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { try self.next() }

    private mutating func next() throws -> StateDecoder {
        let decoder = StateDecoder(value: try self.peek(), codingPath: self.codingPath)
        self.currentIndex += 1
        return decoder
    }

    private func peek() throws -> StateValue {
        guard !self.isAtEnd else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: self.codingPath, debugDescription: "more than \(self.values.count) values expected")
            )
        }
        return self.values[self.currentIndex]
    }
}

private struct StateMembersDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: [String: StateValue]
    let codingPath: [any CodingKey]

    var allKeys: [Key] { self.members.keys.sorted().compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { self.members[key.stringValue] != nil }

    func decodeNil(forKey key: Key) throws -> Bool { try self.member(key).isNull }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try self.member(key).decode(type, self.codingPath + [key])
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try self.nested(key.stringValue).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try self.nested(key.stringValue).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { try self.nested("super") }

    func superDecoder(forKey key: Key) throws -> any Decoder { try self.nested(key.stringValue) }

    private func member(_ key: Key) throws -> StateValue { try self.nested(key.stringValue).value }

    private func nested(_ name: String) throws -> StateDecoder {
        guard let value = self.members[name] else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: self.codingPath, debugDescription: "`\(name)` is missing")
            )
        }
        return StateDecoder(value: value, codingPath: self.codingPath)
    }
}
