/// What the mirrored leg of one release may spend. `take` before a call reserves the most it is expected to cost,
/// `settle` after it books what it did cost, so calls that overlap do not spend the same rest twice.
package struct MirrorBudget: Sendable, Equatable {
    /// Nil is no limit.
    package struct Limits: Sendable, Equatable {
        package var calls: Int?
        package var tokens: Int?
        /// In the currency of the prices.
        package var money: Double?
        /// For a million tokens.
        package var promptPrice: Double
        /// For a million tokens.
        package var completionPrice: Double
        /// What a request without `max_tokens` is expected to take at most.
        package var assumedCompletion: Int

        package init(
            calls: Int? = nil,
            tokens: Int? = nil,
            money: Double? = nil,
            promptPrice: Double = 0,
            completionPrice: Double = 0,
            assumedCompletion: Int = 1024
        ) {
            self.calls = calls
            self.tokens = tokens
            self.money = money
            self.promptPrice = promptPrice
            self.completionPrice = completionPrice
            self.assumedCompletion = assumedCompletion
        }
    }

    /// Why a call may not be made; also the label of the count of such drops.
    package enum Shortage: String, Error, Sendable, CaseIterable {
        case calls, tokens, money
    }

    package struct Amount: Sendable, Equatable {
        package var calls = 0
        package var tokens = 0
        /// Billionths of the currency: a sum of a million small costs stays exact.
        package var billionths: Int64 = 0

        package init() {}

        package var money: Double { Double(self.billionths) / 1e9 }

        fileprivate mutating func add(_ other: Amount) {
            self.calls = self.calls.saturatingAdd(other.calls)
            self.tokens = self.tokens.saturatingAdd(other.tokens)
            self.billionths = self.billionths.saturatingAdd(other.billionths)
        }

        fileprivate mutating func subtract(_ other: Amount) {
            self.calls = max(0, self.calls - other.calls)
            self.tokens = max(0, self.tokens - other.tokens)
            self.billionths = max(0, self.billionths - other.billionths)
        }
    }

    /// What `take` set aside for one call; goes back through `settle` or `cancel`, once.
    package struct Reservation: Sendable, Equatable {
        fileprivate let amount: Amount
        /// Assumed where the backend does not say what it used.
        package let usage: TokenUsage
    }

    package let limits: Limits
    /// Booked by `settle`.
    package private(set) var spent = Amount()
    /// Taken and not settled yet.
    package private(set) var reserved = Amount()
    private var drops: [UInt64] = Shortage.allCases.map { _ in 0 }

    /// Nothing is spent: what a release spent in an earlier process is not known.
    package init(_ limits: Limits) {
        self.limits = limits
    }

    /// Reserves what `request` can cost at most; a refusal is counted and reserves nothing.
    package mutating func take(for request: OpenAIRequest) throws(Shortage) -> Reservation {
        let usage = TokenUsage(
            prompt: request.estimatedPromptTokens,
            completion: request.operation == .embeddings
                ? 0 : (request.maxTokens ?? self.limits.assumedCompletion).saturatingMultiply(request.choices)
        )
        let amount = self.amount(of: usage)
        var total = self.spent
        total.add(self.reserved)
        total.add(amount)
        if let shortage = self.shortage(total) {
            self.drops[Self.index(shortage)] &+= 1
            throw shortage
        }
        self.reserved.add(amount)
        return Reservation(amount: amount, usage: usage)
    }

    /// Books a call that was made, whatever came of it.
    ///
    /// - Parameter usage: nil when the backend did not say; then all that was reserved counts as spent.
    package mutating func settle(_ reservation: Reservation, usage: TokenUsage?) {
        self.reserved.subtract(reservation.amount)
        self.spent.add(usage.map(self.amount) ?? reservation.amount)
    }

    /// Gives back what was reserved for a call that was not made.
    package mutating func cancel(_ reservation: Reservation) {
        self.reserved.subtract(reservation.amount)
    }

    /// Calls refused for lack of `shortage`.
    package func dropped(_ shortage: Shortage) -> UInt64 { self.drops[Self.index(shortage)] }

    private static func index(_ shortage: Shortage) -> Int {
        switch shortage {
        case .calls: 0
        case .tokens: 1
        case .money: 2
        }
    }

    private func shortage(_ total: Amount) -> Shortage? {
        if let calls = self.limits.calls, total.calls > calls { return .calls }
        if let tokens = self.limits.tokens, total.tokens > tokens { return .tokens }
        if let money = self.limits.money, !(total.money <= money) { return .money }
        return nil
    }

    private func amount(of usage: TokenUsage) -> Amount {
        var amount = Amount()
        amount.calls = 1
        let (prompt, completion) = (max(0, usage.prompt), max(0, usage.completion))
        amount.tokens = prompt.saturatingAdd(completion)
        // A price for a million tokens is a thousand times as many billionths for one.
        let cost = 1e3 * (Double(prompt) * self.limits.promptPrice + Double(completion) * self.limits.completionPrice)
        amount.billionths = cost >= 0 ? Int64(exactly: cost.rounded(.up)) ?? .max : .max
        return amount
    }
}

extension FixedWidthInteger {
    fileprivate func saturatingAdd(_ other: Self) -> Self {
        let (sum, overflow) = self.addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    fileprivate func saturatingMultiply(_ other: Self) -> Self {
        let (product, overflow) = self.multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
