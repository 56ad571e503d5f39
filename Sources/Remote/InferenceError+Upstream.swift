import HTTP1
package import ServingCore
package import Upstream

extension InferenceError {
    /// Why a backend gave no answer, for clients: time ran out, nobody could be asked, or something else went wrong.
    package init(_ failure: UpstreamFailure) {
        let code: Code =
            failure.reason.isTimeout ? .timeout : failure.reason.isRefusal ? .overloaded : .backendFailed
        self.init(code, "the model's server gave no answer: \(failure.message)")
    }
}

extension UpstreamClient {
    /// As `call`, with errors of the data plane, and a refusal of what cannot be read.
    func answer(
        to request: UpstreamRequest,
        _ cancellation: RunCancellation?
    ) throws(InferenceError) -> UpstreamAnswer {
        let answer: UpstreamAnswer
        do throws(UpstreamFailure) {
            answer = try self.call(request, cancellation: cancellation)
        } catch {
            throw error.reason == .cancelled
                ? InferenceError(.timeout, "the run was stopped") : InferenceError(error)
        }
        guard !answer.head.isEncoded else {
            throw InferenceError(.backendFailed, "the model's server compressed its answer, which nobody asked for")
        }
        return answer
    }
}
