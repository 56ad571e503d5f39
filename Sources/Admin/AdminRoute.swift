import HTTPTypes

/// Every route of the admin API, once: the router, the 405 answers and the check of `openapi.json` read this list.
enum AdminRoute: CaseIterable {
    case models
    case model
    case load
    case unload
    case promote
    case rollback
    case traffic
    case releases
    case trial
    case comparators
    case pairs
    case pair
    case requests
    case search
    case slices
    case map
    case vectors
    case gate
    case gateHook
    case verdicts
    case verdict
    case report
    case feedback
    case audit
    case events
    case info
    case metrics
    case live
    case ready
    case openAPI

    /// As written in the OpenAPI file and understood by the router.
    var path: String {
        switch self {
        case .models: "/admin/v1/models"
        case .model: "/admin/v1/models/{model}"
        case .load: "/admin/v1/models/{model}/slots/{slot}/load"
        case .unload: "/admin/v1/models/{model}/slots/{slot}/unload"
        case .promote: "/admin/v1/models/{model}/promote"
        case .rollback: "/admin/v1/models/{model}/rollback"
        case .traffic: "/admin/v1/models/{model}/traffic"
        case .releases: "/admin/v1/models/{model}/releases"
        case .trial: "/admin/v1/models/{model}/trial"
        case .comparators: "/admin/v1/models/{model}/comparators"
        case .pairs: "/admin/v1/models/{model}/pairs"
        case .pair: "/admin/v1/models/{model}/pairs/{id}"
        case .requests: "/admin/v1/models/{model}/requests"
        case .search: "/admin/v1/models/{model}/search"
        case .slices: "/admin/v1/models/{model}/slices"
        case .map: "/admin/v1/models/{model}/map"
        case .vectors: "/admin/v1/models/{model}/vectors"
        case .gate, .gateHook: "/gate/{model}"
        case .verdicts: "/admin/v1/models/{model}/verdicts"
        case .verdict: "/admin/v1/verdicts/{id}"
        case .report: "/admin/v1/models/{model}/report"
        case .feedback: "/admin/v1/models/{model}/feedback"
        case .audit: "/admin/v1/audit"
        case .events: "/admin/v1/events"
        case .info: "/admin/v1/info"
        case .metrics: "/metrics"
        case .live: "/livez"
        case .ready: "/readyz"
        case .openAPI: "/openapi.json"
        }
    }

    var method: HTTPRequest.Method {
        switch self {
        case .load, .unload, .promote, .rollback, .traffic, .search, .gateHook, .feedback: .post
        default: .get
        }
    }

    /// The probes are open: an orchestrator has no token, and they tell nothing about models.
    var isOpen: Bool { self == .live || self == .ready }

    func matches(path: String) -> Bool {
        let template = self.path.split(separator: "/")
        let segments = path.split(separator: "/")
        guard template.count == segments.count else { return false }
        return zip(template, segments).allSatisfy { expected, actual in expected.first == "{" || expected == actual }
    }

    /// What `Allow` says for `path`; nil when there is no such path.
    static func allowedMethods(path: String) -> String? {
        let methods = Self.allCases.filter { $0.matches(path: path) }.map(\.method)
        guard !methods.isEmpty else { return nil }
        return methods.map { $0 == .get ? "GET, HEAD" : $0.rawValue }.joined(separator: ", ")
    }
}

/// Method and path template of every route, sorted, for whoever documents or tests the API.
package enum AdminRoutes {
    package struct Route: Sendable, Hashable {
        package let method: String
        package let path: String
        /// Served without a token.
        package let isOpen: Bool
    }

    package static let all: [Route] = AdminRoute.allCases.map { route in
        Route(method: route.method.rawValue, path: route.path, isOpen: route.isOpen)
    }
}
