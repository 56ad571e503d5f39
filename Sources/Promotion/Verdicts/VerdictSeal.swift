import Crypto
import Foundation
package import ServingCore

/// Signs verdicts with the gateway's own key, so that a row that was edited behind its back promotes nothing.
package struct VerdictSeal: Sendable {
    private let key: SymmetricKey

    /// - Parameter key: 32 bytes.
    package init(key: [UInt8]) { self.key = SymmetricKey(data: key) }

    package func sign(_ verdict: StoredVerdict) -> StoredVerdict {
        var signed = verdict
        signed.signature = Array(HMAC<SHA256>.authenticationCode(for: Self.content(verdict), using: self.key))
        return signed
    }

    package func isValid(_ verdict: StoredVerdict) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(
            verdict.signature,
            authenticating: Self.content(verdict),
            using: self.key
        )
    }

    /// Every field but the row's number, each with its length, so that no two verdicts have the same content.
    private static func content(_ verdict: StoredVerdict) -> Data {
        var content = Data()
        let fields = [
            verdict.model, String(verdict.release), verdict.decision.rawValue, verdict.candidate, verdict.live,
            verdict.policy, String(verdict.created), String(verdict.expires),
        ]
        for field in fields.map({ Array($0.utf8) }) + [verdict.body] {
            withUnsafeBytes(of: UInt64(field.count).littleEndian) { content.append(contentsOf: $0) }
            content.append(contentsOf: field)
        }
        return content
    }
}
