/// The checks of a gate, C0 to C10 (statistics B14). Raw values are the names used in manifests, reports and the API.
package enum GateCheck: String, Sendable, Codable, CaseIterable, Comparable, CodingKeyRepresentable {
    /// C0: are the pairs complete, and a fair sample of live traffic?
    case dataQuality = "data_quality"
    /// C1: answers that are NaN, infinite, of a wrong shape or incomplete.
    case validity
    /// C2: errors and time-outs.
    case errors
    /// C3: distance between the two answers that noise does not explain, for each output.
    case divergence
    /// C3 for outputs that name a class: how often they name another one.
    case flips
    /// C4: answers that changed completely.
    case tail
    /// C5: loss against labels or scores that arrived as feedback.
    case quality
    /// C6, median.
    case latencyMedian = "latency_p50"
    /// C6, tail.
    case latencyTail = "latency_p99"
    /// C7: run time per request.
    case cost
    /// C8: groups of requests that are worse than the whole may be.
    case segments
    /// C9: have the outputs moved as a cloud, beyond what single pairs show?
    case cloudShift = "cloud_shift"
    /// C10: was enough of the usual traffic seen?
    case coverage

    /// `C0` to `C10`.
    package var code: String {
        switch self {
        case .dataQuality: "C0"
        case .validity: "C1"
        case .errors: "C2"
        case .divergence, .flips: "C3"
        case .tail: "C4"
        case .quality: "C5"
        case .latencyMedian, .latencyTail: "C6"
        case .cost: "C7"
        case .segments: "C8"
        case .cloudShift: "C9"
        case .coverage: "C10"
        }
    }

    package static func < (lhs: GateCheck, rhs: GateCheck) -> Bool { lhs.place < rhs.place }

    private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
