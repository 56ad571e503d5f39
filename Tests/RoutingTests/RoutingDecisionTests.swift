import Routing
import ServingCore
import Slots
import Telemetry
import TestSupport
import Testing

@Suite struct RoutingDecisionTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var live: Slot? = .blue
        /// Version 1 in blue, 2 in green.
        var loaded: [Slot] = [.blue, .green]
        var allowsSlotHeader = true
        var slot: Slot?
        var version: Int?
        let expected: Expected

        enum Expected: Sendable, Equatable {
            case serves(Slot)
            case refuses(InferenceError.Code)
        }
    }

    static let rows: [Row] = [
        Row(testDescription: "nothing asked for: live", expected: .serves(.blue)),
        Row(testDescription: "nothing asked for, green live", live: .green, expected: .serves(.green)),
        Row(testDescription: "no live slot", live: nil, expected: .refuses(.notReady)),
        Row(testDescription: "live slot not loaded", loaded: [.green], expected: .refuses(.notReady)),
        Row(testDescription: "nothing loaded", loaded: [], expected: .refuses(.notReady)),
        Row(testDescription: "candidate by header", slot: .green, expected: .serves(.green)),
        Row(testDescription: "live by header", slot: .blue, expected: .serves(.blue)),
        Row(testDescription: "header closed", allowsSlotHeader: false, slot: .green, expected: .refuses(.forbidden)),
        Row(
            testDescription: "header closed, but it is live",
            allowsSlotHeader: false,
            slot: .blue,
            expected: .serves(.blue)
        ),
        Row(testDescription: "empty slot by header", loaded: [.blue], slot: .green, expected: .refuses(.notReady)),
        Row(testDescription: "slot by header without a live one", live: nil, slot: .green, expected: .serves(.green)),
        Row(testDescription: "slot and its version", slot: .green, version: 2, expected: .serves(.green)),
        Row(testDescription: "slot and another version", slot: .green, version: 1, expected: .refuses(.notFound)),
        Row(testDescription: "live by version", version: 1, expected: .serves(.blue)),
        Row(
            testDescription: "live by version, header closed",
            allowsSlotHeader: false,
            version: 1,
            expected: .serves(.blue)
        ),
        Row(testDescription: "candidate by version", version: 2, expected: .serves(.green)),
        Row(
            testDescription: "candidate by version, header closed",
            allowsSlotHeader: false,
            version: 2,
            expected: .refuses(.notFound)
        ),
        Row(testDescription: "unknown version", version: 3, expected: .refuses(.notFound)),
        Row(testDescription: "version without a live slot", live: nil, version: 2, expected: .refuses(.notReady)),
        Row(testDescription: "version of an unloaded slot", loaded: [.blue], version: 2, expected: .refuses(.notFound)),
    ]

    @Test("A request goes to the live slot, or to the one it names if the model lets clients choose", arguments: rows)
    func decide(_ row: Row) throws {
        let ledger = LeaseLedger()
        let counters = MetricsShard().counters(for: .init(model: "m", slot: "blue", version: 1))
        func handle(_ slot: Slot) throws -> SlotHandle? {
            guard row.loaded.contains(slot) else { return nil }
            let model = try LoadedModel.fake(version: slot == .blue ? 1 : 2)
            return SlotHandle(ledger.open(slot, generation: 1, model: model), counters: counters)
        }
        let route = ModelRoute(
            name: "m",
            live: row.live,
            blue: try handle(.blue),
            green: try handle(.green),
            allowsSlotHeader: row.allowsSlotHeader
        )
        let found: Row.Expected
        do throws(InferenceError) {
            found = .serves(try route.decide(slot: row.slot, version: row.version).slot)
        } catch {
            found = .refuses(error.code)
        }
        #expect(found == row.expected)
    }
}
