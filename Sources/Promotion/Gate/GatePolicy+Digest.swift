import Crypto
import Foundation
package import ServingCore

extension GatePolicy {
    /// Lower-case hex SHA-256 of the policy as JSON with sorted keys: equal policies have equal digests in every process.
    package var digest: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        // Cannot fail: a policy is names and finite numbers.
        let bytes = (try? encoder.encode(self)) ?? Data()
        return SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
    }

    /// How many tests may reject: they share the policy's alpha.
    package var blockingTests: Int {
        let tests: [GateCheck] = [
            .validity, .errors, .divergence, .flips, .tail, .quality, .latencyMedian, .latencyTail, .cost, .segments,
            .cloudShift,
        ]
        return tests.filter { self.rule($0).enforcement == .block }.count
    }
}
