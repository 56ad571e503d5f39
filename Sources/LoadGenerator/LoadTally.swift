/// One event loop's counts: memory bounded whatever the length of the run.
struct LoadTally {
    private static let maximumSlots = 16
    private static let maximumTexts = 8

    private(set) var report = LoadReport()
    private(set) var latest: (slot: String, generation: UInt64?)?
    /// When the last request was completed, nanoseconds.
    private(set) var lastCompletion: UInt64 = 0

    mutating func took() { self.report.scheduled += 1 }
    mutating func leftUnsent(_ count: Int) {
        self.report.scheduled += count
        self.report.unsent += count
    }
    mutating func refusedReuse() { self.report.refusedReuse += 1 }
    mutating func connected() { self.report.connections += 1 }

    mutating func answered(_ head: ResponseHead, body: String?, latency: UInt64, at now: UInt64) {
        let index = self.slotIndex(head.slot ?? "")
        self.report.statuses[head.status, default: 0] += 1
        self.lastCompletion = now
        if let slot = head.slot { self.latest = (slot, head.generation) }
        if (200..<300).contains(head.status) {
            self.report.answered += 1
            self.report.slots[index].answered += 1
            self.report.slots[index].latency.record(latency)
        } else {
            self.report.slots[index].failed += 1
            self.count(.status, "status \(head.status)\(head.slot.map { " from \($0)" } ?? ""): \(body ?? "")")
        }
    }

    mutating func failed(_ failure: LoadFailure, _ text: String, at now: UInt64) {
        self.lastCompletion = now
        self.count(failure, text)
    }

    /// True while one more text would be kept, so that others need not be made.
    var wantsText: Bool { self.report.failureTexts.count < Self.maximumTexts }

    mutating func merge(_ other: LoadTally) {
        let from = other.report
        self.report.scheduled += from.scheduled
        self.report.answered += from.answered
        self.report.failed += from.failed
        self.report.unsent += from.unsent
        self.report.refusedReuse += from.refusedReuse
        self.report.connections += from.connections
        self.report.failures.merge(from.failures, uniquingKeysWith: +)
        self.report.statuses.merge(from.statuses, uniquingKeysWith: +)
        self.report.failureTexts += from.failureTexts.prefix(Self.maximumTexts - self.report.failureTexts.count)
        for slot in from.slots {
            let index = self.slotIndex(slot.name)
            self.report.slots[index].answered += slot.answered
            self.report.slots[index].failed += slot.failed
            self.report.slots[index].latency.merge(slot.latency)
        }
        if other.lastCompletion > self.lastCompletion || self.latest == nil {
            self.latest = other.latest ?? self.latest
        }
        self.lastCompletion = max(self.lastCompletion, other.lastCompletion)
    }

    private mutating func count(_ failure: LoadFailure, _ text: @autoclosure () -> String) {
        self.report.failed += 1
        self.report.failures[failure, default: 0] += 1
        if self.wantsText { self.report.failureTexts.append(text()) }
    }

    private mutating func slotIndex(_ name: String) -> Int {
        if let index = self.report.slots.firstIndex(where: { $0.name == name }) { return index }
        guard self.report.slots.count < Self.maximumSlots - 1 || name == "other" else {
            return self.slotIndex("other")
        }
        self.report.slots.append(SlotTally(name: name))
        return self.report.slots.count - 1
    }
}
