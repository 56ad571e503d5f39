import Promotion
import ServingCore
import Testing

@Suite("Digest of a policy")
struct GatePolicyTests {
    private static let changes: [(String, @Sendable (inout GatePolicy) -> Void)] = [
        ("mode", { $0.mode = .equivalence }), ("alpha", { $0.alpha = 0.01 }),
        ("tailThreshold", { $0.tailThreshold = 0.4 }), ("medianSlack", { $0.medianSlack += 1 }),
        ("tailSlack", { $0.tailSlack += 1 }), ("latencyBaseline", { $0.latencyBaseline = .live }),
        ("minimumTime", { $0.minimumTime += 1 }), ("budget", { $0.budget += 1 }),
        ("acceptsUnlabelled", { $0.acceptsUnlabelled = true }), ("labelOutput", { $0.labelOutput = "label" }),
        ("lifetime", { $0.lifetime += 1 }), ("watch", { $0.watch += 1 }), ("rollsBackOn", { $0.rollsBackOn = [] }),
        ("soak", { $0.soak += 1 }),
    ]

    @Test("equal policies have equal digests, 64 lower-case hex digits, whatever order their rules were set in")
    func stable() {
        var filled = GatePolicy()
        filled.rules = [:]
        for check in GateCheck.allCases.reversed() { filled.rules[check] = GatePolicy().rule(check) }
        #expect(filled.digest == GatePolicy().digest)
        #expect(GatePolicy().digest.count == 64)
        #expect(GatePolicy().digest.allSatisfy { "0123456789abcdef".contains($0) })
    }

    @Test("every field changes the digest, each to another one")
    func fields() {
        var digests: Set<String> = [GatePolicy().digest]
        for (name, change) in Self.changes {
            #expect(digests.insert(GatePolicy().with(change).digest).inserted, "\(name)")
        }
        #expect(Mirror(reflecting: GatePolicy()).children.count == Self.changes.count + 1)
    }

    @Test("every key of every rule changes the digest", arguments: GateCheck.allCases)
    func rules(_ check: GateCheck) {
        let changes: [(inout GatePolicy) -> Void] = [
            { $0.rules[check]?.margin += 0.001 }, { $0.rules[check]?.minimum += 1 },
            { $0.rules[check]?.enforcement = .off },
        ]
        let digests = changes.map { GatePolicy().with($0).digest } + [GatePolicy().digest]
        #expect(Set(digests).count == 4)
    }

    @Test("the tests that may reject share alpha: those that block, and nobody else")
    func blockingTests() {
        #expect(GatePolicy(mode: .noninferiority).blockingTests == 6)
        #expect(GatePolicy(mode: .equivalence).blockingTests == 9)
        #expect(GatePolicy(mode: .equivalence).with(.errors, .inform).with(.tail, .off).blockingTests == 7)
        #expect(GatePolicy(mode: .equivalence).with(.coverage, .off).blockingTests == 9)
    }
}
