/// Writes and reads any `Codable` value in the compact form of `BinaryWriter`, without Foundation.
package enum StateCoding {
    /// Members are written in the order of their names, so values whose own coding has an order give the same bytes each
    /// time.
    package static func encode(_ value: some Encodable) throws(BinaryDamage) -> [UInt8] {
        do {
            var writer = BinaryWriter()
            try StateNode(value, []).write(into: &writer)
            return writer.bytes
        } catch {
            throw BinaryDamage("a \(type(of: value)) cannot be written: \(error)")
        }
    }

    package static func decode<Value: Decodable>(
        _ type: Value.Type,
        from bytes: [UInt8]
    ) throws(BinaryDamage) -> Value {
        var reader = BinaryReader(bytes)
        let value = try StateValue(from: &reader, depth: 0)
        try reader.finish()
        do {
            return try value.decode(type, [])
        } catch {
            throw BinaryDamage("this is no \(type): \(error)")
        }
    }
}
