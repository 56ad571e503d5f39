import ServingCore
import Testing

@Suite("RedactionPath")
struct RedactionPathTests {
    private enum Member {
        case key(String)
        case index(Int)
    }

    private static func leads(_ path: String, _ members: [Member]) throws -> Bool {
        let path = try RedactionPath(path)
        let end = members.reduce(RedactionPath.start) { progress, member in
            switch member {
            case .key(let name): path.progress(progress, into: name.utf8)
            case .index(let index): path.progress(progress, into: index)
            }
        }
        return path.isComplete(end)
    }

    @Test("A path leads to its place and nowhere else")
    func places() throws {
        #expect(try Self.leads("$", []))
        #expect(try Self.leads("$.user.name", [.key("user"), .key("name")]))
        #expect(try !Self.leads("$.user.name", [.key("user")]))
        #expect(try !Self.leads("$.user.name", [.key("name"), .key("user")]))
        #expect(try Self.leads("$.items[*].note", [.key("items"), .index(7), .key("note")]))
        #expect(try Self.leads("$.items[1]", [.key("items"), .index(1)]))
        #expect(try !Self.leads("$.items[1]", [.key("items"), .index(2)]))
        #expect(try Self.leads("$['a.b'][\"c d\"]", [.key("a.b"), .key("c d")]))
        #expect(try Self.leads("$.*.x", [.key("anything"), .key("x")]))
    }

    @Test("Two dots lead to any depth")
    func depths() throws {
        #expect(try Self.leads("$..email", [.key("email")]))
        #expect(try Self.leads("$..email", [.key("a"), .index(3), .key("b"), .key("email")]))
        #expect(try !Self.leads("$..email", [.key("a"), .key("b")]))
        #expect(try Self.leads("$.a..[0]", [.key("a"), .key("x"), .index(0)]))
        #expect(try !Self.leads("$.a..[0]", [.key("b"), .key("x"), .index(0)]))
    }

    @Test("A place in which all members are one meets every index")
    func along() throws {
        let path = try RedactionPath("$.items[3].note")
        #expect(path.isComplete(path.progress(along: try RedactionPath("$.items[*].note"))))
        #expect(path.isComplete(path.progress(along: try RedactionPath("$.items[3].note.inner"))))
        #expect(!path.isComplete(path.progress(along: try RedactionPath("$.items[*]"))))
        #expect(!path.isComplete(path.progress(along: try RedactionPath("$.other[*].note"))))
    }

    @Test("A path encloses the places inside of what it leads to")
    func encloses() throws {
        let path = try RedactionPath("$..user[*]")
        for place in ["$.user[0].name", "$.a.user[*].b.c"] { #expect(path.encloses(try RedactionPath(place))) }
        for place in ["$", "$.user", "$.user[0]", "$.users[*].name"] {
            #expect(!path.encloses(try RedactionPath(place)), "\(place)")
        }
        #expect(try RedactionPath("$").encloses(try RedactionPath("$.a")))
        #expect(try !RedactionPath("$").encloses(try RedactionPath("$")))
    }

    @Test(
        "What is no path is refused with one that is",
        arguments: [
            "", "user", ".user", "$user", "$.", "$..", "$.a..", "$[", "$[]", "$[-1]", "$[+1]", "$[a]", "$['a", "$['a'",
            "$.a b", "$.a]", "$[99999999999999999999]", "$" + String(repeating: ".a", count: 33),
        ]
    )
    func refused(_ text: String) {
        let problem = #expect(throws: RedactionPath.Problem.self) { try RedactionPath(text) }
        #expect(problem?.description.contains("path") == true)
    }
}
