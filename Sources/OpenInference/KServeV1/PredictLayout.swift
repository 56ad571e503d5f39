/// How `:predict` lays out tensors, in a request and in its answer.
package enum PredictLayout: Sendable, Equatable {
    /// `instances` and `predictions`: a list with one item for each row of the batch.
    case rows
    /// `inputs` and `outputs` of TensorFlow Serving: each tensor whole.
    case columns

    var requestKey: StaticString {
        switch self {
        case .rows: "instances"
        case .columns: "inputs"
        }
    }

    var answerKey: StaticString {
        switch self {
        case .rows: "predictions"
        case .columns: "outputs"
        }
    }
}
