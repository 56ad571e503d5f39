/// A remote server behind a slot, as `backend.yaml` declares it: one version of a model that runs somewhere else.
/// Every value is checked where it is made, so what is built of it cannot be misled by a request.
package struct BackendConfiguration: Sendable, Equatable {
    package var kind: BackendKind
    /// openai: the server makes embeddings of texts, where others complete them.
    package var embeds = false
    /// The model's name at the backend; nil: ours.
    package var model: String?
    /// The model's version at the backend; nil: none is asked for.
    package var version: String?
    /// At least one; they answer alike.
    package var endpoints: [BackendEndpoint]
    /// Sent with each request.
    package var headers: [BackendHeader] = []
    package var tls = TLS()
    package var timeouts = Timeouts()
    package var pool = Pool()
    /// Nil: endpoints are believed to be healthy until requests fail.
    package var health: Health?
    package var breaker = Breaker()
    /// A request may be sent again to another endpoint when nothing of an answer has come.
    package var isIdempotent = false
    /// What the server takes and gives, for servers that do not say; nil: they are asked.
    package var signature: ModelSignature?
    /// Bounds of the mirrored leg of a release; nil where nothing is bounded.
    package var budget = Budget()
    /// A longer answer is a failure.
    package var answerBytes = 64 << 20

    package init(kind: BackendKind, endpoints: [BackendEndpoint]) {
        self.kind = kind
        self.endpoints = endpoints
    }
}

/// A header that is sent with each request of a backend.
package struct BackendHeader: Sendable, Equatable {
    /// In lower case.
    package let name: String
    package let value: BackendSecret

    /// Nil when `name` or `value` cannot stand in a header, or when it is one that the gateway writes itself.
    package init?(name: String, value: String) {
        let name = name.lowercased()
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isName), !Self.ours.contains(name),
            value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
        else { return nil }
        self.name = name
        self.value = BackendSecret(value)
    }

    package static let rule =
        "a header needs a name of letters, digits and '-' and a value without control characters, "
        + "and must not be one that frames the request"

    /// They say where a request ends, how its connection goes on and what the gateway itself has to say.
    private static let ours: Set = [
        "connection", "content-length", "content-type", "expect", "host", "inference-header-content-length",
        "keep-alive", "te", "teal-shadow", "teal-timing", "trailer", "transfer-encoding", "upgrade",
    ]

    private static func isName(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
    }
}

/// A text that is sent to a backend and shown to nobody: it never appears in a log, an error or a dump.
package struct BackendSecret: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    package let revealed: String

    package init(_ revealed: String) {
        self.revealed = revealed
    }

    package var description: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
