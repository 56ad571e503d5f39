/// How a model is set up. The defaults suit many small models in one process.
package struct EngineOptions: Sendable, Equatable {
    /// Threads one run may use; 1 runs on the calling thread alone.
    package var intraOpThreads: Int
    /// Lets the runtime keep freed memory for the next run.
    package var memoryArena: Bool
    /// Lets the runtime plan one block per run for shapes it has seen before.
    package var memoryPattern: Bool
    /// Names the model in the runtime's own diagnostics.
    package var logIdentifier: String

    package init(
        intraOpThreads: Int = 1,
        memoryArena: Bool = false,
        memoryPattern: Bool = false,
        logIdentifier: String = "teal"
    ) {
        self.intraOpThreads = intraOpThreads
        self.memoryArena = memoryArena
        self.memoryPattern = memoryPattern
        self.logIdentifier = logIdentifier
    }
}
