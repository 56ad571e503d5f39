import Synchronization

/// How many questions wait for their answers, counted from before they reach the engine's thread.
final class OpenQuestions: Sendable {
    private let count = Atomic(0)

    var areThere: Bool { self.count.load(ordering: .relaxed) > 0 }

    func begin() { self.count.add(1, ordering: .relaxed) }

    func end() { self.count.subtract(1, ordering: .relaxed) }
}
