import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// `value` as JSON with sorted keys.
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let bytes = try? encoder.encode(value) else {
            return Self.bytes(
                ByteBuffer(string: #"{"error":{"code":"internal","message":"no JSON form"}}"#),
                .json,
                500
            )
        }
        return Self.bytes(ByteBuffer(bytes: bytes), .json, status)
    }

    static func bytes(_ bytes: ByteBuffer, _ type: MediaType, _ status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: type.rawValue], body: ResponseBody(byteBuffer: bytes))
    }

    enum MediaType: String {
        case json = "application/json; charset=utf-8"
        /// One JSON text per line.
        case lines = "application/x-ndjson; charset=utf-8"
        case markdown = "text/markdown; charset=utf-8"
        case xml = "application/xml; charset=utf-8"
        case html = "text/html; charset=utf-8"
        case script = "text/javascript; charset=utf-8"
        case style = "text/css; charset=utf-8"
        case svg = "image/svg+xml"
        case events = "text/event-stream"
        case binary = "application/octet-stream"
        case prometheus = "text/plain; version=0.0.4; charset=utf-8"
    }
}

extension HTTPFields {
    /// The field's values joined by commas; nil when it is absent.
    func value(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { self[$0] }
    }

    mutating func set(_ name: String, _ value: String) {
        guard let name = HTTPField.Name(name) else { return }
        self[name] = value
    }
}
