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
