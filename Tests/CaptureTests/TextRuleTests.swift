import Capture
import ServingCore
import Testing

@Suite("Rules on texts")
struct TextRuleTests {
    @Test(
        "E-mail addresses are replaced",
        arguments: [
            ("mail john.doe+x@example.com now", "mail [email] now"), ("<a@b.co>", "<[email]>"),
            ("to=a@b.co&x=1", "to=[email]&x=1"), ("jürgen@exämple.de", "[email]"),
            ("a@b.co,c@d.org.", "[email],[email]."),
            ("john＠example．com", "[email]"), ("john%40example.com", "[email]"),
            ("jo\u{200B}hn@exam\u{AD}ple.com", "[email]"),
            (#"{"m":"john\u0040example.com"}"#, #"{"m":"[email]"}"#),
            (#"{"m":"{\"n\":\"j\\u0040e.com\"}"}"#, #"{"m":"{\"n\":\"[email]\"}"}"#),
            (#"{"m":"hi\njohn@example.com\n"}"#, #"{"m":"hi[email]\n"}"#),
        ]
    )
    func emails(_ text: String, _ expected: String) {
        #expect(PairRedactor([.email]).text(text) == expected)
    }

    @Test(
        "What only looks like an address stays",
        arguments: ["@alice and bob", "3 @ 4.50", "a@b", "a@ b.co", "user@192.168.0.1", "just words", "", "a@.com"]
    )
    func noEmails(_ text: String) {
        #expect(PairRedactor([.email]).text(text) == text)
    }

    @Test(
        "Card numbers are replaced, however they are grouped and whatever they touch",
        arguments: [
            ("pay 4111111111111111 now", "pay [card] now"), ("4111 1111 1111 1111", "[card]"),
            ("4111-1111-1111-1111.", "[card]."), ("3782 822463 10005", "[card]"), ("６０１１０００００００００００４", nil),
            ("４１１１１１１１１１１１１１１１", "[card]"), ("٤١١١١١١١١١١١١١١١", "[card]"),
            ("4111\u{A0}1111\u{2011}1111 1111", "[card]"),
            ("12 4111 1111 1111 1111", nil), ("994111111111111111", nil), ("41111111111111114111111111111111", nil),
            (#"{"n":4111111111111111}"#, #"{"n":"[card]"}"#), (#"{"n":"\u0034111111111111111"}"#, #"{"n":"[card]"}"#),
            (#"[1.0, -4111111111111111, 2]"#, #"[1.0, "[card]", 2]"#),
        ] as [(String, String?)]
    )
    func cards(_ text: String, _ expected: String?) {
        let redacted = PairRedactor([.card]).text(text)
        if let expected { #expect(redacted == expected) } else { #expect(redacted != text) }
        #expect(!redacted.contains("1111111111") && !redacted.contains("1111 1111 1111"))
    }

    @Test(
        "Other numbers stay",
        arguments: [
            "4111111111111112", "12345678901", "0.4111111111111111", "2024-01-15 10:30:45", "1700000000000",
            "+49 170 1234567", "[0.123456789012345678, 0.87654321]", "7", "00000000000000000",
        ]
    )
    func noCards(_ text: String) {
        #expect(PairRedactor([.card]).text(text) == text)
    }

    @Test(
        "Credentials are replaced",
        arguments: [
            ("Authorization: Bearer mF_9.B5f-4.1JqM", "Authorization: Bearer [token]"),
            ("bearer abcdefghij1234", "bearer [token]"), ("Authorization: Basic dXNlcjpwYXNzd29yZA==", nil),
            ("key sk-proj-abcdEFGH1234ijklMNOP", "key [token]"),
            ("ghp_0123456789abcdefABCDEF0123456789abcd", "[token]"),
            ("github_pat_11ABCDEFG0123456789_abcdefghijk", "[token]"), ("xoxb-1234567890-abcdefghij", "[token]"),
            ("AKIAIOSFODNN7EXAMPLE.", "[token]."), ("AIzaSyA1234567890abcdefghijklmnopqrstuvw", "[token]"),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-_123", "[token]"), ("api_key=abc123def", "api_key=[token]"),
            (#"{"password": "hunter2!"}"#, #"{"password": "[token]"}"#), (#"{"accessToken":123456789}"#, nil),
            (#"{"x":"{\"api-key\":\"abcd1234efgh\"}"}"#, #"{"x":"{\"api-key\":\"[token]\"}"}"#),
            ("https://user:p4ss@host/path", "https://[token]@host/path"),
            ("a -----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY----- b", "a [token] b"),
            ("sk_live_abcdefgh1234", "[token]"), ("client_secret: 'abcd-1234-efgh'", "client_secret: '[token]'"),
            (#"{"t":"\u0067hp_0123456789abcdefABCDEF"}"#, #"{"t":"[token]"}"#),
        ] as [(String, String?)]
    )
    func tokens(_ text: String, _ expected: String?) {
        let redacted = PairRedactor([.token]).text(text)
        if let expected { #expect(redacted == expected) } else { #expect(redacted.contains("[token]")) }
        #expect(PairRedactor([.token]).text(redacted) == redacted)
    }

    @Test(
        "Ordinary words stay",
        arguments: [
            "the bearer of good news", "password: please reset it", "token: 42", "sk-learn-is-a-fine-library",
            "max_tokens: 100",
            "https://example.com/a:b@c", "-----BEGIN -----", "a = b: c", "eyJust-a-long-hyphenated-word",
            "Basic knowledge: none",
            String(repeating: "eyJ", count: 20), "time 10:30:45", "=====::::", "-----BEGIN CERTIFICATE-----",
        ]
    )
    func noTokens(_ text: String) {
        #expect(PairRedactor([.token]).text(text) == text)
    }

    @Test(
        "A path's value goes from texts that are JSON",
        arguments: [
            (#"{"user":{"name":"Ann","age":3}}"#, #"{"user":{"name":"[redacted]","age":3}}"#),
            (#"{"user":{"n\u0061me":["Ann"]}} "#, #"{"user":{"n\u0061me":"[redacted]"}} "#),
            (#"{"items":[{"note":1},{"note":{"x":2}}]}"#, #"{"items":[{"note":"[redacted]"},{"note":"[redacted]"}]}"#),
            (#"{"a":{"b":[{"deep":null}]}}"#, #"{"a":{"b":[{"deep":"[redacted]"}]}}"#),
            ("{\"user\":{\"name\":1}}\n{\"user\":{\"name\":2}}", nil),
            (#"{"user":{"name":"cut"#, #"{"user":{"name":"[redacted]""#),
            (#"{"name":"Ann"}"#, #"{"name":"Ann"}"#), ("user.name Ann", "user.name Ann"), ("\"user\"", "\"user\""),
            (#"{"ok":1} then not JSON"#, #"{"ok":1} "[redacted]""#),
        ] as [(String, String?)]
    )
    func paths(_ text: String, _ expected: String?) {
        let redacted = PairRedactor([.path("$.user.name"), .path("$.items[*].note"), .path("$..deep")]).text(text)
        if let expected { #expect(redacted == expected) } else { #expect(redacted.contains("[redacted]")) }
    }

    @Test("Every match of a pattern is replaced, in escaped texts too")
    func patterns() {
        let redactor = PairRedactor([.pattern("[A-Z]{2}\\d{6}")])
        #expect(redactor.text("ids AB123456 and XY000001") == "ids [redacted] and [redacted]")
        #expect(redactor.text(#"{"id":"A\u0042123456"}"#) == #"{"id":"[redacted]"}"#)
        #expect(redactor.text("AB12345") == "AB12345")
    }

    @Test("A text in more layers of disguise than anybody writes goes as a whole")
    func layers() {
        #expect(PairRedactor([.email]).text("a%2525252525252525252525252540b.co") == "[redacted]")
    }

    @Test("Rules that were not asked for do nothing")
    func others() {
        let text = "john@example.com 4111111111111111 ghp_0123456789abcdefABCDEF"
        #expect(PairRedactor([]).text(text) == text)
        #expect(PairRedactor([.email]).text(text) == "[email] 4111111111111111 ghp_0123456789abcdefABCDEF")
    }

    @Test(
        "Texts of one byte over and over take no more than a moment",
        arguments: ["eyJ", "=", "a@", "sk-", "1 ", "\\", "://", ":\"", "{", "-----BEGIN "]
    )
    func hostile(_ unit: String) {
        let text = String(repeating: unit, count: 200_000 / unit.utf8.count)
        _ = PairRedactor(RedactionRule.standard + [.path("$.a"), .pattern("a+b")]).text(text)
    }
}
