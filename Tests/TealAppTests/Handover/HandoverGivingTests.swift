import TealApp
import TestSupport
import Testing

@Suite("A gateway gives its place away") struct HandoverGivingTests {
    private typealias Event = HandoverGiving.Event
    private typealias Action = HandoverGiving.Action

    private static let hello = Event.said(.hello(version: HandoverMessage.version))

    /// What the last of `events` brings about.
    private func last(_ events: [Event]) -> (actions: [Action], state: HandoverGiving.State) {
        var machine = HandoverGiving()
        var actions: [Action] = []
        for event in events { actions = machine.handle(event) }
        return (actions, machine.state)
    }

    @Test("step by step, and ends once the other process has been told that it serves")
    func whole() {
        var machine = HandoverGiving()
        #expect(machine.handle(Self.hello) == [.welcome])
        #expect(machine.handle(.said(.prepared)) == [.release])
        #expect(machine.handle(.releaseDone) == [.give, .waitForReady(1)])
        #expect(machine.handle(.said(.ready)) == [.commit])
        #expect(machine.handle(.committed(true)) == [.depart])
        #expect(machine.state == .over)
        #expect(machine.handle(.gone) == [])
    }

    @Test("to nobody who speaks another version of the protocol, and says so")
    func otherVersion() {
        let (actions, state) = self.last([.said(.hello(version: 99))])
        guard case .refuse(let reason) = actions.first else { return #expect(Bool(false), "\(actions)") }
        #expect(reason.contains("version 1 of the protocol, not by 99"))
        #expect(state == .serving)
    }

    @Test("not when the other process goes before it has got anything: nothing has changed here")
    func goneEarly() {
        #expect(self.last([Self.hello, .gone]) == ([], .serving))
        #expect(self.last([Self.hello, .gone, Self.hello]).actions == [.welcome])
    }

    @Test("not when its own data folder cannot be closed, and goes on")
    func releaseFailed() {
        let (actions, state) = self.last([Self.hello, .said(.prepared), .releaseFailed("a slot is loading")])
        #expect(actions == [.refuse("a slot is loading")])
        #expect(state == .serving)
    }

    private static let lent = [hello, .said(.prepared), .releaseDone]

    @Test("and takes it back when the other process ends before it is ready")
    func goneLate() {
        #expect(self.last(Self.lent + [.gone]) == ([.reclaim], .reclaiming))
        #expect(self.last(Self.lent + [.gone, .reclaimed(true)]) == ([], .serving))
        #expect(self.last(Self.lent + [.gone, .reclaimed(true), Self.hello]).actions == [.welcome])
    }

    @Test("and takes it back when the other process cannot be told any more, once that has ended")
    func commitFailed() {
        let untold = Self.lent + [.said(.ready), .committed(false)]
        #expect(self.last(untold) == ([.endPeer], .lent))
        #expect(self.last(untold + [.gone]) == ([.reclaim], .reclaiming))
    }

    @Test("but waits for the end of a process that has the data folder: only then nobody writes there")
    func overdue() {
        #expect(self.last(Self.lent + [.timeIsUp(1)]) == ([.endPeer], .lent))
        #expect(self.last(Self.lent + [.said(.prepared)]) == ([.endPeer], .lent))
        #expect(self.last(Self.lent + [.senseless]) == ([.endPeer], .lent))
        #expect(self.last(Self.lent + [.timeIsUp(1), .gone]).actions == [.reclaim])
    }

    @Test("and ends nobody for a time that another had")
    func staleTime() {
        let again = Self.lent + [.gone, .reclaimed(true)] + Self.lent
        #expect(self.last(again + [.timeIsUp(1)]).actions == [])
        #expect(self.last(Self.lent + [.said(.ready), .timeIsUp(1)]).actions == [])
    }

    @Test("and tries again and again to open what it has got back")
    func stranded() {
        let stranded = Self.lent + [.gone, .reclaimed(false)]
        #expect(self.last(stranded) == ([.tryAgainLater(2)], .stranded))
        #expect(self.last(stranded + [.timeIsUp(2)]) == ([.reclaim], .reclaiming))
        #expect(self.last(stranded + [.timeIsUp(2), .reclaimed(true)]) == ([], .serving))
        // Another process may have better luck.
        #expect(self.last(stranded + [Self.hello]).actions == [.welcome])
        #expect(self.last(stranded + [Self.hello, .gone]).actions == [.reclaim])
        #expect(self.last(stranded + [Self.hello, .said(.prepared)]).actions == [.release])
    }

    @Test(
        "and may be told to stop at any time: the other process then finds out that it is alone",
        arguments: [
            ([], []), ([hello], [.hangUp]), (lent, [.hangUp]), (lent + [.said(.ready)], [.hangUp]),
            (lent + [.gone, .reclaimed(false)], []),
        ] as [([HandoverGiving.Event], [HandoverGiving.Action])]
    )
    func stop(before events: [HandoverGiving.Event], actions: [HandoverGiving.Action]) {
        #expect(self.last(events + [.stop]) == (actions, .over))
        #expect(self.last(events + [.stop, .gone]).actions == [])
    }

    @Test("and cuts off who speaks out of turn")
    func outOfTurn() {
        #expect(self.last([.said(.prepared)]).actions == [.hangUp])
        #expect(self.last([Self.hello, .said(.ready)]).actions == [.hangUp])
        #expect(self.last([.senseless]).actions == [.hangUp])
        #expect(self.last([Self.hello, .senseless]).actions == [.hangUp])
    }

    @Test("and whatever happens, the data folder has one owner", arguments: UInt64(1)...50)
    func oneOwner(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var machine = HandoverGiving()
        // Whether the other process may write, whether it lives, and what this one is asked to do and to say how it went.
        var (isLent, lives, isTold) = (false, false, false)
        for _ in 0..<400 {
            var event: Event
            switch Int.random(in: 0..<8, using: &random) {
            case 0 where !lives:
                event = Self.hello
                lives = true
            case 1 where lives: event = .said(.prepared)
            case 2 where lives: event = .said(.ready)
            case 3 where lives:
                event = .gone
                lives = false
            case 4: event = .timeIsUp(Int.random(in: 1...4, using: &random))
            case 5 where lives: event = Self.hello
            case 6 where lives: event = .senseless
            default: continue
            }
            var pending = machine.handle(event)
            while !pending.isEmpty {
                let action = pending.removeFirst()
                switch action {
                case .release:
                    #expect(!isLent)
                    event = Bool.random(using: &random) ? .releaseDone : .releaseFailed("no")
                case .give:
                    isLent = true
                    continue
                case .reclaim:
                    // Nobody else writes: it is dead.
                    #expect(!lives)
                    isLent = false
                    event = .reclaimed(Bool.random(using: &random))
                case .commit:
                    #expect(isLent && lives)
                    isTold = Bool.random(using: &random)
                    event = .committed(isTold)
                case .depart:
                    #expect(isLent && isTold)
                    continue
                default: continue
                }
                pending += machine.handle(event)
            }
            if machine.state == .serving { #expect(!isLent) }
            if machine.state == .over { return #expect(isTold) }
        }
    }
}
