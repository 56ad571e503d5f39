import HTTP1
import NIOCore
package import ServingCore
package import Upstream

/// How the engine of a remote version asks its server, and for whom: a client that waits, the mirrored leg, or neither.
struct RemoteCaller: Sendable {
    private let client: UpstreamClient
    private let counts: RemoteCounts
    private let key: RemoteCounts.Key
    private var isMirrored = false

    init(_ client: UpstreamClient, counts: RemoteCounts, key: RemoteCounts.Key) {
        self.client = client
        self.counts = counts
        self.key = key
    }

    var configuration: BackendConfiguration { self.client.backend.configuration }

    /// The same for the mirrored leg, of which the server is told.
    func mirrored() -> RemoteCaller {
        var caller = self
        caller.isMirrored = true
        return caller
    }

    /// Waits for the whole answer, with errors of the data plane, and a refusal of what cannot be read.
    ///
    /// - Parameter lines: of this request alone.
    func ask(
        _ route: UpstreamRoute,
        _ body: ByteBuffer,
        lines: RequestLines = RequestLines(),
        _ cancellation: RunCancellation?
    ) throws(InferenceError) -> UpstreamAnswer {
        var request = UpstreamRequest(route, body: body, isIdempotent: self.configuration.isIdempotent)
        request.lines = lines
        if self.isMirrored { request.lines.add("teal-shadow", "mirrored") }
        for header in cancellation?.passedHeaders ?? [] {
            request.lines.pass(header.name, header.value, self.configuration)
        }
        let answer: UpstreamAnswer
        do throws(UpstreamFailure) {
            answer = try self.call(request, cancellation)
        } catch {
            throw error.reason == .cancelled
                ? InferenceError(.timeout, "the run was stopped") : InferenceError(error)
        }
        guard !answer.head.isEncoded else {
            throw InferenceError(.backendFailed, "the model's server compressed its answer, which nobody asked for")
        }
        return answer
    }

    /// Counts what is asked for a client.
    private func call(
        _ request: UpstreamRequest,
        _ cancellation: RunCancellation?
    ) throws(UpstreamFailure) -> UpstreamAnswer {
        guard !self.isMirrored, cancellation?.passedHeaders != nil else {
            return try self.client.call(request, cancellation: cancellation)
        }
        self.counts.count(self.key) { $0.requests &+= 1 }
        do throws(UpstreamFailure) {
            let answer = try self.client.call(request, cancellation: cancellation)
            self.counts.count(self.key) { $0.answered &+= 1 }
            return answer
        } catch {
            self.counts.count(self.key) { counters in
                if error.reason == .cancelled { counters.cancelled &+= 1 } else { counters.fail(error.reason) }
            }
            throw error
        }
    }
}

extension RequestLines {
    /// Adds a header of a client's request if it is one that tells a request through several services, and not one that
    /// the configuration sets for every request.
    package mutating func pass(_ name: String, _ value: String, _ configuration: BackendConfiguration) {
        guard !configuration.headers.contains(where: { $0.name == name }) else { return }
        switch name {
        case "x-request-id": _ = self.add("x-request-id", text: value)
        case "traceparent": _ = self.add("traceparent", text: value)
        case "tracestate": _ = self.add("tracestate", text: value)
        default: break
        }
    }
}
