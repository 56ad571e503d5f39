import Admin
import ServingCore
import TestSupport
import Testing

@Suite("The dashboard's files", .timeLimit(.minutes(1)))
struct DashboardTests {
    @Test(
        "are one page for every address below /ui",
        arguments: ["/ui", "/ui/", "/ui/audit", "/ui/models/a%2Fb/explore"]
    )
    func page(_ path: String) async throws {
        try await AdminFixture.run { admin in
            let answer = try await admin.send("GET", path)
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "text/html; charset=utf-8")
            #expect(answer.text.hasPrefix("<!doctype html>"))
        }
    }

    @Test("are where / leads to")
    func root() async throws {
        try await AdminFixture.run { admin in
            let answer = try await admin.send("GET", "/")
            #expect(answer.status == 302)
            #expect(answer.headers["location"] == "/ui/")
        }
    }

    @Test("allow no script but their own and no markup from strings")
    func policy() async throws {
        try await AdminFixture.run { admin in
            for path in ["/ui/", "/assets/app.js", "/assets/style.css"] {
                let policy = try await admin.send("GET", path).headers["content-security-policy"] ?? ""
                #expect(policy.hasPrefix("default-src 'self';"))
                #expect(policy.contains("require-trusted-types-for 'script'"))
                #expect(!policy.contains("unsafe"))
            }
            let document = try await admin.send("GET", "/admin/v1/models")
            #expect(document.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
        }
    }

    @Test("are open, hold nothing of a model, and what they ask for is not", arguments: ["/ui/", "/assets/app.js"])
    func open(_ path: String) async throws {
        try await AdminFixture.run(token: "s3cret") { admin in
            let answer = try await admin.send("GET", path)
            #expect(answer.status == 200)
            #expect(!answer.text.contains("digits"))
            #expect(try await admin.send("GET", "/admin/v1/events").status == 401)
        }
    }

    @Test(
        "are those there are and nothing else",
        arguments: ["/assets/none.js", "/assets/..%2Fopenapi.json", "/assets/"]
    )
    func unknown(_ path: String) async throws {
        try await AdminFixture.run { admin in
            let answer = try await admin.send("GET", path)
            #expect(answer.status == 404)
        }
    }
}
