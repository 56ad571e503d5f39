import ServingCore
import Synchronization

/// What became of the requests one event loop sampled for one trial. Each cell has one side that writes it: the loop, or
/// the shadow threads; anyone may read.
///
/// `@unchecked Sendable`: the cells are atomics, and which memory they lie in never changes.
final class LaneCounters: @unchecked Sendable {
    private enum Cell {
        static let sampled = 0
        static let optedOut = 1
        /// Decided on, live answer not yet there.
        static let awaiting = 2
        static let accepted = 3
        static let acceptedBytes = 4
        static let completed = 5
        static let completedBytes = 6
        static let paired = 7
        static let droppedByLoop = 8
        static let droppedByThreads = droppedByLoop + ShadowDrop.allCases.count
        static let count = droppedByThreads + ShadowDrop.allCases.count
    }

    private let cells: UnsafeMutablePointer<Atomic<UInt64>>

    init() {
        self.cells = .allocate(capacity: Cell.count)
        for index in 0..<Cell.count { (self.cells + index).initialize(to: Atomic(0)) }
    }

    deinit {
        self.cells.deinitialize(count: Cell.count)
        self.cells.deallocate()
    }

    // MARK: The event loop

    func optOut() { self.bump(Cell.optedOut) }

    /// Sampled and given up at once.
    func refuse(_ drop: ShadowDrop) {
        self.bump(Cell.sampled)
        self.bump(Cell.droppedByLoop + drop.index)
    }

    func await() {
        self.bump(Cell.sampled)
        self.bump(Cell.awaiting)
    }

    func accept(bytes: Int) {
        self.bump(Cell.awaiting, by: ~0)
        self.bump(Cell.accepted)
        self.bump(Cell.acceptedBytes, by: UInt64(bytes))
    }

    func giveUp(_ drop: ShadowDrop) {
        self.bump(Cell.awaiting, by: ~0)
        self.bump(Cell.droppedByLoop + drop.index)
    }

    /// Requests handed over and not completed.
    var queued: Int { Int(clamping: self.read(Cell.accepted) &- self.read(Cell.completed)) }
    var queuedBytes: Int { Int(clamping: self.read(Cell.acceptedBytes) &- self.read(Cell.completedBytes)) }
    var awaiting: Int { Int(clamping: self.read(Cell.awaiting)) }

    // MARK: The shadow threads

    func complete(bytes: Int, drop: ShadowDrop?) {
        self.share(drop.map { Cell.droppedByThreads + $0.index } ?? Cell.paired)
        self.share(Cell.completedBytes, by: UInt64(bytes))
        self.share(Cell.completed)
    }

    // MARK: Anyone

    /// Exact when nothing moves; `pending` is counted on its own, not computed from the rest.
    var snapshot: ShadowCounts {
        var counts = ShadowCounts()
        counts.sampled = self.read(Cell.sampled)
        counts.optedOut = self.read(Cell.optedOut)
        counts.paired = self.read(Cell.paired)
        counts.pending = self.read(Cell.awaiting) &+ self.read(Cell.accepted) &- self.read(Cell.completed)
        for drop in ShadowDrop.allCases {
            let count = self.read(Cell.droppedByLoop + drop.index) &+ self.read(Cell.droppedByThreads + drop.index)
            if count > 0 { counts.dropped[drop.rawValue] = count }
        }
        return counts
    }

    /// Only one thread writes this cell: no locked instruction.
    private func bump(_ cell: Int, by count: UInt64 = 1) {
        let value = self.cells[cell].load(ordering: .relaxed)
        self.cells[cell].store(value &+ count, ordering: .relaxed)
    }

    private func share(_ cell: Int, by count: UInt64 = 1) {
        self.cells[cell].wrappingAdd(count, ordering: .relaxed)
    }

    private func read(_ cell: Int) -> UInt64 { self.cells[cell].load(ordering: .relaxed) }
}

extension ShadowDrop {
    fileprivate var index: Int {
        switch self {
        case .queueFull: 0
        case .bytes: 1
        case .tooLarge: 2
        case .overload: 3
        case .candidateNotReady: 4
        case .clientGone: 5
        case .shutdown: 6
        case .crash: 7
        case .candidateHangs: 8
        case .undecodable: 9
        case .budget: 10
        }
    }
}
