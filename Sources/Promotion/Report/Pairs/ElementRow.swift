import Trials

/// One element of a tensor in both answers.
struct ElementRow {
    let index: Int
    let live: PairDocument.Element?
    let candidate: PairDocument.Element?
    let differs: Bool

    /// Candidate minus live; nil unless both are numbers.
    var change: Double? {
        guard let live = self.live?.value, let candidate = self.candidate?.value else { return nil }
        return candidate - live
    }

    /// Elements in which the answers differ, those that differ most first; then, of distributions, the most probable ones.
    static func ranked(_ output: PairDocument.OutputDocument, isDistribution: Bool) -> [ElementRow] {
        let (live, candidate) = (output.live?.elements ?? [], output.candidate?.elements ?? [])
        let rows = (0..<max(live.count, candidate.count)).map { index in
            let (left, right) = (Self.element(live, index), Self.element(candidate, index))
            return ElementRow(index: index, live: left, candidate: right, differs: left != right)
        }
        let peaks = isDistribution ? [Self.peak(live), Self.peak(candidate)].compactMap { $0 } : []
        let shown = rows.filter { $0.differs || peaks.contains($0.index) }
        return shown.sorted { one, two in
            one.weight != two.weight ? one.weight > two.weight : one.index < two.index
        }
    }

    /// What is no number on one side differs more than any numbers do.
    private var weight: Double { self.differs ? self.change.map(abs) ?? .infinity : -1 }

    private static func element(_ elements: [PairDocument.Element], _ index: Int) -> PairDocument.Element? {
        index < elements.count ? elements[index] : nil
    }

    /// Index of the largest number, the first among equals.
    static func peak(_ elements: [PairDocument.Element]) -> Int? {
        let numbers = elements.map { $0.value ?? -.infinity }
        return numbers.indices.max { numbers[$0] != numbers[$1] ? numbers[$0] < numbers[$1] : $0 > $1 }
    }
}

extension PairDocument.Element {
    /// Nil for texts, also those that stand for NaN and infinity.
    var value: Double? {
        switch self {
        case .number(let value): value.isFinite ? value : nil
        case .integer(let value): Double(value)
        case .unsigned(let value): Double(value)
        case .boolean(let value): value ? 1 : 0
        case .text: nil
        }
    }

    /// In full: a difference in the last digit can be seen.
    var plain: String {
        switch self {
        case .number(let value): value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
        case .integer(let value): "\(value)"
        case .unsigned(let value): "\(value)"
        case .boolean(let value): "\(value)"
        case .text(let value): value
        }
    }
}

extension PairDocument.TensorDocument {
    var isText: Bool { self.datatype == "BYTES" }

    /// `FP32 [1,10]`
    var form: String {
        let axes = self.shape.prefix(8).map(String.init) + (self.shape.count > 8 ? ["…"] : [])
        return "\(PlainText.line(self.datatype, 24)) [\(axes.joined(separator: ","))]"
    }

    /// The place of element `flat` without leading axes of one: `3`, `2,3`; the flat index when the shape is unknown.
    func place(_ flat: Int) -> String {
        let axes = self.shape.drop { $0 == 1 }
        guard axes.count > 1, axes.allSatisfy({ $0 > 0 }) else { return "\(flat)" }
        var (rest, places) = (flat, [String]())
        for size in axes.reversed() {
            places.insert("\(rest % size)", at: 0)
            rest /= size
        }
        return places.joined(separator: ",")
    }
}
