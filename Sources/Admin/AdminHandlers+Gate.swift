import Hummingbird
import NIOCore
import Promotion
import ServingCore
import Trials

extension AdminHandlers {
    /// The routes of the gate: verdicts, reports, feedback.
    func judge(_ route: AdminRoute, _ request: Request, _ context: AdminContext) async throws -> Response {
        switch route {
        case .gate, .gateHook: return try await self.gate(request, context)
        case .verdicts:
            let fields = try QueryFields(request, allowed: ["limit"])
            let model = try context.model()
            let document = try await self.desk.verdicts(model: model, limit: try fields.limit())
            if document.verdicts.isEmpty { _ = try await self.control.status(of: model) }
            return .json(document)
        case .verdict: return .json(try await self.desk.verdict(try context.identifier()))
        case .report: return try await self.report(request, context)
        case .feedback: return try await self.feedback(request, context)
        default: throw AdminFailure(.notFound, "not_found", "no such route")
        }
    }

    /// 200 when the candidate may go live, 409 when not: what a Flagger webhook looks at. The body of a POST is not read.
    private func gate(_ request: Request, _ context: AdminContext) async throws -> Response {
        let fields = try QueryFields(request, allowed: ["always"])
        // Argo Rollouts takes any other code for a fault and looks into the body.
        let isAlwaysFine = try fields.choice("always", of: ["200"]) != nil
        let model = try context.model()
        // An unknown model is another answer than one without a trial.
        _ = try await self.control.status(of: model)
        let document: GateDocument
        do throws(ControlError) {
            document = try await self.desk.current(model: model)
        } catch {
            guard isAlwaysFine, error.code == .notReady else { throw error }
            return .json(NoTrialDocument(model: model, reason: error.message))
        }
        return .json(document, status: document.promote || isAlwaysFine ? .ok : .conflict)
    }

    private func report(_ request: Request, _ context: AdminContext) async throws -> Response {
        let fields = try QueryFields(request, allowed: ["format", "release"])
        let name = try fields.choice("format", of: ReportFormat.allCases.map(\.rawValue))
        let format = name.flatMap(ReportFormat.init) ?? .json
        let report = try await self.desk.report(model: try context.model(), release: try fields.id("release"))
        return .bytes(ByteBuffer(string: try format.render(report)), Response.MediaType(format))
    }

    private func feedback(_ request: Request, _ context: AdminContext) async throws -> Response {
        let (items, isList) = try FeedbackBody.parse(try await self.body(of: request))
        let reply = try await self.desk.take(items, model: try context.model())
        // Told about one request that is not known: the caller's mistake. In a list each problem stands for itself.
        guard !isList, let problem = reply.problems.first else { return .json(reply) }
        throw ControlError(problem.code == "unknown" ? .notFound : .conflict, problem.message)
    }
}

extension Response.MediaType {
    fileprivate init(_ format: ReportFormat) {
        switch format {
        case .json: self = .json
        case .markdown: self = .markdown
        case .junit: self = .xml
        case .html: self = .html
        }
    }
}

/// What `?always=200` answers while no candidate is tried: nothing may go live, and nothing was rejected.
private struct NoTrialDocument: Encodable {
    let model: String
    let decision = Verdict.Decision.hold
    let promote = false
    let reason: String
}
