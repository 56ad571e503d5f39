import Admin
import NIOPosix
import ServingCore
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct AdminSecurityTests {
    private static func concrete(_ route: AdminRoutes.Route) -> String {
        route.path.replacing("{model}", with: "digits").replacing("{slot}", with: "green")
            .replacing("{id}", with: "\(CapturedPair.Summary.sample().id)")
    }

    private static func body(_ route: AdminRoutes.Route) -> String? {
        guard route.method == "POST" else { return nil }
        if route.path.hasSuffix("/feedback") { return #"{"id":"a","label":8}"# }
        if route.path.hasSuffix("/search") { return #"{"text":"a"}"# }
        return route.path.hasSuffix("/traffic") ? #"{"shadow":0.5}"# : "{}"
    }

    @Test("with a token set: none and wrong ones are 401 on every route but the probes, the right one passes")
    func tokenMatrix() async throws {
        let token = "s3cret-token"
        try await AdminFixture.run(token: token) { admin in
            for route in AdminRoutes.all where !route.isEndless {
                let path = Self.concrete(route)
                let body = Self.body(route)
                let wrong = ["", "x", "s3cret-toke", "s3cret-token2", "S3cret-token", "s3cret-tokes3cret-token"]
                for guess in wrong.map({ "Bearer \($0)" }) + ["Basic czNjcmV0", token, "bearer", "nothing"] {
                    let headers = guess == "nothing" ? [:] : ["Authorization": guess]
                    let answer = try await admin.send(route.method, path, body, headers: headers)
                    #expect(answer.status == (route.isOpen ? 200 : 401), "\(route) with \(guess)")
                    #expect((answer.headers["www-authenticate"] == nil) == route.isOpen)
                }
                #expect(try await admin.send(route.method, path, body, token: token).status == 200, "\(route)")
            }
            let unknown = try await admin.send("GET", "/nowhere")
            #expect(unknown.status == 401)
            #expect(await admin.control.calls.count == 5)
        }
    }

    @Test("without a token every route is open to this machine")
    func noToken() async throws {
        try await AdminFixture.run { admin in
            for route in AdminRoutes.all where !route.isEndless {
                let answer = try await admin.send(route.method, Self.concrete(route), Self.body(route))
                #expect(answer.status == 200, "\(route)")
            }
        }
    }

    @Test("a POST that is not declared as JSON is 415")
    func contentType() async throws {
        try await AdminFixture.run { admin in
            for type in [
                "text/plain", "application/x-www-form-urlencoded", "application/jsonx", "", "multipart/form-data",
            ] {
                let headers = ["Content-Type": type]
                let answer = try await admin.send("POST", "/admin/v1/models/digits/promote", "{}", headers: headers)
                #expect(answer.status == 415, "\(type)")
                #expect(answer.error?.code == "unsupported_media_type")
            }
            for type in ["application/json", "Application/JSON; charset=utf-8"] {
                let headers = ["Content-Type": type]
                let answer = try await admin.send("POST", "/admin/v1/models/digits/promote", "{}", headers: headers)
                #expect(answer.status == 200, "\(type)")
            }
        }
    }

    @Test("a POST from another origin is 403, one from the admin's own passes")
    func origins() async throws {
        try await AdminFixture.run { admin in
            let path = "/admin/v1/models/digits/promote"
            let foreign = [
                "http://evil.example", "http://127.0.0.1", "http://127.0.0.1:1", "https://evil.example:\(admin.port)",
                "null", "file://", "http://127.0.0.1:\(admin.port)@evil.example",
                "http://127.0.0.1:\(admin.port).evil.example",
            ]
            for origin in foreign {
                let answer = try await admin.send("POST", path, "{}", headers: ["Origin": origin])
                #expect(answer.status == 403, "\(origin)")
            }
            let crossSite = try await admin.send("POST", path, "{}", headers: ["Sec-Fetch-Site": "cross-site"])
            #expect(crossSite.status == 403 && crossSite.error?.code == "forbidden")
            #expect(await admin.control.calls.isEmpty)
            let own = ["Origin": "http://127.0.0.1:\(admin.port)", "Sec-Fetch-Site": "same-origin"]
            #expect(try await admin.send("POST", path, "{}", headers: own).status == 200)
        }
    }

    @Test("without a token a Host that names another machine is 403, also for reading")
    func rebinding() async throws {
        try await AdminFixture.run { admin in
            for host in ["evil.example:\(admin.port)", "127.0.0.1.evil.example", "10.0.0.1"] {
                let answer = try await admin.send("GET", "/admin/v1/models", headers: ["Host": host])
                #expect(answer.status == 403, "\(host)")
            }
            for host in ["localhost:\(admin.port)", "LOCALHOST", "127.0.0.2", "[::1]:\(admin.port)"] {
                #expect(
                    try await admin.send("GET", "/admin/v1/models", headers: ["Host": host]).status == 200,
                    "\(host)"
                )
            }
        }
        try await AdminFixture.run(token: "t") { admin in
            let headers = ["Host": "admin.example.com", "Origin": "https://admin.example.com"]
            let path = "/admin/v1/models/digits/promote"
            let answer = try await admin.send("POST", path, "{}", headers: headers, token: "t")
            #expect(answer.status == 200)
        }
    }

    @Test("every answer carries the security headers, errors too", arguments: ["/admin/v1/models", "/nowhere"])
    func securityHeaders(_ path: String) async throws {
        try await AdminFixture.run { admin in
            let headers = try await admin.send("GET", path).headers
            #expect(headers["x-content-type-options"] == "nosniff")
            #expect(headers["x-frame-options"] == "DENY")
            #expect(headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'")
            #expect(headers["cache-control"] == "no-store")
            #expect(headers["referrer-policy"] == "no-referrer")
        }
    }

    @Test(
        "an address that others can reach needs a token",
        arguments: [
            "0.0.0.0", "::", "192.168.1.5", "example.com", "127.0.0.1.evil.example", "127.1", "localhost.evil", "",
        ]
    )
    func nonLoopback(_ host: String) throws {
        let error = #expect(throws: AdminStartError.self) {
            try AdminConfiguration(host: host).validate()
        }
        #expect(error?.description.contains("without a token") == true)
        #expect(error?.description.contains("\n") == false)
        try AdminConfiguration(host: host, token: "secret").validate()
    }

    @Test("loopback addresses need none", arguments: ["127.0.0.1", "127.8.9.10", "localhost", "::1"])
    func loopback(_ host: String) throws {
        try AdminConfiguration(host: host).validate()
    }

    @Test("tokens and ports that cannot work are refused", arguments: ["", "two words", "tök", "a\nb"])
    func badToken(_ token: String) {
        #expect(throws: AdminStartError.self) { try AdminConfiguration(token: token).validate() }
        #expect(throws: AdminStartError.self) { try AdminConfiguration(port: 65_536).validate() }
    }

    @Test("a port in use stops the start with one line")
    func portInUse() async throws {
        try await AdminFixture.run { admin in
            let second = try AdminServer(
                configuration: AdminConfiguration(port: admin.port),
                control: admin.control,
                store: admin.store,
                trials: admin.trials,
                desk: admin.desk,
                search: .failure(SearchUnavailable("off")),
                info: AdminInfo(version: "1", onnxRuntimeVersion: "1", startedAt: 0),
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
                logger: AdminFixture.quiet,
                metrics: { "" },
                figures: { LiveFigures(at: 0, seconds: 1, models: [:]) },
                readiness: { [] }
            )
            let error = await #expect(throws: AdminStartError.self) { try await second.run() }
            let expected =
                "port \(admin.port) on 127.0.0.1 is already in use; stop what uses it or choose another with --admin-port"
            #expect(error?.description == expected)
        }
    }
}
