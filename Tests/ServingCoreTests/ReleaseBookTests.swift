import ServingCore
import Testing

@Suite struct ReleaseBookTests {
    private let book = ReleaseBook(now: { 100 })
    private let blue = Release.Side(slot: .blue, version: 1, digest: "one")
    private let green = Release.Side(slot: .green, version: 2, digest: "two")

    private func sides(_ kind: Release.Kind = .candidate) -> ReleaseBook.Sides {
        .init(kind: kind, live: self.blue, candidate: self.green)
    }

    @Test func aSecondVersionBeginsARelease() throws {
        let change = self.book.update(["m": self.sides()])
        let release = try #require(change.begun.first)
        #expect(release.live == self.blue && release.candidate == self.green && release.ended == nil)
        #expect(self.book.running("m") == release)
    }

    @Test func nothingChangesWhileTheTwoVersionsStay() {
        let first = self.book.update(["m": self.sides()])
        let second = self.book.update(["m": self.sides()])
        #expect(second.begun.isEmpty && second.ended.isEmpty)
        #expect(second.running == first.running)
    }

    @Test func aCandidateThatBecomesLiveWasPromotedAndItsStandbyIsTriedInReverse() throws {
        _ = self.book.update(["m": self.sides()])
        let change = self.book.update(["m": .init(kind: .standby, live: self.green, candidate: self.blue)])
        #expect(change.ended.map(\.end) == [.promoted])
        #expect(change.ended.first?.ended == 100)
        let begun = try #require(change.begun.first)
        #expect(begun.kind == .standby && begun.id > (change.ended.first?.id ?? 0))
    }

    @Test func aStandbyThatBecomesLiveAgainWasRolledBackTo() {
        _ = self.book.update(["m": .init(kind: .standby, live: self.green, candidate: self.blue)])
        let change = self.book.update(["m": self.sides()])
        #expect(change.ended.map(\.end) == [.rolledBack])
    }

    @Test func aVersionThatLeavesAbandonsItsRelease() {
        _ = self.book.update(["m": self.sides()])
        let change = self.book.update([:])
        #expect(change.ended.map(\.end) == [.abandoned])
        #expect(self.book.running("m") == nil)
    }

    @Test func anotherVersionInTheSlotIsAnotherRelease() {
        _ = self.book.update(["m": self.sides()])
        let other = Release.Side(slot: .green, version: 3, digest: "three")
        let change = self.book.update(["m": .init(kind: .candidate, live: self.blue, candidate: other)])
        #expect(change.ended.map(\.end) == [.abandoned])
        #expect(change.begun.map(\.candidate) == [other])
    }

    @Test func modelsHaveReleasesOfTheirOwnWithIDsOfTheirOwn() {
        let change = self.book.update(["m": self.sides(), "n": self.sides()])
        #expect(Set(change.begun.map(\.id)).count == 2)
    }

    @Test func aReleaseGoesOnAfterARestart() {
        let first = self.book.update(["m": self.sides()])
        let restarted = ReleaseBook(now: { 200 })
        restarted.restore(Array(first.running.values))
        let change = restarted.update(["m": self.sides()])
        #expect(change.begun.isEmpty)
        #expect(change.running == first.running)
    }

    @Test func aReleaseWhoseVersionsChangedWhileTheGatewayWasDownIsAbandoned() {
        let first = self.book.update(["m": self.sides()])
        let restarted = ReleaseBook(now: { 50 })
        restarted.restore(Array(first.running.values))
        let other = Release.Side(slot: .green, version: 3, digest: "three")
        let change = restarted.update(["m": .init(kind: .candidate, live: self.blue, candidate: other)])
        #expect(change.ended.map(\.end) == [.abandoned])
        #expect((change.begun.first?.id ?? 0) > (first.begun.first?.id ?? 0))
    }

    @Test func aModelWhoseSlotsAreNotSettledKeepsItsReleaseAndBeginsNone() {
        let first = self.book.update(["m": self.sides()])
        let change = self.book.update(["n": self.sides(), "o": self.sides()], undecided: ["m", "n"])
        #expect(change.ended.isEmpty)
        #expect(change.begun.map(\.model) == ["o"])
        #expect(Set(change.running.keys) == ["o"])
        #expect(self.book.running("m") == first.running["m"])
        #expect(self.book.running("n") == nil)
        #expect(self.book.update([:], undecided: ["n"]).ended.map(\.model) == ["m", "o"])
    }
}
