import Hummingbird
import NIOCore
import ServingCore

/// An answer that is an error: status, stable code, sentence. The one place where errors become statuses.
struct AdminFailure: Error {
    var status: HTTPResponse.Status
    var document: ErrorDocument
    var headers: [(String, String)] = []

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String) {
        self.status = status
        self.document = ErrorDocument(code: code, message: message)
    }

    /// Classifies anything that a handler can throw. An unknown error says nothing about itself to the client.
    init(_ error: any Error) {
        switch error {
        case let failure as AdminFailure: self = failure
        case let error as ControlError: self.init(error)
        case let error as StoreError: self.init(error)
        case let error as SearchUnavailable:
            self.init(.serviceUnavailable, ControlError.Code.notReady.rawValue, error.sentence)
        case is NIOTooManyBytesError:
            self.init(.contentTooLarge, "too_large", "the body is larger than \(RequestBodyLimits.bytes) bytes")
        case let error as HTTPError where error.status.code < 500:
            self.init(error.status, "invalid_request", error.body ?? error.status.reasonPhrase)
        default: self.init(.internalServerError, "internal", "the gateway made a mistake; its log has the details")
        }
    }

    private init(_ error: ControlError) {
        self.init(Self.status(of: error.code), error.code.rawValue, error.message)
        self.document.error.currentRevision = error.currentRevision
        self.document.error.details = error.details.isEmpty ? nil : error.details
        if self.status == .serviceUnavailable { self.headers.append(("Retry-After", "1")) }
    }

    private init(_ error: StoreError) {
        switch error {
        case .unavailable(let sentence): self.init(ControlError(.storeUnavailable, sentence))
        case .staleRevision(let current):
            self.init(ControlError(.staleRevision, "the model has moved on", currentRevision: current))
        }
    }

    static func status(of code: ControlError.Code) -> HTTPResponse.Status {
        switch code {
        case .invalidRequest: .badRequest
        case .notFound: .notFound
        case .staleRevision, .slotBusy, .notReady, .contractBroken, .idempotencyKeyReused, .gateHold, .gateReject,
            .verdictInvalid, .conflict:
            .conflict
        case .loadFailed: .unprocessableContent
        case .storeUnavailable, .shuttingDown: .serviceUnavailable
        case .insufficientMemory: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
        }
    }

    var response: Response {
        var response = Response.json(self.document, status: self.status)
        for (name, value) in self.headers { response.headers.set(name, value) }
        return response
    }
}
