import Testing
import Upstream

@Suite("HealthVerdict")
struct HealthVerdictTests {
    private func verdict(_ results: Bool...) -> Bool {
        var verdict = HealthVerdict()
        for result in results { verdict.record(succeeded: result) }
        return verdict.isHealthy
    }

    @Test("one failure may be chance, two in a row are not, one success is enough")
    func verdicts() {
        #expect(self.verdict())
        #expect(self.verdict(false))
        #expect(!self.verdict(false, false))
        #expect(self.verdict(false, true, false))
        #expect(!self.verdict(false, false, false))
        #expect(self.verdict(false, false, true))
        #expect(self.verdict(false, false, true, false))
    }
}
