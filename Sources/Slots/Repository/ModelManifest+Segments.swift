import ServingCore

extension ModelManifest {
    /// The key `segments`.
    struct Segments: Decodable {
        let sources: [SegmentSource]

        /// Each splits the evidence once more.
        private static let most = 8

        init(from decoder: any Decoder) throws {
            let sources = try decoder.singleValueContainer().decode([Source].self).map(\.source)
            guard sources.count <= Self.most else {
                throw decoder.corrupted("\(sources.count) are declared; at most \(Self.most)")
            }
            for (index, source) in sources.enumerated()
            where sources[..<index].contains(where: { $0.key == source.key }) {
                throw decoder.corrupted("'\(source.key)' is declared twice")
            }
            self.sources = sources
        }
    }

    /// One of `segments`.
    private struct Source: Decodable {
        let source: SegmentSource

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case header, parameter
        }

        /// Headers that carry credentials: their values must not become labels.
        private static let secretHeaders: Set<String> = [
            "authorization", "proxy-authorization", "cookie", "set-cookie", "api-key", "x-api-key", "apikey",
            "x-auth-token", "x-access-token", "x-amz-security-token", "x-csrf-token", "x-xsrf-token",
            "x-goog-api-key", "x-vault-token", "private-token",
        ]

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            guard let key = container.allKeys.first, container.allKeys.count == 1 else {
                throw decoder.corrupted("a segment is one thing; write {header: x-tenant} or {parameter: label}")
            }
            let name = try container.decode(String.self, forKey: key)
            guard (1...64).contains(name.utf8.count) else {
                throw container.corrupted(key, "must be a name of 1 to 64 bytes, not \(name.utf8.count)")
            }
            switch key {
            case .parameter: self.source = .parameter(name)
            case .header:
                guard name.utf8.allSatisfy(Self.isFieldNameByte) else {
                    throw container.corrupted(key, "'\(name)' is no header name; write letters, digits and -: x-tenant")
                }
                let name = name.lowercased()
                guard !Self.secretHeaders.contains(name) else {
                    throw container.corrupted(key, "'\(name)' carries credentials, which are not kept; choose another")
                }
                self.source = .header(name)
            }
        }

        /// RFC 9110's token.
        private static func isFieldNameByte(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        }
    }
}
