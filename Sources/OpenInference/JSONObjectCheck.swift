/// Tells JSON objects from other texts by the parser that reads infer requests. Reuses its scratch memory, so it is for one
/// thread at a time.
package final class JSONObjectCheck {
    private let parser = JSONParser(maxDepth: DecodeLimits().maxDepth)

    package init() {}

    /// True if `text` is one JSON object and nothing more than white space around it.
    package func passes(_ text: ArraySlice<UInt8>) -> Bool {
        let first = text.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        guard first == UInt8(ascii: "{") else { return false }
        return text.withUnsafeBytes { bytes in
            do {
                _ = try self.parser.parse(bytes)
                return true
            } catch {
                return false
            }
        }
    }
}
