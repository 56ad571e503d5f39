import ServingCore
import Testing

@Suite("Changes of a split") struct SplitChangeTests {
    @Test(
        "a key is the request's id, a header or a parameter",
        arguments: [
            ("id", SplitKey.requestID), ("header:X-User", .header("x-user")),
            ("parameter:Tenant", .parameter("Tenant")),
            ("parameter:a:b", .parameter("a:b")), ("parameter:名", .parameter("名")),
            ("header:" + String(repeating: "a", count: 64), .header(String(repeating: "a", count: 64))),
        ]
    )
    func key(text: String, key: SplitKey) {
        #expect(SplitKey(text) == key)
        #expect(SplitKey(key.text) == key)
    }

    @Test(
        "what is no key is refused",
        arguments: [
            "", "ID", "id:", "header", "header:", "header:x_user", "header:x user", "header:x:y", "header:ü",
            "Header:x",
            "parameter:", ":x", " id", "cookie:x", "header:" + String(repeating: "a", count: 65),
        ]
    )
    func noKey(text: String) {
        #expect(SplitKey(text) == nil)
    }

    @Test(
        "what cannot be applied is said in words",
        arguments: [
            (SplitChange(share: -0.01), "`split` must be a share"),
            (SplitChange(share: 1.01), "`split` must be a share"),
            (SplitChange(share: .nan), "`split` must be a share"),
            (SplitChange(seed: -1), "`splitSeed` must be between"),
            (SplitChange(seed: 1 << 53), "`splitSeed` must be between"),
            (SplitChange(ramp: []), "`ramp` must be 1 to 32"),
            (SplitChange(ramp: [0.5, 0.25]), "ascending"), (SplitChange(ramp: [0.5, 0.5]), "ascending"),
            (SplitChange(ramp: [0, 0.5]), "above 0"), (SplitChange(ramp: [0.5, 1.5]), "at most 1"),
            (SplitChange(ramp: [.nan]), "above 0"), (SplitChange(ramp: (1...33).map { Double($0) / 33 }), "1 to 32"),
            (SplitChange(share: 0, ramp: [0.5]), "`split` of 0 ends"),
            (SplitChange(share: 0.5, ramp: [0.5]), "no step above"),
            (SplitChange(share: 0.5, stepTime: 1_000_000), "give `ramp` too"),
            (SplitChange(ramp: [1], stepTime: 0), "`stepSeconds` must be between 1 and 2592000"),
            (SplitChange(ramp: [1], stepTime: .max), "`stepSeconds` must be between"),
        ]
    )
    func problems(change: SplitChange, words: String) {
        #expect(change.problem?.contains(words) == true, "\(change.problem ?? "no problem")")
        #expect(TrafficChange(split: change).problem == change.problem)
    }

    @Test("an empty change is none")
    func empty() {
        #expect(TrafficChange(split: SplitChange()) == TrafficChange())
        #expect(TrafficChange().problem?.contains("`split`") == true)
        #expect(TrafficChange(split: SplitChange(key: .requestID)).problem == nil)
    }

    private static let before = SplitSettings(
        share: 0.05,
        key: .header("x-user"),
        seed: 7,
        ramp: [0.25, 1],
        stepTime: 60_000_000,
        stepBegan: 10
    )

    @Test("a share given by itself ends the ramp; what is not given stays")
    func share() {
        var expected = Self.before
        expected.share = 0.1
        expected.ramp = []
        expected.stepBegan = 20
        #expect(SplitChange(share: 0.1).applied(to: Self.before, at: 20) == expected)
    }

    @Test("a ramp begins at its first step, or above the share given with it")
    func ramp() {
        let begun = SplitChange(ramp: [0.01, 0.05, 1], stepTime: 5_000_000).applied(to: Self.before, at: 20)
        #expect(begun.share == 0.01 && begun.ramp == [0.05, 1] && begun.stepTime == 5_000_000 && begun.stepBegan == 20)
        let later = SplitChange(share: 0.05, ramp: [0.01, 0.05, 0.5, 1]).applied(to: SplitSettings(), at: 20)
        #expect(later.share == 0.05 && later.ramp == [0.5, 1])
    }

    @Test("another key or seed leaves share and ramp, and the step begins anew")
    func key() {
        let after = SplitChange(key: .parameter("tenant"), seed: 8).applied(to: Self.before, at: 20)
        #expect(after.key == .parameter("tenant") && after.seed == 8 && after.share == 0.05)
        #expect(after.ramp == [0.25, 1] && after.stepBegan == 20)
    }

    @Test("a step of a ramp leaves those above it; none at all ends it, and key and seed stay")
    func moved() {
        let next = Self.before.moved(to: 0.25, at: 20)
        #expect(next.share == 0.25 && next.ramp == [1] && next.stepBegan == 20)
        let ended = next.moved(to: 0, at: 30)
        #expect(ended.share == 0 && ended.ramp.isEmpty && ended.key == .header("x-user") && ended.seed == 7)
    }
}
