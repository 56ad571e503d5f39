import Comparison

/// The embedder of one model's numeric requests, or of its numeric answers, and the sample it is fitted on. It is fitted
/// again when there is much more to fit on, and not any more after `steps`.
struct TensorFit: Sendable {
    /// Rows at which it is fitted.
    private static let steps = [64, 2_048]
    private static let valueLimit = 4 << 20

    private(set) var embedder: TensorEmbedder?
    private var sample: [[Float]] = []
    private var values = 0
    /// Rows the embedder was fitted on.
    private(set) var fitted = 0
    let name: String

    init(name: String, embedder: TensorEmbedder? = nil, fitted: Int = 0) {
        self.name = name
        self.embedder = embedder
        self.fitted = fitted
    }

    /// True when there is a new embedder.
    mutating func add(_ row: [Float]) -> Bool {
        guard let next = Self.steps.first(where: { $0 > self.fitted }), self.values + row.count <= Self.valueLimit
        else {
            self.sample = []
            return false
        }
        self.sample.append(row)
        self.values += row.count
        return self.sample.count >= next ? self.fit() : false
    }

    /// Fits on what there is, if nothing has been fitted yet. True when there is a new embedder.
    mutating func settle() -> Bool { self.embedder == nil && !self.sample.isEmpty ? self.fit() : false }

    private mutating func fit() -> Bool {
        self.fitted = self.sample.count
        guard let embedder = TensorEmbedder(fitting: self.sample, name: self.name), embedder != self.embedder else {
            return false
        }
        self.embedder = embedder
        return true
    }
}
