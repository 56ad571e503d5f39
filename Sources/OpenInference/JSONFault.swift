/// Where and why a document is not JSON. simdjson says only that it is not; this looks again, without recursion, so it
/// runs only for documents that were refused.
package struct JSONFault: Equatable {
    package var offset: Int
    package var reason: String

    package init(offset: Int, reason: String) {
        self.offset = offset
        self.reason = reason
    }

    /// The first fault of `bytes`; nil if it finds none.
    package static func find(in bytes: UnsafeRawBufferPointer, maxDepth: Int) -> JSONFault? {
        var scanner = JSONScanner(bytes: bytes, maxDepth: maxDepth)
        do throws(JSONFault) {
            try scanner.document()
            return nil
        } catch {
            return error
        }
    }
}

extension JSONFault: Error {}
