import Comparison
import Testing

@Suite struct PairComparisonTests {
    @Test func aComparisonStartsWithoutDifferences() {
        #expect(OutputComparison(name: "y", divergence: 0, diverged: false).fields.isEmpty)
    }
}
