import ServingCore
import Storage
import Testing

@Suite("A capture store without a database")
struct UnavailableCaptureStoreTests {
    let store = UnavailableCaptureStore("captures.db was written by a newer version of Teal")

    @Test("what it is given is dropped and counted")
    func counts() async {
        for id: Int64 in 1...3 { #expect(!self.store.append(.sample(id))) }
        self.store.save(.sample(1))
        await self.store.flush()
        await self.store.close()
        let figures = self.store.figures()
        #expect(figures.appended == 3 && figures.dropped == ["unavailable": 3] && figures.isConserved)
        #expect(figures.problem == "captures.db was written by a newer version of Teal")
    }

    @Test("who reads is told why there is nothing")
    func reads() async {
        let expected = StoreError.unavailable("captures.db was written by a newer version of Teal")
        let query = PairQuery(model: "digits")
        await #expect(throws: expected) { _ = try await self.store.releases(model: nil, limit: 1) }
        await #expect(throws: expected) { _ = try await self.store.evidence(of: 1) }
        await #expect(throws: expected) { _ = try await self.store.pairs(query) }
        await #expect(throws: expected) { _ = try await self.store.pair(1) }
        await #expect(throws: expected) { _ = try await self.store.pairs(model: "m", release: 1, after: 0, limit: 1) }
        await #expect(throws: expected) { _ = try await self.store.bodies(query, bytes: 1) }
    }
}
