import Admin
import Foundation
import ServingCore
import Synchronization
import TestSupport
import Testing
import Trials

@Suite("What the OpenAPI file says of answers", .timeLimit(.minutes(1))) struct OpenAPISchemaTests {
    @Test("every answer has the shape its route is documented with, no field more")
    func answers() async throws {
        let found = Mutex<[(route: String, answer: Data)]>([])
        let file = Mutex(Data())
        try await AdminFixture.run { admin in
            _ = try await admin.store.commit(.sample(.sample(revision: 1)))
            for route in AdminRoutes.all where !["/metrics", "/openapi.json"].contains(route.path) && !route.isEndless {
                let path = route.path.replacing("{model}", with: "digits").replacing("{slot}", with: "green")
                    .replacing("{id}", with: "\(CapturedPair.Summary.sample().id)")
                if ["/requests", "/report", "/vectors"].contains(where: path.hasSuffix) { continue }
                let bodies = [
                    "traffic": #"{"noise":0}"#, "feedback": #"{"id":"a","label":8}"#, "search": #"{"text":"a"}"#,
                ]
                let last = path.split(separator: "/").last.map(String.init) ?? ""
                let body = route.method == "POST" ? bodies[last] ?? "{}" : nil
                let answer = try await admin.send(route.method, path, body)
                #expect(answer.status == 200, "\(path)")
                found.withLock { $0.append(("\(route.method.lowercased()) \(route.path)", Data(answer.body))) }
            }
            let document = try await admin.send("GET", "/openapi.json").body
            file.withLock { $0 = Data(document) }
        }
        let schemas = try SchemaCheck(file.withLock(\.self))
        let answers = found.withLock(\.self)
        #expect(answers.count == AdminRoutes.all.count - 6)
        for (route, answer) in answers {
            let problems = try schemas.problems(of: answer, at: route)
            #expect(problems.isEmpty, "\(route): \(problems.joined(separator: "; "))")
        }
    }

    @Test("an answer with a field more, one less or one of another type is noticed")
    func checks() async throws {
        let schemas = try SchemaCheck(
            Data(
                #"""
                {"paths":{"/a":{"get":{"responses":{"200":{"content":{"application/json":{"schema":
                {"type":"object","properties":{"n":{"type":"integer"},"s":{"enum":["x"]}},"required":["n"]}}}}}}}}}
                """#.utf8
            )
        )
        for (answer, isRight) in [
            (#"{"n":1}"#, true), (#"{"n":1,"s":"x"}"#, true), ("{}", false), (#"{"n":1.5}"#, false),
            (#"{"n":true}"#, false), (#"{"n":1,"s":"y"}"#, false), (#"{"n":1,"m":2}"#, false), ("[]", false),
        ] {
            #expect(try schemas.problems(of: Data(answer.utf8), at: "get /a").isEmpty == isRight, "\(answer)")
        }
    }
}

/// As much of JSON Schema as the admin API's file uses for answers. Stricter in one thing: a field that is not described
/// is a mistake.
private struct SchemaCheck {
    private let document: [String: Any]

    init(_ file: Data) throws {
        self.document = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
    }

    func problems(of answer: Data, at route: String) throws -> [String] {
        let (method, path) = (String(route.prefix { $0 != " " }), String(route.drop { $0 != " " }.dropFirst()))
        let schema = try #require(
            self.find(["paths", path, method, "responses", "200", "content", "application/json", "schema"])
        )
        return self.problems(try JSONSerialization.jsonObject(with: answer), schema, "")
    }

    private func find(_ keys: [String]) -> [String: Any]? {
        keys.reduce(self.document as Any?) { node, key in (node as? [String: Any])?[key] } as? [String: Any]
    }

    private func problems(_ value: Any, _ schema: [String: Any], _ place: String) -> [String] {
        if let reference = schema["$ref"] as? String {
            guard let target = self.find(reference.split(separator: "/").dropFirst().map(String.init)) else {
                return ["\(place): no \(reference)"]
            }
            return self.problems(value, target, place)
        }
        let types = (schema["type"] as? [String]) ?? (schema["type"] as? String).map { [$0] } ?? []
        guard types.isEmpty || types.contains(where: { self.isOf($0, value) }) else {
            return ["\(place): \(value) is no \(types)"]
        }
        if let allowed = schema["enum"] as? [String], !allowed.contains(value as? String ?? "") {
            return ["\(place): \(value) is not one of \(allowed)"]
        }
        if let list = value as? [Any], let items = schema["items"] as? [String: Any] {
            return list.flatMap { self.problems($0, items, place + "[]") }
        }
        guard let object = value as? [String: Any] else { return [] }
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        var problems = (schema["required"] as? [String] ?? []).filter { object[$0] == nil }.map { "\(place): no \($0)" }
        for (name, field) in object {
            if let known = properties[name] ?? schema["additionalProperties"] as? [String: Any] {
                problems += self.problems(field, known, "\(place).\(name)")
            } else {
                problems.append("\(place): \(name) is not described")
            }
        }
        return problems
    }

    private func isOf(_ type: String, _ value: Any) -> Bool {
        let isBoolean = (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false
        return switch type {
        case "object": value is [String: Any]
        case "array": value is [Any]
        case "string": value is String
        case "boolean": isBoolean
        case "number": value is NSNumber && !isBoolean
        case "integer": !isBoolean && ((value as? NSNumber)?.doubleValue).map { $0 == $0.rounded() } == true
        default: false
        }
    }
}
