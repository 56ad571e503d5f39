import Capture
import Comparison
import ServingCore
import TestSupport
import Testing

@Suite("What comparators may remember under a policy")
struct KeptFormTests {
    @Test("Values are kept where the tensor is")
    func values() {
        #expect(PairRedactor(mode: .full).keepsValues(of: "o"))
        #expect(PairRedactor([.email, .tensor("other")]).keepsValues(of: "o"))
        #expect(!PairRedactor([.tensor("o")]).keepsValues(of: "o"))
        #expect(!PairRedactor(mode: .hash).keepsValues(of: "o") && !PairRedactor(mode: .off).keepsValues(of: "o"))
    }

    @Test("Sentences are searched like other texts")
    func sentences() {
        #expect(PairRedactor(mode: .full).sentence("hardly anything but 1.25") == "hardly anything but 1.25")
        #expect(
            PairRedactor([.pattern(#"\d\.\d+"#)]).sentence("hardly anything but 1.25")
                == "hardly anything but [redacted]"
        )
    }

    @Test("Where nothing is to be removed a place stays as it is; keys are searched")
    func places() {
        #expect(PairRedactor(mode: .full).place("$['ann@example.com']", in: "o") == "$['ann@example.com']")
        let redactor = PairRedactor([.email, .token, .path("$.user.name")])
        for path in ["$", "$.user", "$.user.name", "$.users[*].id", "$['odd key'].x"] {
            #expect(redactor.place(path, in: "o") == path)
        }
        #expect(redactor.place("$['ann@example.com'].score", in: "o") == "$['[email]'].score")
        #expect(redactor.place("$.ghp_0123456789abcdefABCDEF[*]", in: "o") == "$.[token][*]")
    }

    @Test("Keys inside of what a path rule removes go with it; so do places that cannot be read")
    func insideOfPaths() {
        let redactor = PairRedactor([.path("$.user"), .path("$..secret")])
        for path in ["$.user.name", "$.user[*]", "$.a.secret.b", "$['it\\'s']"] {
            let place = redactor.place(path, in: "o")
            #expect(place.count == 9 && place.first == "#", "\(path)")
            #expect(place == redactor.place(path, in: "o") && place != redactor.place(path + ".x", in: "o"))
        }
        #expect(redactor.place("$.users.name", in: "o") == "$.users.name")
    }

    @Test("A rule's value is not shown under a key that was cut, which might be the rule's")
    func cutKey() {
        let key = String(repeating: "k", count: 80)
        var output = OutputComparison(name: "o", divergence: 1, diverged: true)
        output.fields = [FieldDifference(path: "$['\(key.prefix(64))']", kind: .value, live: "1", candidate: "2")]
        let redacted = PairRedactor([.path("$['\(key)']")])
            .redacted(PairComparison(outputs: [output]), live: ModelSignature(inputs: [], outputs: []))
        #expect(redacted.outputs[0].fields[0].live == "[redacted]")
        #expect(redacted.outputs[0].fields[0].path.first == "#")
    }

    @Test("A place whose keys may have been cut is hidden; a long one of short keys is not")
    func cutKeys() {
        let cut = String(repeating: "x ", count: 32)
        for tail in ["some.body@examp", "4111 1111 1111 111", #"\\u0034\\u00"#] {
            for path in ["$['\((cut + tail).suffix(64))']", "$.a['\((cut + tail).suffix(64))'][*].b"] {
                let place = PairRedactor().place(path, in: "o")
                #expect(place.count == 9 && place.first == "#", "\(place)")
            }
        }
        let long = "$" + String(repeating: ".member", count: 20)
        #expect(PairRedactor().place(long, in: "o") == long)
        #expect(PairRedactor().place(long + "['ann@example.com']", in: "o") == long + "['[email]']")
    }

    @Test("Under one key a policy has one mark, and every other policy, content or key another")
    func marks() {
        let policies: [CapturePolicy] = [
            CapturePolicy(), CapturePolicy(mode: .hash), CapturePolicy(rules: [.email]),
            CapturePolicy(rules: [.card]), CapturePolicy(rules: [.path("$.a")]), CapturePolicy(rules: [.tensor("$.a")]),
            CapturePolicy(rules: [.pattern("$.a")]), CapturePolicy(rules: []),
        ]
        let marks = policies.map { PairRedactor(policy: $0, key: testKey).mark([1]) }
        #expect(marks == policies.map { PairRedactor(policy: $0, key: testKey).mark([1]) })
        let other = PairRedactor(policy: CapturePolicy(), key: [UInt8](repeating: 9, count: 32)).mark([1])
        #expect(Set(marks + [other, PairRedactor().mark([2])]).count == policies.count + 2)
    }
}
