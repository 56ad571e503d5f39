import ServingCore

/// One output of the live model: its comparator once chosen, and what that learns from pair to pair.
struct ComparedOutput: Sendable, Codable {
    let declared: DeclaredOutput
    /// Nil until an answer has had this output.
    private(set) var plan: OutputPlan?
    private var method: ComparisonMethod?
    private var masks: FieldMasks
    private var reservoir = VectorReservoir()
    /// Nil until texts were compared by meaning.
    private var scale: MeaningScale?

    init(_ declared: DeclaredOutput) {
        self.declared = declared
        self.masks = FieldMasks(ignored: declared.ignoredFields)
    }

    /// Chooses from those pairs that have the output, unless it has chosen before. Returns the place of pairs among the
    /// vectors kept for comparing neighbours, by `Pair.id`.
    ///
    /// - Parameter meaning: `TextMeaning.mark`; nil when the meaning of texts is not known.
    mutating func choose(from pairs: [Pair], _ form: any KeptForm, _ meaning: String?) -> [Int64: Int] {
        let answers = pairs.compactMap { pair in self.tensor(pair.live).map { (pair, $0, self.tensor(pair.candidate)) }
        }
        guard self.method == nil, !answers.isEmpty else { return [:] }
        let both = answers.filter { $0.2 != nil }
        let quotes = form.keepsValues(of: self.declared.name)
        let choice = ComparatorChoice.choose(
            self.declared,
            live: both.isEmpty ? answers.map(\.1) : both.map(\.1),
            candidate: both.compactMap(\.2),
            quotes: quotes,
            meaning: meaning
        )
        self.method = choice.method
        self.plan = OutputPlan(
            name: self.declared.name,
            datatype: self.declared.datatype,
            comparator: choice.comparator,
            tolerance: choice.tolerance,
            why: quotes ? form.sentence(choice.why) : choice.why,
            override: self.declared.override(
                ComparatorChoice.alternative(to: choice.comparator, self.declared.datatype)
            ),
            masked: self.masks.masked
        )
        var places: [Int64: Int] = [:]
        guard case .neighbours = choice.method else { return places }
        var workspace = Workspace()
        for (pair, live, candidate) in both {
            guard let candidate, let place = self.keep(live, candidate, &workspace) else { continue }
            places[pair.id] = place
        }
        return places
    }

    /// Live against the other leg. Nil when there is nothing to say: the output is not compared, was not asked for, or needs more
    /// kept answers first.
    ///
    /// - Parameters:
    ///   - side: whose answer the other leg is.
    ///   - form: how fields that live does not repeat are remembered.
    ///   - meaning: of texts.
    ///   - place: of this pair among the kept vectors.
    mutating func compare(
        _ live: Leg,
        _ other: Leg,
        _ side: ComparedSide,
        _ form: any KeptForm,
        _ meaning: (any TextMeaning)?,
        _ place: inout Int?,
        _ workspace: inout Workspace
    ) -> OutputComparison? {
        guard let method = self.method else { return nil }
        if case .ignore = method { return nil }
        var result = OutputComparison(name: self.declared.name, divergence: 0, diverged: false)
        let left: Tensor
        let right: Tensor
        switch (self.tensor(live), self.tensor(other)) {
        case (nil, nil): return nil
        case (let live?, let other?): (left, right) = (live, other)
        case (let live, _):
            result.structure = "the output is missing on \(live == nil ? "live" : side.name)"
            return result.incomparable()
        }
        let anyShape = if case .neighbours = method { true } else { false }
        if let problem = TensorForm.problem(left, right, side: side.name, anyShape: anyShape) {
            result.structure = problem.sentence
            if !problem.comparable { return result.incomparable() }
        }
        switch method {
        case .probabilities(let comparator): comparator.compare(left, right, &workspace, &result)
        case .labels(let comparator): comparator.compare(left, right, &workspace, &result)
        case .regression(let comparator): comparator.compare(left, right, &workspace, &result)
        case .cosine(let comparator): comparator.compare(left, right, &workspace, &result)
        case .text(let comparator): self.compareTexts(left, right, side, by: meaning, comparator, &result)
        case .exact(let comparator): comparator.compare(left, right, &workspace, &result)
        case .json(let comparator):
            let fields = comparator.compare(left, right, self.masks, form, &result)
            if side == .liveAgain, self.masks.record(fields.map({ form.place($0, in: self.declared.name) })) {
                self.plan?.masked = self.masks.masked
            }
        case .neighbours(let comparator):
            let known = comparator.compare(left, right, side, in: self.reservoir, own: place, &workspace, &result)
            if side == .candidate, place == nil { place = self.keep(left, right, &workspace) }
            if !known { return nil }
        case .ignore: return nil
        }
        return result
    }

    /// By meaning when it is known and the comparator was chosen with it. Shows in the plan what is taken for equal.
    private mutating func compareTexts(
        _ live: Tensor,
        _ other: Tensor,
        _ side: ComparedSide,
        by meaning: (any TextMeaning)?,
        _ comparator: TextComparator,
        _ result: inout OutputComparison
    ) {
        guard let meaning, meaning.mark == comparator.meaning else {
            comparator.compare(live, other, &result)
            return
        }
        var scale = self.scale ?? MeaningScale()
        // Held in one place only, its lists are not copied.
        self.scale = nil
        comparator.compare(live, other, side, by: meaning, &scale, &result)
        if comparator.tolerance == nil { self.plan?.tolerance = scale.tolerance }
        self.scale = scale
    }

    /// False when it is compared as free text by another measure.
    func fits(meaning: String?) -> Bool {
        guard case .text(let comparator) = self.method else { return true }
        return comparator.meaning == meaning
    }

    mutating func forgetVectors() {
        self.reservoir = VectorReservoir()
        self.scale?.forgetVectors()
    }

    private mutating func keep(_ live: Tensor, _ candidate: Tensor, _ workspace: inout Workspace) -> Int? {
        guard NeighbourComparator.firstRow(live, &workspace.live),
            NeighbourComparator.firstRow(candidate, &workspace.candidate)
        else { return nil }
        return self.reservoir.offer(workspace.live, workspace.candidate)
    }

    private func tensor(_ leg: Leg) -> Tensor? {
        leg.outputs.first { $0.name == self.declared.name }?.tensor
    }
}

/// Whose answer live's is compared with.
enum ComparedSide: Sendable {
    case candidate
    case liveAgain

    /// For sentences.
    var name: String {
        switch self {
        case .candidate: "the candidate"
        case .liveAgain: "live asked again"
        }
    }
}

extension OutputComparison {
    /// The same as different as can be.
    fileprivate func incomparable() -> OutputComparison {
        var result = self
        result.divergence = 1
        result.diverged = true
        return result
    }
}
