import Hummingbird
import Logging

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
        for (name, value) in Self.headers where response.headers.value(name) == nil {
            response.headers.set(name, value)
        }
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
