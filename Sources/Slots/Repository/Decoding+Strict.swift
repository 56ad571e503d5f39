extension Decoder {
    /// Throws, naming the key and the known ones, if the mapping holds a key that `Known` does not list.
    func refuseUnknownKeys<Known: CodingKey & CaseIterable>(_ known: Known.Type) throws {
        let names = Known.allCases.map(\.stringValue)
        for key in try self.container(keyedBy: AnyKey.self).allKeys where !names.contains(key.stringValue) {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: self.codingPath,
                    debugDescription: "unknown key '\(key.stringValue)'; known are \(names.joined(separator: ", "))"
                )
            )
        }
    }

    /// An error about the whole value that is being decoded.
    func corrupted(_ description: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: self.codingPath, debugDescription: description))
    }
}

extension KeyedDecodingContainer {
    /// An error about the value of `key`.
    func corrupted(_ key: Key, _ description: String) -> DecodingError {
        .dataCorruptedError(forKey: key, in: self, debugDescription: description)
    }

    /// A whole number in `range`, or `standard` when the key is absent.
    func decode(_ key: Key, in range: ClosedRange<Int>, default standard: Int) throws -> Int {
        guard let value = try self.decodeIfPresent(Int.self, forKey: key) else { return standard }
        guard range.contains(value) else {
            throw DecodingError.dataCorruptedError(
                forKey: key,
                in: self,
                debugDescription: "must lie between \(range.lowerBound) and \(range.upperBound), not \(value)"
            )
        }
        return value
    }
}

private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { self.stringValue = String(intValue) }
}
