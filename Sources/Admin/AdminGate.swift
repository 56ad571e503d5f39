import Hummingbird
import Logging
import ServingCore

struct AdminContext: RequestContext {
    var coreContext: CoreRequestContextStorage

    init(source: Source) { self.coreContext = .init(source: source) }
}

/// Outermost: turns every error into its JSON form and puts the security headers on every answer.
struct AnswerMiddleware: RouterMiddleware {
    func handle(
        _ request: Request,
        context: AdminContext,
        next: @concurrent (Request, AdminContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            let failure = self.classify(error, request)
            if failure.status == .internalServerError {
                context.logger.error("admin request failed", metadata: ["error": "\(error)"])
            }
            response = failure.response
        }
        for (name, value) in Self.headers { response.headers.set(name, value) }
        return response
    }

    private func classify(_ error: any Error, _ request: Request) -> AdminFailure {
        guard let error = error as? HTTPError, error.status == .notFound else { return AdminFailure(error) }
        guard let allowed = AdminRoute.allowedMethods(path: request.uri.path) else {
            return AdminFailure(.notFound, "not_found", "no such route; /openapi.json lists all")
        }
        var failure = AdminFailure(.methodNotAllowed, "method_not_allowed", "this route takes \(allowed)")
        failure.headers.append(("Allow", allowed))
        return failure
    }

    private static let headers = [
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
    ]
}

/// Decides from the head alone whether a request may go on: same origin, token, content type.
struct AdminGate: RouterMiddleware {
    let sameOrigin: SameOrigin
    let token: BearerToken?

    func handle(
        _ request: Request,
        context: AdminContext,
        next: @concurrent (Request, AdminContext) async throws -> Response
    ) async throws -> Response {
        let changesState = request.method != .get && request.method != .head
        let refusal = self.sameOrigin.refusal(
            changesState: changesState,
            authority: request.head.authority,
            origin: request.headers.value("Origin"),
            fetchSite: request.headers.value("Sec-Fetch-Site")
        )
        if let refusal { throw AdminFailure(.forbidden, "forbidden", refusal) }
        if let token, !self.isOpen(request.uri.path), !token.accepts(request.headers.value("Authorization")) {
            var failure = AdminFailure(.unauthorized, "unauthorized", "a valid bearer token is required")
            failure.headers.append(("WWW-Authenticate", "Bearer realm=\"teal\""))
            throw failure
        }
        if request.method == .post, !self.isJSON(request.headers.value("Content-Type")) {
            throw AdminFailure(
                .unsupportedMediaType,
                "unsupported_media_type",
                "Content-Type must be application/json"
            )
        }
        return try await next(request, context)
    }

    private func isOpen(_ path: String) -> Bool {
        AdminRoute.allCases.contains { $0.isOpen && $0.matches(path: path) }
    }

    private func isJSON(_ contentType: String?) -> Bool {
        guard let type = contentType?.split(separator: ";", omittingEmptySubsequences: false).first else {
            return false
        }
        return type.lowercased().filter { $0 != " " && $0 != "\t" } == "application/json"
    }
}
