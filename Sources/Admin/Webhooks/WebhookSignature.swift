import Crypto
import Foundation

/// `t=SECONDS,v1=HEX`: HMAC-SHA256 over the time, a dot and the body, so that a receiver can refuse what is old or changed.
package enum WebhookSignature {
    /// - Parameter time: microseconds since 1970.
    package static func header(_ body: [UInt8], at time: Int64, secret: String) -> String {
        let seconds = time / 1_000_000
        let content = Data("\(seconds).".utf8) + Data(body)
        let code = HMAC<SHA256>.authenticationCode(for: content, using: SymmetricKey(data: Data(secret.utf8)))
        return "t=\(seconds),v1=" + code.map { String(format: "%02x", $0) }.joined()
    }
}
