import Inference
import ServingCore
import Slots

/// Runs a mirrored request on one version and judges the answer. The version may declare its inputs and outputs in
/// another order than the live one, lack some or have more.
struct LegRunner: Sendable {
    private let model: LoadedModel
    private let engine: any InferenceEngine
    /// For each input of this version its place in the request; nil where the request has none.
    private let inputs: [Int?]
    /// For each output of the live version its place in this one.
    private let outputs: [Int?]

    /// A server is told that it is asked for the mirrored leg, which has a budget of its own where runs cost something.
    init(_ model: LoadedModel, live: ModelSignature) {
        self.model = model
        self.engine = (model.executor.engine as? any RemoteEngine)?.mirrored() ?? model.executor.engine
        self.inputs = model.signature.inputs.map { own in live.inputs.firstIndex { $0.name == own.name } }
        self.outputs = live.outputs.map { wanted in model.signature.outputs.firstIndex { $0.name == wanted.name } }
    }

    /// Nil when the budget is used up.
    func run(_ request: MirroredContent, _ cancellation: RunCancellation) -> Leg? {
        let inputs: [Tensor]
        switch self.arrange(request.inputs) {
        case .success(let arranged): inputs = arranged
        case .failure(let error): return Leg(outcome: .error, reason: error.message, nanoseconds: 0)
        }
        let selected = request.outputs.map { $0.compactMap { self.outputs[$0] } }
        let start = MonotonicTime.now()
        let result: Result<[Tensor], InferenceError>
        do throws(InferenceError) {
            result = .success(
                try self.engine.run(inputs, outputs: selected, cancellation: cancellation)
            )
        } catch  where error.code == .overBudget {
            return nil
        } catch {
            result = .failure(error)
        }
        let nanoseconds = MonotonicTime.now() &- start
        return Self.judge(result, self.model.signature, selected, nanoseconds)
    }

    /// The leg of an answer, or of what came instead.
    ///
    /// - Parameter selected: indices into the signature's outputs, as asked for; nil means all.
    static func judge(
        _ result: Result<[Tensor], InferenceError>,
        _ signature: ModelSignature,
        _ selected: [Int]?,
        _ nanoseconds: UInt64
    ) -> Leg {
        switch result {
        case .failure(let error):
            return Leg(outcome: Self.outcome(error.code), reason: error.message, nanoseconds: nanoseconds)
        case .success(let tensors):
            let specs = selected?.map { signature.outputs[$0] } ?? signature.outputs
            var leg = Leg(outcome: .answered, nanoseconds: nanoseconds)
            leg.outputs.reserveCapacity(tensors.count)
            for (tensor, spec) in zip(tensors, specs) {
                leg.outputs.append(NamedTensor(name: spec.name, tensor: tensor))
                guard leg.outcome == .answered, let problem = OutputCheck.problem(tensor, as: spec) else { continue }
                leg.outcome = .invalid
                leg.reason = problem
            }
            if leg.outcome == .answered, tensors.count != specs.count {
                leg.outcome = .invalid
                leg.reason = "the model gave \(tensors.count) outputs, \(specs.count) were asked for"
            }
            return leg
        }
    }

    private static func outcome(_ code: InferenceError.Code) -> Leg.Outcome {
        switch code {
        case .timeout: .timeout
        case .invalidOutput: .invalid
        default: .error
        }
    }

    private func arrange(_ given: [Tensor]) -> Result<[Tensor], InferenceError> {
        var arranged: [Tensor] = []
        arranged.reserveCapacity(self.inputs.count)
        for (spec, place) in zip(self.model.signature.inputs, self.inputs) {
            guard let place, place < given.count else {
                return .failure(InferenceError(.invalidRequest, "the request has no input '\(spec.name)'"))
            }
            let tensor = given[place]
            guard tensor.datatype == spec.datatype, spec.accepts(shape: tensor.shape) else {
                return .failure(
                    InferenceError(
                        .invalidRequest,
                        "input '\(spec.name)' is \(tensor.datatype) \(tensor.shape), this version takes \(spec.datatype) \(spec.shape)"
                    )
                )
            }
            arranged.append(tensor)
        }
        return .success(arranged)
    }
}
