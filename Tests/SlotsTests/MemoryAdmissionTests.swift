import Slots
import Testing

@Suite struct MemoryAdmissionTests {
    @Test("A model that fits exactly is admitted, one byte less of room refuses it with the numbers")
    func limit() throws {
        let needed = MemoryAdmission.estimate(modelBytes: 100 << 20)
        #expect(MemoryAdmission { needed }.refusal(modelBytes: 100 << 20) == nil)
        let refusal = try #require(MemoryAdmission { needed - 1 }.refusal(modelBytes: 100 << 20))
        #expect(refusal.contains("332 MiB"))
        #expect(refusal.contains("100 MiB"))
        #expect(refusal.contains("331 MiB are available"))
    }

    @Test("When nobody knows what is free, the load is admitted")
    func unknown() {
        #expect(MemoryAdmission { nil }.refusal(modelBytes: 1 << 50) == nil)
    }

    @Test("A size beyond all reason is refused, not a trap")
    func huge() {
        #expect(MemoryAdmission { 1 << 40 }.refusal(modelBytes: .max) != nil)
    }

    @Test("The machine's own figure can be read and is plausible")
    func system() throws {
        let available = try #require(MemoryAdmission.systemAvailable())
        #expect(available > 1 << 20)
    }
}
