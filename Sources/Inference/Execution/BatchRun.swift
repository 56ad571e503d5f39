import ServingCore
import Synchronization

/// Runs requests that were taken from the queue together, and tells each its own outcome.
struct BatchRun {
    let engine: any InferenceEngine
    let requests: [QueuedRequest]

    /// One result per request, in order. Blocks while the model runs.
    func results() -> [Result<[Tensor], InferenceError>] {
        guard self.requests.count > 1 else { return self.requests.map { self.alone($0) } }
        return self.together()
    }

    private func alone(_ request: QueuedRequest) -> Result<[Tensor], InferenceError> {
        do throws(InferenceError) {
            return .success(
                try self.engine.run(request.inputs, outputs: request.outputs, cancellation: request.cancellation)
            )
        } catch {
            return .failure(error)
        }
    }

    private func together() -> [Result<[Tensor], InferenceError>] {
        // A member that is cancelled leaves; only when all have left does the run itself stop.
        let shared = SharedCancellation()
        var members: [Int] = []
        for (index, request) in self.requests.enumerated() {
            shared.join()
            if request.cancellation.begin(stop: { shared.leave() }) { members.append(index) } else { shared.leave() }
        }
        // The one of `SharedCancellation` itself, which kept it from stopping before all had joined.
        shared.leave()
        var results = [Result<[Tensor], InferenceError>](
            repeating: .failure(RequestQueue.cancelled),
            count: self.requests.count
        )
        guard !members.isEmpty else { return results }
        let answers = Result<[[Tensor]], InferenceError> { () throws(InferenceError) in
            try self.runJoined(members.map { self.requests[$0] }, cancellation: shared.run)
        }
        for index in members { self.requests[index].cancellation.end() }

        switch answers {
        case .success(let answers):
            for (index, answer) in zip(members, answers) where !self.requests[index].cancellation.isCancelled {
                results[index] = .success(answer)
            }
        case .failure(let error) where error.code == .modelFailed:
            // One request's values may be what the model cannot digest: the others must not pay for it.
            for index in members { results[index] = self.alone(self.requests[index]) }
        case .failure(let error):
            for index in members where !self.requests[index].cancellation.isCancelled {
                results[index] = .failure(error)
            }
        }
        return results
    }

    private func runJoined(
        _ requests: [QueuedRequest],
        cancellation: RunCancellation
    ) throws(InferenceError) -> [[Tensor]] {
        let batch = try TensorBatch(joining: requests.map(\.inputs))
        let wanted = requests[0].outputs
        let outputs = try self.engine.run(batch.inputs, outputs: wanted, cancellation: cancellation)
        let specs = self.engine.signature.outputs
        return try batch.split(outputs) { position in
            let index = wanted?[position] ?? position
            return specs.indices.contains(index) ? specs[index].name : "\(index)"
        }
    }
}

/// Stops a run when every request in it was cancelled.
private final class SharedCancellation: Sendable {
    let run = RunCancellation()
    private let interested = Atomic<Int>(1)

    func join() { self.interested.add(1, ordering: .relaxed) }

    func leave() {
        if self.interested.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { self.run.cancel() }
    }
}
