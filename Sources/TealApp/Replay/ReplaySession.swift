import Glibc
import LoadGenerator
import NIOPosix
import UnixSignals

/// The whole of `teal replay`: reads, sends, shows how far it is, sums up.
package struct ReplaySession: Sendable {
    private let plan: ReplayPlan
    private let console: DemoConsole
    private let output: @Sendable (String) -> Void

    /// - Parameters:
    ///   - console: where progress is shown.
    ///   - output: gets the summary, line breaks included.
    package init(plan: ReplayPlan, console: DemoConsole, output: @escaping @Sendable (String) -> Void) {
        self.plan = plan
        self.console = console
        self.output = output
    }

    /// True when every request was answered with a status of 2xx. Throws before anything is sent when nothing can be.
    ///
    /// - Parameter interrupts: the first one ends the sending, and what is under way is still awaited; a second one ends
    ///   the process. Nil: the signals of Ctrl-C and `kill`.
    package func run(interrupts: AsyncStream<Void>? = nil) async throws(ReplayError) -> Bool {
        if let problem = self.plan.problem { throw ReplayError(problem) }
        guard let target = ReplayTarget(self.plan.url) else { throw ReplayError(ReplayTarget.rule) }
        let path = "/v2/models/\(self.plan.model)/infer"
        let file = try ReplayFile(self.plan.file, skipsBad: self.plan.skipsBad) { body in
            PreparedRequest(post: path, host: target.authority, body: body)
        }
        let configuration = self.plan.configuration(file.requests, try await target.reach())
        if let problem = configuration.problem { throw ReplayError(problem) }
        let total = configuration.count ?? 0
        let report = await self.send(
            LoadRun(configuration, on: MultiThreadedEventLoopGroup.singleton),
            total,
            interrupts
        )
        self.output(ReplaySummary.text(report, total: total, skipped: file.skipped))
        return report.answered == total
    }

    private func send(_ run: LoadRun, _ total: Int, _ interrupts: AsyncStream<Void>?) async -> LoadReport {
        run.start()
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.watch(run, total) }
            group.addTask { await Self.stop(run, on: interrupts) }
            let report = await run.report()
            group.cancelAll()
            return report
        }
    }

    private static func stop(_ run: LoadRun, on interrupts: AsyncStream<Void>?) async {
        var isStopped = false
        func interrupt() {
            if isStopped { exit(1) }
            isStopped = true
            run.stop()
        }
        if let interrupts {
            for await _ in interrupts { interrupt() }
        } else {
            for await _ in await UnixSignalsSequence(trapping: [.sigint, .sigterm]) { interrupt() }
        }
    }

    /// Shows how far the run is until its task is cancelled.
    private func watch(_ run: LoadRun, _ total: Int) async {
        let interval: Duration = self.console.isTerminal ? .milliseconds(200) : .seconds(5)
        var progress = ReplayProgress(total: total)
        while (try? await Task.sleep(for: interval)) != nil {
            self.console.update(
                self.console.isTerminal ? progress.bar(run.progress) : "teal: \(progress.line(run.progress))"
            )
        }
        if self.console.isTerminal { self.console.update("\(progress.bar(run.progress))\n") }
    }
}
