import Hummingbird

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
        DashboardPage.serves(path) || AdminRoute.allCases.contains { $0.isOpen && $0.matches(path: path) }
    }

    private func isJSON(_ contentType: String?) -> Bool {
        guard let type = contentType?.split(separator: ";", omittingEmptySubsequences: false).first else {
            return false
        }
        return type.lowercased().filter { $0 != " " && $0 != "\t" } == "application/json"
    }
}
