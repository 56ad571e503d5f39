import Foundation

/// Values that a row holds as JSON with sorted keys: equal values have equal texts.
enum StoredJSON {
    static func text(of value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// Throws `DamagedRow` for a text that is no such value.
    static func value<Value: Decodable>(of text: String) throws -> Value {
        guard let value = try? JSONDecoder().decode(Value.self, from: Data(text.utf8)) else { throw DamagedRow() }
        return value
    }
}
