/// An engine whose runs cost something beyond this machine: tokens, money.
package protocol MeteredEngine: InferenceEngine {
    /// The same engine with a budget of its own, as its configuration bounds it: once that is used up, runs fail with
    /// `InferenceError.Code.overBudget`, and cost nothing.
    func limited() -> any InferenceEngine
}
