struct StateEncoder: Encoder {
    let node: StateNode
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .members = self.node.content {} else { self.node.content = .members([:]) }
        return KeyedEncodingContainer(StateMembersEncoder<Key>(node: self.node, codingPath: self.codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .list = self.node.content {} else { self.node.content = .list([]) }
        return StateListEncoder(node: self.node, codingPath: self.codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        StateScalarEncoder(node: self.node, codingPath: self.codingPath)
    }
}

private struct StateScalarEncoder: SingleValueEncodingContainer {
    let node: StateNode
    let codingPath: [any CodingKey]

    func encodeNil() { self.node.content = .scalar(.null) }

    func encode<Value: Encodable>(_ value: Value) throws {
        self.node.content = try StateNode(value, self.codingPath).content
    }
}

private struct StateListEncoder: UnkeyedEncodingContainer {
    let node: StateNode
    let codingPath: [any CodingKey]

    var count: Int {
        guard case .list(let nodes) = self.node.content else { return 0 }
        return nodes.count
    }

    func encodeNil() { self.node.append(StateNode(.scalar(.null))) }

    func encode<Value: Encodable>(_ value: Value) throws {
        self.node.append(try StateNode(value, self.codingPath))
    }

    func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        self.nested().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { self.nested().unkeyedContainer() }

    func superEncoder() -> any Encoder { self.nested() }

    private func nested() -> StateEncoder {
        let node = StateNode(.scalar(.null))
        self.node.append(node)
        return StateEncoder(node: node, codingPath: self.codingPath)
    }
}

private struct StateMembersEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: StateNode
    let codingPath: [any CodingKey]

    func encodeNil(forKey key: Key) { self.node.set(StateNode(.scalar(.null)), key.stringValue) }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        self.node.set(try StateNode(value, self.codingPath + [key]), key.stringValue)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        self.nested(key.stringValue).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        self.nested(key.stringValue).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { self.nested("super") }

    func superEncoder(forKey key: Key) -> any Encoder { self.nested(key.stringValue) }

    private func nested(_ name: String) -> StateEncoder {
        let node = StateNode(.scalar(.null))
        self.node.set(node, name)
        return StateEncoder(node: node, codingPath: self.codingPath)
    }
}
