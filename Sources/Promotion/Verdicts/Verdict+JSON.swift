import Foundation
package import ServingCore

extension Verdict {
    /// JSON with sorted keys: equal verdicts are equal bytes.
    package func encoded() -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Cannot fail: numbers without a finite value are left out where a verdict is made.
        return Array((try? encoder.encode(self)) ?? Data())
    }

    /// Nil for anything that `encoded` cannot have given.
    package init?(decoding bytes: [UInt8]) {
        guard let verdict = try? JSONDecoder().decode(Verdict.self, from: Data(bytes)) else { return nil }
        self = verdict
    }
}
