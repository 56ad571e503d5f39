import LoadGenerator
import NIOCore
import NIOPosix
import ServingCore
import Synchronization
import TestSupport
import Testing

@Suite("Cutover under load")
struct CutoverUnderLoadTests {
    /// What the load's callbacks check, counted across event loops.
    private final class Watch: Sendable {
        /// Oldest generation a request sent from now on may be answered by.
        let acknowledged = Atomic<UInt64>(0)
        let outdated = Atomic<Int>(0)
        let unlabelled = Atomic<Int>(0)

        func look(_ answer: LoadAnswer) {
            guard let generation = answer.generation, answer.slot != nil else {
                self.unlabelled.wrappingAdd(1, ordering: .relaxed)
                return
            }
            if generation < answer.stamp { self.outdated.wrappingAdd(1, ordering: .relaxed) }
        }
    }

    @Test("1,000 flips lose no request, and none sent after an acknowledgement is answered by an older generation")
    func flips() async throws {
        let gateway = try await GatewayProcess.start(arguments: ["--set", "http.connectionsPerAddress=1024"])
        let admin = try AdminCalls(gateway)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let watch = Watch()
        var configuration = LoadConfiguration(
            target: try SocketAddress(ipAddress: "127.0.0.1", port: gateway.httpPort),
            requests: try HeldOutRequests.prepared("digits"),
            pace: .open(rate: 2_000),
            connections: 16,
            // Far beyond what any answer needs, so that a machine busy with other things does not fail the test.
            timeout: .seconds(30)
        )
        configuration.stamp = { watch.acknowledged.load(ordering: .acquiring) }
        configuration.onAnswer = { watch.look($0) }
        let run = LoadRun(configuration, on: group)
        run.start()

        for flip in 1...1_000 {
            let reply = flip.isMultiple(of: 2) ? try await admin.rollback("digits") : try await admin.promote("digits")
            watch.acknowledged.store(reply.status.generation, ordering: .releasing)
        }

        run.stop()
        let report = await run.report()
        #expect(report.failed == 0, "\(report.failureTexts.joined(separator: "; "))")
        #expect(report.isConserved)
        #expect(report.slots.count == 2)
        #expect(watch.outdated.load(ordering: .relaxed) == 0)
        #expect(watch.unlabelled.load(ordering: .relaxed) == 0)
        try await expectLaws(admin)
        try await group.shutdownGracefully()
        await gateway.stop()
    }

    @Test("a slot whose drain was acknowledged answers nothing more")
    func drained() async throws {
        let gateway = try await GatewayProcess.start()
        let admin = try AdminCalls(gateway)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let run = LoadRun(
            LoadConfiguration(
                target: try SocketAddress(ipAddress: "127.0.0.1", port: gateway.httpPort),
                requests: try HeldOutRequests.prepared("sentiment"),
                pace: .open(rate: 1_000),
                connections: 8,
                timeout: .seconds(30)
            ),
            on: group
        )
        run.start()
        var waiting = AdminCalls.context
        waiting.waitsForDrain = true
        for flip in 1...40 {
            let isBack = flip.isMultiple(of: 2)
            let reply =
                isBack ? try await admin.rollback("sentiment", waiting) : try await admin.promote("sentiment", waiting)
            #expect(reply.drained == true)
            let old = isBack ? #"slot="green",version="2""# : #"slot="blue",version="1""#
            let sample = #"teal_requests_total{model="sentiment",\#(old),outcome="answered"}"#
            // Whatever the old side counts from here on came after its drain was acknowledged.
            let before = try await admin.metric(sample)
            let generation = try await admin.status("sentiment").generation
            let after = try await admin.metric(sample)
            #expect(before == after)
            #expect(generation == reply.status.generation)
        }
        run.stop()
        let report = await run.report()
        #expect(report.failed == 0, "\(report.failureTexts.joined(separator: "; "))")
        try await expectLaws(admin)
        try await group.shutdownGracefully()
        await gateway.stop()
    }
}
