/// An engine that asks a server of somebody else, which may act on what it is asked, and want money for it.
package protocol RemoteEngine: InferenceEngine {
    /// The same engine for the mirrored leg of one release. It tells the server so with each request, and has a budget of
    /// its own if its configuration bounds one: once that is used up, runs fail with `InferenceError.Code.overBudget`, and
    /// cost nothing.
    func mirrored() -> any InferenceEngine
}
