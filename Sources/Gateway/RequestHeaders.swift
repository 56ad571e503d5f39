package import NIOHTTP1
package import ServingCore

/// The header fields the gateway acts on, gathered in one pass.
package struct RequestHeaders {
    package private(set) var expectsContinue = false
    package private(set) var asksForUpgrade = false
    package private(set) var contentLength: Int?
    package private(set) var inferenceHeaderLength: String?
    package private(set) var slot: Slot?
    /// Why the request cannot be taken, whatever its body holds.
    package private(set) var refusal: Refusal?

    package struct Refusal {
        package var status: HTTPStatus
        package var message: String
    }

    /// `requiresHost` is false for HTTP/1.0.
    package init(_ headers: HTTPHeaders, requiresHost: Bool) {
        var hosts = 0
        for (name, value) in headers {
            // Most fields are not ours: the length of the name tells in one comparison.
            switch name.utf8.count {
            case 4 where name.isSame(as: "host"): hosts += 1
            case 6 where name.isSame(as: "expect"):
                if value.isSame(as: "100-continue") {
                    self.expectsContinue = true
                } else {
                    self.refuse(.expectationFailed, "only 'Expect: 100-continue' is known")
                }
            case 7 where name.isSame(as: "upgrade"): self.asksForUpgrade = true
            case 9 where name.isSame(as: "teal-slot"):
                guard let slot = Slot(rawValue: value.lowercased()) else {
                    self.refuse(.badRequest, "the header teal-slot must be blue or green")
                    continue
                }
                if let other = self.slot, other != slot {
                    self.refuse(.badRequest, "the header teal-slot names two slots")
                }
                self.slot = slot
            case 14 where name.isSame(as: "content-length"): self.contentLength = Int(value)
            case 16 where name.isSame(as: "content-encoding"):
                if !value.isSame(as: "identity") {
                    self.refuse(
                        .unsupportedMediaType,
                        "compressed request bodies are not accepted; send the body as it is"
                    )
                }
            case 31 where name.isSame(as: "inference-header-content-length"):
                if self.inferenceHeaderLength != nil {
                    self.refuse(.badRequest, "Inference-Header-Content-Length is given twice")
                }
                self.inferenceHeaderLength = value
            default: break
            }
            // Underscores: some servers read a_b as a-b, so a check passed here could be undone behind us.
            if name.utf8.contains(UInt8(ascii: "_")) {
                self.refuse(.badRequest, "header names must not hold '_'")
            }
        }
        if hosts > 1 || (hosts == 0 && requiresHost) {
            self.refuse(.badRequest, "the request must have exactly one Host header")
        }
    }

    private mutating func refuse(_ status: HTTPStatus, _ message: String) {
        if self.refusal == nil { self.refusal = Refusal(status: status, message: message) }
    }
}

extension String {
    /// ASCII case-insensitive; `other` is lower-case.
    func isSame(as other: StaticString) -> Bool {
        var own = self
        return own.withUTF8 { bytes in
            guard bytes.count == other.utf8CodeUnitCount else { return false }
            for index in bytes.indices {
                let byte = bytes[index]
                let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
                if lower != other.utf8Start[index] { return false }
            }
            return true
        }
    }
}
