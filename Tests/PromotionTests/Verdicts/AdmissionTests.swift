import Promotion
import ServingCore
import TestSupport
import Testing
import Trials

@Suite("Verdict book: what a promotion may rest on")
struct AdmissionTests {
    /// A stage with a stored `promote` verdict, number 1.
    private func promising() async throws -> (BookStage, VerdictBook) {
        let stage = BookStage(BookStage.input(.promote))
        let book = stage.book()
        #expect(try await book.current("digits").stored?.id == 1)
        return (stage, book)
    }

    private func refused(_ book: VerdictBook, _ asked: AskedPromotion = BookStage.asked(1)) async -> ControlError? {
        await refusal { () throws(ControlError) in try await book.admit(asked) }
    }

    @Test("a promotion rests on the verdict that is named, even when the gate would hold now")
    func named() async throws {
        let (stage, book) = try await self.promising()
        stage.decide(.hold)
        #expect(try await book.admit(BookStage.asked(1)) == 1)
    }

    @Test("a promotion without a name rests on what the gate says now, stored")
    func now() async throws {
        let (stage, book) = try await self.promising()
        #expect(try await book.admit(BookStage.asked()) == 1)
        stage.time += 31 * BookStage.minute
        #expect(try await book.admit(BookStage.asked()) == 2)
        #expect(try await book.stored(2).decision == .promote)
    }

    @Test("a promotion that is asked for at once after another decision still has its verdict stored")
    func atOnce() async throws {
        let stage = BookStage()
        let book = stage.book()
        _ = try await book.current("digits")
        stage.decide(.promote)
        #expect(try await book.admit(BookStage.asked()) == 2)
    }

    @Test("hold is refused with its reasons")
    func hold() async {
        let stage = BookStage()
        let error = await self.refused(stage.book(), BookStage.asked())
        #expect(error?.code == .gateHold && error?.message.contains("`teal gate digits --wait 30m`") == true)
        #expect(error?.details.count == 1 && error?.details.first?.hasPrefix("C2 errors: ") == true)
    }

    @Test("reject is refused with its reasons")
    func reject() async {
        let stage = BookStage(BookStage.input(.reject))
        let error = await self.refused(stage.book(), BookStage.asked())
        #expect(error?.code == .gateReject && error?.details.first?.hasPrefix("C2 errors: ") == true)
    }

    @Test("a candidate other than the one on trial has no verdict")
    func otherCandidate() async throws {
        let (_, book) = try await self.promising()
        for change in [\AskedPromotion.candidate.digest, \.live.digest] {
            var asked = BookStage.asked()
            asked[keyPath: change] = "another"
            #expect(await self.refused(book, asked)?.code == .notReady)
        }
    }

    @Test("a verdict counts until it expires")
    func expired() async throws {
        let (stage, book) = try await self.promising()
        stage.time += 60 * BookStage.minute - 1
        #expect(try await book.admit(BookStage.asked(1)) == 1)
        stage.time += 5 * BookStage.minute
        let error = await self.refused(book)
        #expect(error?.code == .verdictInvalid)
        #expect(error?.message == "verdict 1 has expired 5 min ago; ask the gate again")
    }

    @Test("a verdict that was given in the future does not count: the clock was set back an hour")
    func clockSetBack() async throws {
        let (stage, book) = try await self.promising()
        stage.time -= 59_000_000
        #expect(try await book.admit(BookStage.asked(1)) == 1)
        stage.time -= 60 * BookStage.minute
        let error = await self.refused(book)
        #expect(error?.code == .verdictInvalid && error?.message.contains("the clock was set back") == true)
    }

    @Test("a verdict counts for exactly its two versions, its policy and its model")
    func others() async throws {
        let (_, book) = try await self.promising()
        let changes: [(String, (inout AskedPromotion) -> Void)] = [
            ("is about another version than the one in slot green", { $0.candidate.digest = "another" }),
            ("was given against another live version", { $0.live.digest = "another" }),
            ("was given under another policy", { $0.policy.alpha = 0.01 }),
            ("is about model 'digits'", { $0.model = "other" }),
        ]
        for (part, change) in changes {
            var asked = BookStage.asked(1)
            change(&asked)
            let error = await self.refused(book, asked)
            #expect(error?.code == .verdictInvalid && error?.message.contains(part) == true, "\(part)")
        }
    }

    @Test("a verdict that says hold or reject promotes nobody", arguments: [Verdict.Decision.hold, .reject])
    func otherDecision(_ decision: Verdict.Decision) async throws {
        let stage = BookStage(BookStage.input(decision))
        let book = stage.book()
        _ = try await book.current("digits")
        let error = await self.refused(book)
        #expect(error?.code == .verdictInvalid)
        #expect(error?.message == "verdict 1 says \(decision.rawValue), not promote")
    }

    @Test("a row that was changed behind the gateway's back promotes nobody, whatever was changed")
    func changed() async throws {
        let (stage, book) = try await self.promising()
        let genuine = try await book.stored(1)
        let changes: [(inout StoredVerdict) -> Void] = [
            { $0.expires += 1 }, { $0.created += 1 }, { $0.body += [32] }, { $0.policy = "p" }, { $0.live = "l" },
            { $0.candidate = "c" }, { $0.release += 1 }, { $0.signature[0] ^= 1 }, { $0.signature = [] },
            { ($0.live, $0.candidate) = ($0.live + "x", String($0.candidate.dropFirst())) },
        ]
        for change in changes {
            var forged = genuine
            change(&forged)
            forged.id = try await stage.store.save(forged)
            #expect(!book.isSigned(forged))
            let error = await self.refused(book, BookStage.asked(forged.id))
            #expect(error?.code == .verdictInvalid && error?.message.contains("signature") == true)
        }
        #expect(book.isSigned(genuine))
    }

    @Test("a verdict of a gateway with another key promotes nobody")
    func otherKey() async throws {
        let (stage, _) = try await self.promising()
        let other = BookStage(BookStage.input(.promote), store: stage.store, key: 8)
        #expect(await self.refused(other.book())?.message.contains("signature") == true)
    }

    @Test("a rejection that came after the verdict counts more")
    func laterRejection() async throws {
        let (stage, book) = try await self.promising()
        stage.decide(.reject)
        #expect(try await book.current("digits").stored?.id == 2)
        let error = await self.refused(book)
        #expect(error?.code == .gateReject)
        #expect(error?.message == "verdict 2 has rejected this version since verdict 1 was given")
    }

    @Test("an unknown verdict is not found")
    func unknown() async {
        #expect(await self.refused(BookStage().book(), BookStage.asked(99))?.code == .notFound)
    }

    @Test("the opinion for the audit row is one line: promote, or what stands against it with its reasons")
    func opinion() async {
        #expect(
            await BookStage(BookStage.input(.promote)).book().opinion(on: BookStage.asked()) == "the gate says promote"
        )
        let reject = await BookStage(BookStage.input(.reject)).book().opinion(on: BookStage.asked())
        #expect(reject.hasPrefix("the gate says reject") && reject.contains("; C2 errors: ") && !reject.contains("\n"))
        let none = await BookStage(nil).book().opinion(on: BookStage.asked())
        #expect(none.hasPrefix("no trial of model 'digits' runs"))
    }
}
