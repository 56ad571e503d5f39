package import NIOCore
internal import OpenInference

extension ModelList {
    /// The ids that a server's answer to `GET /v1/models` lists, the first 1,024; nil when it is no such list.
    package static func names(in body: ByteBuffer) -> [String]? {
        guard body.readableBytes <= 1 << 20 else { return nil }
        let parser = JSONParser(maxDepth: OpenAILimits().maxDepth)
        return body.withUnsafeReadableBytes { bytes in
            guard let tape = try? parser.parse(bytes), tape.kind(JSONTape.first) == .object else { return nil }
            for (key, value) in tape.members(JSONTape.first) where spells(key, "data") && tape.kind(value) == .array {
                return tape.items(value).prefix(1_024).compactMap { Self.id(tape, $0) }
            }
            return nil
        }
    }

    private static func id(_ tape: JSONTape, _ item: Int) -> String? {
        guard tape.kind(item) == .object else { return nil }
        for (key, value) in tape.members(item) where spells(key, "id") {
            return tape.string(value).map { String(decoding: $0, as: UTF8.self) }
        }
        return nil
    }
}
