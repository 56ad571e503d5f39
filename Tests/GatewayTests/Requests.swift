import Gateway
import HTTP1
import HTTPOracle
import ServingCore
import TestSupport

/// Requests as bytes.
enum Requests {
    static let live = Self.get("/v2/health/live")

    static func get(_ path: String, _ fields: String...) -> String {
        "GET \(path) HTTP/1.1\r\n" + (["Host: a"] + fields).map { $0 + "\r\n" }.joined() + "\r\n"
    }

    static func body(_ value: Int32, parameters: String = "") -> String {
        "{\"id\":\"\(value)\",\(parameters)\"inputs\":[{\"name\":\"x\",\"datatype\":\"INT32\",\"shape\":[1,1],\"data\":[\(value)]}]}"
    }

    static func infer(
        _ value: Int32,
        path: String = "/v2/models/m/infer",
        version: String = "1.1",
        parameters: String = "",
        _ fields: String...
    ) -> String {
        let body = Self.body(value, parameters: parameters)
        return "POST \(path) HTTP/\(version)\r\n"
            + (["Host: a", "Content-Length: \(body.utf8.count)"] + fields).map { $0 + "\r\n" }.joined() + "\r\n" + body
    }
}

extension EmbeddedGateway {
    /// Model `m`, live in blue, run inline by an engine that answers with its input.
    static func serving(_ limits: HTTPLimits = HTTPLimits()) throws -> EmbeddedGateway {
        let gateway = EmbeddedGateway(limits: limits)
        gateway.publish([.blue: try TestModel.load()])
        return gateway
    }
}

extension [Response] {
    var statuses: [Int] { self.map(\.status) }
}
