import Foundation

/// What the admin API answered.
package struct AdminAnswer: Sendable {
    package let status: Int
    /// Names in lower case.
    package let headers: [String: String]
    package let body: [UInt8]

    /// The body as text that is safe to print.
    package var text: String { TerminalText.clean(String(decoding: self.body, as: UTF8.self), keepsLines: true) }

    package func decode<Value: Decodable>(_ type: Value.Type) throws(AdminClientError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(self.body))
        } catch {
            throw AdminClientError("the admin API's answer is not what this version of teal expects")
        }
    }

    /// Throws the error that the answer describes when its status says so.
    func checked() throws(AdminClientError) -> AdminAnswer {
        guard self.status >= 400 else { return self }
        guard let document = try? self.decode(ErrorDocument.self) else {
            throw AdminClientError("the admin API answered with status \(self.status)")
        }
        throw AdminClientError(document.error)
    }
}

/// Why a call had no effect or no answer: one printable line.
package struct AdminClientError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The server's code; nil when the server was not reached.
    package let code: String?
    package let currentRevision: Int64?
    package let description: String

    /// What was asked for may work in a moment: nothing was reached, or something is not ready yet.
    package var mayPass: Bool {
        self.code == nil || self.code == "not_ready" || self.code == "slot_busy" || self.code == "store_unavailable"
    }

    init(_ description: String) {
        self.code = nil
        self.currentRevision = nil
        self.description = description
    }

    init(_ error: ErrorDocument.Content) {
        self.code = error.code
        self.currentRevision = error.currentRevision
        var line = error.message
        if let details = error.details, !details.isEmpty { line += ": " + details.joined(separator: "; ") }
        if let currentRevision { line += " (now at revision \(currentRevision))" }
        self.description = TerminalText.clean(line, limit: 4000)
    }
}
