import ServingCore

extension PairQuery {
    static let parameters: Set<String> = [
        "release", "diverged", "outcome", "live_outcome", "segment", "from", "until", "before", "order", "limit",
    ]

    init(model: String, _ fields: QueryFields) throws(ControlError) {
        self.init(
            model: model,
            release: try fields.id("release"),
            divergedOnly: try fields.boolean("diverged") ?? false,
            limit: try fields.limit()
        )
        let outcomes = Leg.Outcome.allCases.map(\.name)
        self.candidateOutcome = try fields.choice("outcome", of: outcomes)
        self.liveOutcome = try fields.choice("live_outcome", of: outcomes)
        self.segment = try fields.segment("segment")
        self.from = try fields.time("from")
        self.until = try fields.time("until")
        self.before = try fields.id("before")
        let order = try fields.choice("order", of: Order.allCases.map(\.rawValue))
        self.order = order.flatMap(Order.init(rawValue:)) ?? .newest
        if let from, let until, from >= until {
            throw ControlError(.invalidRequest, "parameter 'from' must be earlier than 'until'")
        }
        guard self.before == nil || self.order == .newest else {
            throw ControlError(.invalidRequest, "parameter 'before' pages through order=newest only")
        }
    }
}
