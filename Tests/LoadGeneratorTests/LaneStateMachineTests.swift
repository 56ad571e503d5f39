import LoadGenerator
import Testing

@Suite struct LaneStateMachineTests {
    private let first = Ticket(sequence: 1, due: 10)
    private let second = Ticket(sequence: 2, due: 20)

    /// A lane whose connection has answered `served` requests.
    private func idle(served: Int = 0) -> LaneStateMachine {
        var lane = LaneStateMachine()
        _ = lane.connected()
        for _ in 0..<served {
            _ = lane.assign(self.first)
            _ = lane.answered(reusable: true)
        }
        return lane
    }

    @Test("connects, sends, is answered, rests")
    func life() {
        var lane = LaneStateMachine()
        #expect(lane.connected() == .rest)
        #expect(lane.assign(self.first) == .send(self.first))
        lane.heard()
        #expect(lane.answered(reusable: true) == .complete(self.first, reconnect: false))
        #expect(lane.state == .idle(served: 1))
    }

    @Test("an answer that ends the connection makes the lane connect again")
    func connectionClose() {
        var lane = self.idle()
        _ = lane.assign(self.first)
        #expect(lane.answered(reusable: false) == .complete(self.first, reconnect: true))
        #expect(lane.connected() == .rest)
    }

    @Test("a kept connection closed before a byte of the answer: sent again, once")
    func retry() {
        var lane = self.idle(served: 1)
        _ = lane.assign(self.second)
        #expect(lane.lost() == .retry)
        var again = self.second
        again.retried = true
        #expect(lane.connected() == .send(again))
        _ = lane.lost()
        #expect(lane.state == .disconnected)
    }

    @Test("a second close of the same request is a failure")
    func retryOnce() {
        var lane = self.idle(served: 1)
        var again = self.second
        again.retried = true
        _ = lane.assign(again)
        #expect(lane.lost() == .fail(again))
    }

    @Test("a fresh connection closed before an answer is a failure")
    func freshClose() {
        var lane = self.idle()
        _ = lane.assign(self.first)
        #expect(lane.lost() == .fail(self.first))
        #expect(lane.state == .disconnected)
    }

    @Test("a connection closed within an answer is a failure, also when kept")
    func cutAnswer() {
        var lane = self.idle(served: 3)
        _ = lane.assign(self.first)
        lane.heard()
        #expect(lane.lost() == .fail(self.first))
    }

    @Test("an idle connection closed by the server is no failure; the next request connects")
    func idleClose() {
        var lane = self.idle(served: 1)
        #expect(lane.lost() == .none)
        #expect(lane.assign(self.first) == .connect)
        #expect(lane.connected() == .send(self.first))
    }

    @Test("a failed connect fails the request that waits for it, and nothing else")
    func connectFails() {
        var lane = LaneStateMachine()
        #expect(lane.connectFailed() == .rest)
        #expect(lane.assign(self.first) == .connect)
        #expect(lane.connectFailed() == .fail(self.first))
    }

    @Test("a request fails when its deadline is reached, not before")
    func expiry() {
        var lane = self.idle()
        var ticket = self.first
        _ = lane.assign(ticket)
        ticket.deadline = 100
        lane.sent(ticket)
        #expect(lane.expire(at: 99) == .none)
        #expect(lane.expire(at: 100) == .fail(ticket))
        #expect(lane.expire(at: 101) == .none)
    }

    @Test("an answer nobody asked for ends the connection")
    func unasked() {
        var lane = self.idle()
        #expect(lane.answered(reusable: true) == .close)
        #expect(lane.assign(self.first) == .connect)
    }

    @Test("a connection that comes up after the end is closed")
    func lateConnect() {
        var lane = LaneStateMachine()
        #expect(lane.finish() == .none)
        #expect(lane.connected() == .close)
    }
}
