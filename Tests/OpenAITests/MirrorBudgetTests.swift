import NIOCore
import OpenAI
import TestSupport
import Testing

@Suite("Budget of the mirrored leg")
struct MirrorBudgetTests {
    /// A request of 400 bytes, 100 tokens of prompt.
    private static func request(maxTokens: Int? = 50, n: Int = 1, as operation: OpenAIOperation = .chatCompletions)
        throws -> OpenAIRequest
    {
        let limit = maxTokens.map { ",\"max_tokens\":\($0)" } ?? ""
        let head = "{\"model\":\"m\",\"messages\":[],\"input\":\"\",\"n\":\(n)\(limit),\"x\":\""
        let body = head + String(repeating: "x", count: 400 - 2 - head.utf8.count) + "\"}"
        return try OpenAIRequestReader().read(ByteBuffer(string: body), as: operation)
    }

    @Test("without limits everything is allowed and counted")
    func unlimited() throws {
        var budget = MirrorBudget(.init())
        for _ in 0..<3 {
            let reservation = try budget.take(for: Self.request())
            budget.settle(reservation, usage: TokenUsage(prompt: 10, completion: 5))
        }
        #expect(budget.spent.calls == 3)
        #expect(budget.spent.tokens == 45)
        #expect(budget.spent.billionths == 0)
    }

    @Test("calls are limited, those under way included, and a refused one is counted")
    func calls() throws {
        var budget = MirrorBudget(.init(calls: 2))
        let first = try budget.take(for: Self.request())
        _ = try budget.take(for: Self.request())
        #expect(throws: MirrorBudget.Shortage.calls) { try budget.take(for: Self.request()) }
        budget.settle(first, usage: nil)
        #expect(throws: MirrorBudget.Shortage.calls) { try budget.take(for: Self.request()) }
        #expect(budget.dropped(.calls) == 2)
        #expect(budget.dropped(.tokens) == 0)
    }

    @Test("a call that was not made gives back what was reserved")
    func cancel() throws {
        var budget = MirrorBudget(.init(calls: 1))
        let reservation = try budget.take(for: Self.request())
        budget.cancel(reservation)
        #expect(budget.reserved == .init())
        #expect(budget.spent == .init())
        _ = try budget.take(for: Self.request())
    }

    @Test(
        "reserved is the prompt and the most that may be written, for each choice",
        arguments: [(50, 1, 150), (50, 3, 250), (nil, 1, 100 + 1024), (nil, 2, 100 + 2048)] as [(Int?, Int, Int)]
    )
    func reserved(_ maxTokens: Int?, _ n: Int, _ tokens: Int) throws {
        var budget = MirrorBudget(.init())
        _ = try budget.take(for: Self.request(maxTokens: maxTokens, n: n))
        #expect(budget.reserved.tokens == tokens)
        #expect(budget.reserved.calls == 1)
    }

    @Test("embeddings write nothing")
    func embeddings() throws {
        var budget = MirrorBudget(.init())
        #expect(try budget.take(for: Self.request(as: .embeddings)).usage == TokenUsage(prompt: 100, completion: 0))
    }

    @Test("tokens are reserved at their most and booked as they were used")
    func tokens() throws {
        var budget = MirrorBudget(.init(tokens: 300))
        let first = try budget.take(for: Self.request())
        let second = try budget.take(for: Self.request())
        #expect(throws: MirrorBudget.Shortage.tokens) { try budget.take(for: Self.request()) }
        budget.settle(first, usage: TokenUsage(prompt: 20, completion: 5))
        budget.settle(second, usage: nil)
        #expect(budget.spent.tokens == 175)
        #expect(throws: MirrorBudget.Shortage.tokens) { try budget.take(for: Self.request()) }
        _ = try budget.take(for: Self.request(maxTokens: 25))
    }

    @Test("money is counted by the prices for a million tokens")
    func money() throws {
        var budget = MirrorBudget(.init(money: 0.001, promptPrice: 2.5, completionPrice: 10))
        // 100 * 2.5 + 50 * 10 millionths.
        let reservation = try budget.take(for: Self.request())
        #expect(budget.reserved.money == 0.000_75)
        #expect(throws: MirrorBudget.Shortage.money) { try budget.take(for: Self.request()) }
        budget.settle(reservation, usage: TokenUsage(prompt: 100, completion: 0))
        #expect(budget.spent.money == 0.000_25)
        _ = try budget.take(for: Self.request())
        #expect(budget.dropped(.money) == 1)
    }

    @Test("absurd numbers exhaust the budget and do not trap")
    func absurd() throws {
        for price in [Double.infinity, .nan, -1, .greatestFiniteMagnitude] {
            var budget = MirrorBudget(.init(tokens: .max, money: 1, promptPrice: price))
            #expect(throws: MirrorBudget.Shortage.money) { try budget.take(for: Self.request()) }
        }
        var budget = MirrorBudget(.init(tokens: 1_000_000))
        #expect(throws: MirrorBudget.Shortage.tokens) { try budget.take(for: Self.request(maxTokens: .max, n: 128)) }
        var unlimited = MirrorBudget(.init(promptPrice: 1e300))
        for _ in 0..<3 {
            let reservation = try unlimited.take(for: Self.request(maxTokens: .max, n: 128))
            unlimited.settle(reservation, usage: TokenUsage(prompt: .max, completion: .max))
        }
        #expect(unlimited.spent.tokens == .max)
        var broken = MirrorBudget(.init(money: .nan))
        #expect(throws: MirrorBudget.Shortage.money) { try broken.take(for: Self.request()) }
    }

    @Test("in any order, nothing reserved is lost and the limits hold for calls that use what they may")
    func random() throws {
        var random = SeededRandom(seed: 6)
        let request = try Self.request()
        var budget = MirrorBudget(.init(calls: 200, tokens: 20_000, money: 0.05, promptPrice: 1, completionPrice: 2))
        var open: [MirrorBudget.Reservation] = []
        var (made, refused) = (0, 0)
        for _ in 0..<2000 {
            if Bool.random(using: &random) {
                do throws(MirrorBudget.Shortage) { open.append(try budget.take(for: request)) } catch { refused += 1 }
            } else if let index = open.indices.randomElement(using: &random) {
                let reservation = open.remove(at: index)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: budget.cancel(reservation)
                case 1:
                    budget.settle(reservation, usage: nil)
                    made += 1
                default:
                    let used = Int.random(in: 0...50, using: &random)
                    budget.settle(reservation, usage: TokenUsage(prompt: 100, completion: used))
                    made += 1
                }
            }
            #expect(budget.reserved.calls == open.count)
            #expect(budget.reserved.tokens == 150 * open.count)
            #expect(budget.spent.calls == made)
            #expect(budget.spent.calls + budget.reserved.calls <= 200)
            #expect(budget.spent.tokens + budget.reserved.tokens <= 20_000)
        }
        #expect(refused > 0)
        #expect(MirrorBudget.Shortage.allCases.reduce(0) { $0 + budget.dropped($1) } == UInt64(refused))
    }
}
