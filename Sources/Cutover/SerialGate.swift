/// Lets one asynchronous operation through at a time, in the order they came. An actor alone does not: another call
/// may run at every `await`.
struct SerialGate {
    private var isHeld = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// True if the gate was free and is now held; otherwise queue up with `wait`.
    mutating func tryEnter() -> Bool {
        guard !self.isHeld else { return false }
        self.isHeld = true
        return true
    }

    mutating func wait(_ continuation: CheckedContinuation<Void, Never>) {
        self.waiting.append(continuation)
    }

    /// Hands the gate to the one waiting longest, or opens it.
    mutating func leave() {
        guard !self.waiting.isEmpty else {
            self.isHeld = false
            return
        }
        self.waiting.removeFirst().resume()
    }
}
