import Promotion
import ServingCore
import TestSupport
import Testing
import Trials

@Suite("Verdict book: what is stored when")
struct VerdictBookTests {
    @Test("the first verdict is stored, signed, with digests, policy and expiry")
    func first() async throws {
        let stage = BookStage()
        let given = try await stage.book().current("digits")
        let stored = try #require(given.stored)
        #expect(given.verdict.decision == .hold && stored.decision == .hold && stored.id == 1)
        #expect(stored.candidate == Release.sample().candidate.digest && stored.live == Release.sample().live.digest)
        #expect(stored.policy == BookStage.policy.digest)
        #expect(stored.created == BookStage.start && stored.expires == BookStage.start + 60 * BookStage.minute)
        #expect(stage.seal.isValid(stored) && Verdict(decoding: stored.body) == given.verdict)
    }

    @Test("the same decision is not stored again before half of its time is over, and then is")
    func halfLife() async throws {
        let stage = BookStage()
        let book = stage.book()
        let first = try await book.current("digits").stored
        stage.time += 30 * BookStage.minute - 1
        #expect(try await book.current("digits").stored == first)
        stage.time += 1
        #expect(try await book.current("digits").stored?.id == 2)
        #expect(try await stage.decisions() == [.hold, .hold])
    }

    @Test("a promotion is stored at once; that the gate holds again is not within ten seconds of the last")
    func change() async throws {
        let stage = BookStage()
        let book = stage.book()
        _ = try await book.current("digits")
        stage.decide(.promote)
        #expect(try await book.current("digits").stored?.decision == .promote)
        stage.decide(.hold)
        stage.time += 9_999_999
        let early = try await book.current("digits")
        #expect(early.verdict.decision == .hold && early.stored == nil)
        stage.time += 1
        #expect(try await book.current("digits").stored?.decision == .hold)
        #expect(try await stage.decisions() == [.hold, .promote, .hold])
    }

    @Test("a rejection is stored at once, and stands when the evidence looks better afterwards")
    func rejection() async throws {
        let stage = BookStage()
        let book = stage.book()
        _ = try await book.current("digits")
        stage.decide(.reject)
        #expect(try await book.current("digits").stored?.decision == .reject)
        stage.decide(.promote)
        let after = try await book.current("digits").verdict
        #expect(after.decision == .reject && after.reasons.first?.contains("(verdict 2)") == true)
    }

    @Test("a rejection does not stand for another version or another policy")
    func rejectionOfOthers() async throws {
        let stage = BookStage(BookStage.input(.reject))
        let book = stage.book()
        _ = try await book.current("digits")
        stage.decide(.promote, BookStage.policy.with { $0.budget += 1 })
        #expect(try await book.current("digits").verdict.decision == .promote)
        var other = BookStage.input(.promote)
        other.release.candidate.digest = "another"
        stage.input = other
        #expect(try await book.current("digits").verdict.decision == .promote)
    }

    @Test("another policy is news although the decision is the same")
    func otherPolicy() async throws {
        let stage = BookStage()
        let book = stage.book()
        _ = try await book.current("digits")
        stage.time += BookStage.minute
        stage.decide(.hold, BookStage.policy.with { $0.budget += 1 })
        #expect(try await book.current("digits").stored?.id == 2)
    }

    @Test("another release is news although the decision is the same")
    func otherRelease() async throws {
        let stage = BookStage()
        let book = stage.book()
        _ = try await book.current("digits")
        var next = BookStage.input(.hold)
        next.release.id += 1
        stage.input = next
        #expect(try await book.current("digits").stored?.id == 2)
    }

    @Test("after a restart the last stored verdict goes on")
    func restart() async throws {
        let stage = BookStage()
        let first = try await stage.book().current("digits").stored
        #expect(try await stage.book().current("digits").stored == first)
    }

    @Test("a row that somebody wrote into the table is not handed out")
    func forgedRow() async throws {
        let stage = BookStage(BookStage.input(.promote))
        var forged = StoredVerdict.sample(.promote)
        forged.policy = BookStage.policy.digest
        forged.created = BookStage.start
        forged.expires = .max
        _ = try await stage.store.save(forged)
        let given = try await stage.book().current("digits")
        #expect(given.stored?.id == 2 && given.stored.map { stage.seal.isValid($0) } == true)
    }

    @Test("a forged rejection blocks nobody")
    func forgedRejection() async throws {
        let stage = BookStage(BookStage.input(.promote))
        var forged = StoredVerdict.sample(.reject)
        forged.policy = BookStage.policy.digest
        _ = try await stage.store.save(forged)
        #expect(try await stage.book().current("digits").verdict.decision == .promote)
    }

    @Test("when the clock is set back by an hour the decision is stored anew")
    func clockSetBack() async throws {
        let stage = BookStage()
        let book = stage.book()
        _ = try await book.current("digits")
        stage.time -= 60 * BookStage.minute
        #expect(try await book.current("digits").stored?.id == 2)
    }

    @Test("without a trial there is no verdict, and the sentence says what to do")
    func noTrial() async {
        let stage = BookStage(nil)
        let error = await refusal { () throws(ControlError) in try await stage.book().current("digits") }
        #expect(error?.code == .notReady && error?.message.contains("load a candidate") == true)
    }

    @Test("a reverse trial gives no verdict: the standby is no candidate", arguments: Verdict.Decision.allCases)
    func reverseTrial(_ decision: Verdict.Decision) async throws {
        let stage = BookStage(BookStage.input(decision, kind: .standby))
        let book = stage.book()
        let asked = await refusal { () throws(ControlError) in try await book.current("digits") }
        #expect(asked?.code == .notReady && asked?.message.contains("`teal rollback digits`") == true)
        let promoted = await refusal { () throws(ControlError) in try await book.admit(BookStage.asked()) }
        #expect(promoted?.code == .notReady)
        #expect(try await stage.decisions().isEmpty)
    }

    @Test(
        "when the database cannot be used that is said, and nothing is given",
        arguments: [
            InMemoryControlStore.Operation.saveVerdict, .verdicts,
        ]
    )
    func storeFails(_ operation: InMemoryControlStore.Operation) async throws {
        let stage = BookStage(BookStage.input(.promote))
        stage.store.fail([operation], with: .unavailable("the disk is full"))
        let book = stage.book()
        let asked = await refusal { () throws(ControlError) in try await book.current("digits") }
        let promoted = await refusal { () throws(ControlError) in try await book.admit(BookStage.asked()) }
        for error in [asked, promoted] {
            #expect(error?.code == .storeUnavailable && error?.message.contains("the disk is full") == true)
        }
        stage.store.fail([operation], with: nil)
        #expect(try await book.admit(BookStage.asked()) == 1)
    }

    @Test("verdicts are listed newest first, and an unknown one is not found")
    func list() async throws {
        let stage = BookStage()
        let book = stage.book()
        _ = try await book.current("digits")
        stage.decide(.reject)
        _ = try await book.current("digits")
        #expect(try await book.list(model: "digits", limit: 10).map(\.id) == [2, 1])
        #expect(try await book.list(model: "other", limit: 10).isEmpty)
        #expect(try await book.stored(2).decision == .reject)
        let unknown = await refusal { () throws(ControlError) in try await book.stored(9) }
        #expect(unknown == ControlError(.notFound, "there is no verdict 9"))
    }
}
