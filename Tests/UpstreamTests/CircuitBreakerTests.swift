import NIOCore
import ServingCore
import TestSupport
import Testing
import Upstream

@Suite("CircuitBreaker")
struct CircuitBreakerTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private static func configuration(
        failures: Int = 3,
        openFor: UInt64 = 1_000_000_000,
        most: UInt64 = 8_000_000_000
    ) -> BackendConfiguration.Breaker {
        var configuration = BackendConfiguration.Breaker()
        configuration.failures = failures
        configuration.openFor = openFor
        configuration.most = most
        return configuration
    }

    /// A breaker with its clock and chance.
    private struct Stand {
        var breaker: CircuitBreaker
        var now = CircuitBreakerTests.start
        var random = SeededRandom(seed: 1)

        init(_ configuration: BackendConfiguration.Breaker = CircuitBreakerTests.configuration()) {
            self.breaker = CircuitBreaker(configuration)
        }

        /// One request that fails; true when it opened the breaker.
        @discardableResult
        mutating func fail() -> Bool {
            let isProbe = self.breaker.admit()
            return self.breaker.failed(isProbe: isProbe, now: self.now, random: &self.random)
        }

        mutating func open() { while !self.fail() {} }

        /// How long it stays open.
        var openTime: TimeAmount? {
            guard case .open(let until) = self.breaker.state else { return nil }
            return until - self.now
        }
    }

    @Test("opens after so many failures in a row, and not before")
    func opens() {
        var stand = Stand()
        #expect(stand.fail() == false)
        #expect(stand.fail() == false)
        #expect(stand.breaker.admits(now: stand.now))
        #expect(stand.fail() == true)
        #expect(!stand.breaker.admits(now: stand.now))
    }

    @Test("a success between failures starts the count anew")
    func success() {
        var stand = Stand()
        for _ in 0..<10 {
            stand.fail()
            stand.fail()
            stand.breaker.succeeded()
        }
        #expect(stand.breaker.state == .closed(failures: 0))
    }

    @Test("lets one probe through when its time is up, and nobody else")
    func probe() throws {
        var stand = Stand()
        stand.open()
        let openTime = try #require(stand.openTime)
        stand.now = stand.now + openTime - .nanoseconds(1)
        #expect(!stand.breaker.admits(now: stand.now))
        stand.now = stand.now + .nanoseconds(1)
        #expect(stand.breaker.admits(now: stand.now))
        #expect(stand.breaker.admit() == true)
        #expect(!stand.breaker.admits(now: stand.now + .hours(1)))
    }

    @Test("a probe whose answer begins well closes it; the next failure opens it again")
    func probeAnswered() throws {
        var stand = Stand()
        stand.open()
        stand.now = stand.now + .seconds(1)
        let isProbe = stand.breaker.admit()
        stand.breaker.answered(isProbe: isProbe)
        #expect(stand.breaker.admits(now: stand.now))
        #expect(stand.breaker.failed(isProbe: isProbe, now: stand.now, random: &stand.random) == true)
        // It has not worked since: the time is doubled.
        #expect(try #require(stand.openTime) > .milliseconds(1_499))
    }

    @Test("a whole answer to the probe forgets all")
    func probeSucceeded() throws {
        var stand = Stand()
        stand.open()
        stand.now = stand.now + .seconds(1)
        let isProbe = stand.breaker.admit()
        stand.breaker.answered(isProbe: isProbe)
        stand.breaker.succeeded()
        #expect(stand.breaker.state == .closed(failures: 0))
        stand.open()
        #expect(try #require(stand.openTime) <= .seconds(1))
    }

    @Test("opens twice as long with each probe that fails, up to a bound, and never at the same moment as others")
    func doubling() throws {
        var stand = Stand()
        stand.open()
        for seconds in [1, 2, 4, 8, 8, 8] as [Int64] {
            let time = try #require(stand.openTime)
            #expect(time <= .seconds(seconds))
            #expect(time >= .milliseconds(seconds * 750))
            stand.now = stand.now + time
            stand.fail()
        }
        var other = Stand()
        other.random = SeededRandom(seed: 2)
        other.open()
        var first = Stand()
        first.open()
        #expect(other.openTime != first.openTime)
    }

    @Test("what was sent before it opened changes nothing")
    func stragglers() throws {
        var stand = Stand()
        stand.open()
        let state = stand.breaker.state
        stand.breaker.succeeded()
        #expect(stand.breaker.failed(isProbe: false, now: stand.now, random: &stand.random) == false)
        #expect(stand.breaker.state == state)
        stand.now = stand.now + .seconds(1)
        #expect(stand.breaker.admit() == true)
        stand.breaker.succeeded()
        stand.breaker.answered(isProbe: false)
        #expect(stand.breaker.failed(isProbe: false, now: stand.now, random: &stand.random) == false)
        #expect(stand.breaker.state == .halfOpen)
    }

    @Test("a probe that told nothing makes way for the next at once")
    func abandoned() {
        var stand = Stand()
        stand.open()
        stand.now = stand.now + .seconds(1)
        #expect(stand.breaker.admit() == true)
        stand.breaker.abandoned(isProbe: false, now: stand.now)
        #expect(!stand.breaker.admits(now: stand.now))
        stand.breaker.abandoned(isProbe: true, now: stand.now)
        #expect(stand.breaker.admits(now: stand.now))
    }

    @Test("a health check that finds the endpoint well lets the next request try")
    func recovered() {
        var stand = Stand()
        stand.open()
        #expect(!stand.breaker.admits(now: stand.now))
        stand.breaker.recovered(now: stand.now)
        #expect(stand.breaker.admits(now: stand.now))
        #expect(stand.breaker.admit() == true)
    }

    @Test("absurd figures do no harm")
    func absurd() {
        var stand = Stand(Self.configuration(failures: 0, openFor: .max, most: 0))
        for _ in 0..<100 {
            stand.fail()
            stand.breaker.recovered(now: stand.now)
        }
        var patient = Stand(Self.configuration(failures: .max))
        for _ in 0..<100 { #expect(patient.fail() == false) }
    }
}
