import NIOCore
import Testing
import Upstream

@Suite("OutlierEjection")
struct OutlierEjectionTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    /// Fails until ejected; the moment it is back.
    private func eject(_ ejection: inout OutlierEjection, at now: NIODeadline) -> NIODeadline {
        while !ejection.failed(now: now, mayEject: true) {}
        var until = now
        while ejection.isEjected(now: until) { until = until + .seconds(1) }
        return until
    }

    @Test("ejects after so many failures in a row, for half a minute")
    func ejects() {
        var ejection = OutlierEjection(failures: 2)
        #expect(ejection.failed(now: Self.start, mayEject: true) == false)
        ejection.succeeded(now: Self.start)
        #expect(ejection.failed(now: Self.start, mayEject: true) == false)
        #expect(ejection.failed(now: Self.start, mayEject: true) == true)
        #expect(ejection.isEjected(now: Self.start + .seconds(29)))
        #expect(!ejection.isEjected(now: Self.start + .seconds(30)))
    }

    @Test("does not eject when too few others are left, and does once there are")
    func lastOne() {
        var ejection = OutlierEjection(failures: 2)
        for _ in 0..<10 { #expect(ejection.failed(now: Self.start, mayEject: false) == false) }
        #expect(ejection.failed(now: Self.start, mayEject: true) == true)
    }

    @Test("ejects longer each time, up to five minutes")
    func longer() {
        var ejection = OutlierEjection(failures: 1)
        var now = Self.start
        for seconds in [30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300] as [Int64] {
            let until = self.eject(&ejection, at: now)
            #expect(until - now == .seconds(seconds))
            now = until
        }
    }

    @Test("forgets one ejection after each ten seconds of good answers")
    func forgets() {
        var ejection = OutlierEjection(failures: 1)
        var now = self.eject(&ejection, at: Self.start)
        now = self.eject(&ejection, at: now)
        // One answer for each second.
        for _ in 0..<21 {
            now = now + .seconds(1)
            ejection.succeeded(now: now)
        }
        #expect(self.eject(&ejection, at: now) - now == .seconds(30))
    }

    @Test("failures while it is ejected do not make it longer")
    func meanwhile() {
        var ejection = OutlierEjection(failures: 1)
        #expect(ejection.failed(now: Self.start, mayEject: true) == true)
        #expect(ejection.failed(now: Self.start + .seconds(1), mayEject: true) == false)
        #expect(!ejection.isEjected(now: Self.start + .seconds(30)))
    }
}
