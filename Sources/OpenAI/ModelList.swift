package import NIOCore
internal import OpenInference

/// `/v1/models`: what a client may name in `model`.
package enum ModelList {
    package struct Entry: Sendable, Equatable {
        package var id: String
        /// Seconds since 1970.
        package var created: Int64

        package init(id: String, created: Int64) {
            self.id = id
            self.created = created
        }
    }

    /// `GET /v1/models`
    package static func document(_ entries: [Entry]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeJSON("{\"object\":\"list\",\"data\":[")
        for (index, entry) in entries.enumerated() {
            if index > 0 { buffer.writeJSON(",") }
            Self.write(entry, to: &buffer)
        }
        buffer.writeJSON("]}")
        return buffer
    }

    /// `GET /v1/models/{model}`
    package static func document(_ entry: Entry) -> ByteBuffer {
        var buffer = ByteBuffer()
        Self.write(entry, to: &buffer)
        return buffer
    }

    private static func write(_ entry: Entry, to buffer: inout ByteBuffer) {
        buffer.writeJSON("{\"id\":")
        buffer.writeJSONString(entry.id)
        buffer.writeJSON(",\"object\":\"model\",\"created\":")
        buffer.writeDecimal(entry.created)
        buffer.writeJSON(",\"owned_by\":\"teal\"}")
    }
}
