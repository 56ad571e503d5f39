package import NIOCore
package import ServingCore

/// The small JSON bodies of the V2 protocol besides inference.
package enum MetadataEncoder {
    /// One line of the repository index.
    package struct IndexEntry: Sendable, Equatable {
        package var name: String
        package var version: String?
        /// `READY`, `UNAVAILABLE`, `LOADING`, `UNLOADING` or `UNKNOWN`.
        package var state: String
        package var reason: String

        package init(name: String, version: String?, state: String, reason: String = "") {
            self.name = name
            self.version = version
            self.state = state
            self.reason = reason
        }
    }

    /// `GET /v2`
    package static func serverMetadata(name: String, version: String, extensions: [String]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeJSON("{\"name\":")
        buffer.writeJSONString(name)
        buffer.writeJSON(",\"version\":")
        buffer.writeJSONString(version)
        buffer.writeJSON(",\"extensions\":")
        buffer.writeJSONStrings(extensions)
        buffer.writeJSON("}")
        return buffer
    }

    /// `GET /v2/models/{model}`
    package static func modelMetadata(
        name: String,
        versions: [String],
        platform: String,
        signature: ModelSignature
    ) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeJSON("{\"name\":")
        buffer.writeJSONString(name)
        buffer.writeJSON(",\"versions\":")
        buffer.writeJSONStrings(versions)
        buffer.writeJSON(",\"platform\":")
        buffer.writeJSONString(platform)
        buffer.writeJSON(",\"inputs\":")
        buffer.writeSpecs(signature.inputs)
        buffer.writeJSON(",\"outputs\":")
        buffer.writeSpecs(signature.outputs)
        buffer.writeJSON("}")
        return buffer
    }

    /// `GET /v2/models/{model}/ready`
    package static func modelReady(name: String, ready: Bool) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeJSON("{\"name\":")
        buffer.writeJSONString(name)
        buffer.writeJSON(ready ? ",\"ready\":true}" : ",\"ready\":false}")
        return buffer
    }

    /// `GET /v2/health/live`
    package static func live(_ live: Bool) -> ByteBuffer {
        ByteBuffer(string: live ? "{\"live\":true}" : "{\"live\":false}")
    }

    /// `GET /v2/health/ready`
    package static func ready(_ ready: Bool) -> ByteBuffer {
        ByteBuffer(string: ready ? "{\"ready\":true}" : "{\"ready\":false}")
    }

    /// `POST /v2/repository/index`
    package static func repositoryIndex(_ entries: [IndexEntry]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeJSON("[")
        for (index, entry) in entries.enumerated() {
            buffer.writeJSON(index > 0 ? ",{\"name\":" : "{\"name\":")
            buffer.writeJSONString(entry.name)
            if let version = entry.version {
                buffer.writeJSON(",\"version\":")
                buffer.writeJSONString(version)
            }
            buffer.writeJSON(",\"state\":")
            buffer.writeJSONString(entry.state)
            buffer.writeJSON(",\"reason\":")
            buffer.writeJSONString(entry.reason)
            buffer.writeJSON("}")
        }
        buffer.writeJSON("]")
        return buffer
    }

    /// The body of every refusal: `{"error":"..."}`.
    package static func error(_ message: String) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeJSON("{\"error\":")
        buffer.writeJSONString(message)
        buffer.writeJSON("}")
        return buffer
    }
}

extension ByteBuffer {
    fileprivate mutating func writeJSONStrings(_ texts: [String]) {
        self.writeJSON("[")
        for (index, text) in texts.enumerated() {
            if index > 0 { self.writeJSON(",") }
            self.writeJSONString(text)
        }
        self.writeJSON("]")
    }

    fileprivate mutating func writeSpecs(_ specs: [TensorSpec]) {
        self.writeJSON("[")
        for (index, spec) in specs.enumerated() {
            self.writeJSON(index > 0 ? ",{\"name\":" : "{\"name\":")
            self.writeJSONString(spec.name)
            self.writeJSON(",\"datatype\":\"")
            self.writeJSON(spec.datatype.name)
            self.writeJSON("\",\"shape\":[")
            for (axis, dimension) in spec.shape.enumerated() {
                if axis > 0 { self.writeJSON(",") }
                self.writeDecimal(dimension)
            }
            self.writeJSON("]}")
        }
        self.writeJSON("]")
    }
}
