import Foundation
import LoadGenerator
import NIOCore
import NIOPosix
import ServingCore

/// Tells the demo against a running gateway: what is served, traffic with cutovers in the middle of it, what happened.
package struct DemoStory: Sendable {
    private struct Traffic: Sendable {
        var status: ModelStatus
        var run: LoadRun
        var observer: AnswerObserver
    }

    private let target: any DemoTarget
    private let plan: DemoPlan
    private let console: DemoConsole

    package init(target: any DemoTarget, plan: DemoPlan, console: DemoConsole) {
        self.target = target
        self.plan = plan
        self.console = console
    }

    /// Takes `plan.seconds` and a little; ends early when its task is cancelled.
    package func tell() async -> DemoReport {
        var report = DemoReport()
        let statuses = await self.target.control.status().filter { $0.live != nil }
        self.console.line(DemoText.opening(statuses, self.target))
        let traffic = statuses.compactMap { self.traffic(for: $0, among: statuses.count, &report) }
        guard !traffic.isEmpty else { return report }

        self.console.line(DemoText.beginning(self.plan, models: traffic.map(\.status.model)))
        let clock = ContinuousClock()
        let start = clock.now
        for one in traffic { one.run.start() }
        let flipper = DemoFlipper(
            control: self.target.control,
            observers: Dictionary(uniqueKeysWithValues: traffic.map { ($0.status.model, $0.observer) })
        )
        let flips = self.plan.flips(of: traffic.map(\.status).filter(DemoFlipper.canFlip).map(\.model))
        async let flipped = flipper.perform(flips, since: start, clock: clock)
        async let watched: Void = self.watch(traffic, flipper, until: start + .seconds(self.plan.seconds))
        report.flips = await flipped
        await watched

        let settled = await self.target.control.status()
        for one in traffic {
            let model = one.status.model
            let slots = (settled.first { $0.model == model } ?? one.status).slots
            report.add(
                await one.run.report(),
                model: model,
                findings: one.observer.findings,
                versions: Dictionary(
                    uniqueKeysWithValues: slots.map { ($0.slot.rawValue, ($0.version, $0.metrics?["accuracy"])) }
                )
            )
        }
        report.trials = await self.target.trials(of: traffic.map(\.status.model))
        report.laws += await self.target.laws()
        return report
    }

    private func traffic(for status: ModelStatus, among models: Int, _ report: inout DemoReport) -> Traffic? {
        let path = "\(self.plan.models)/\(status.model)/heldout.jsonl"
        let data: HeldOutData
        do {
            data = try HeldOutData(String(contentsOfFile: path, encoding: .utf8))
        } catch {
            report.problems.append("\(path) cannot be used: \(error)")
            return nil
        }
        let observer = AnswerObserver(data: data)
        let host = DemoText.address(self.target.inferenceAddress)
        var configuration = LoadConfiguration(
            target: self.target.inferenceAddress,
            requests: data.bodies.map {
                PreparedRequest(post: "/v2/models/\(status.model)/infer", host: host, body: $0)
            },
            pace: .open(rate: self.plan.rate / Double(models)),
            connections: self.plan.connections,
            duration: .nanoseconds(Int64(self.plan.seconds * 1e9))
        )
        configuration.stamp = { observer.stamp }
        configuration.onAnswer = { observer.observe($0) }
        if let problem = configuration.problem {
            report.problems.append("no load on \(status.model): \(problem)")
            return nil
        }
        let run = LoadRun(configuration, on: MultiThreadedEventLoopGroup.singleton)
        return Traffic(status: status, run: run, observer: observer)
    }

    /// Shows progress until the load ends; stops the load when the task is cancelled.
    private func watch(_ traffic: [Traffic], _ flipper: DemoFlipper, until end: ContinuousClock.Instant) async {
        let interval: Duration = self.console.isTerminal ? .milliseconds(200) : .seconds(2)
        let clock = ContinuousClock()
        var progress = DemoProgress()
        var next = clock.now
        while next < end {
            next = min(next + interval, end)
            do {
                try await clock.sleep(until: next)
            } catch {
                for one in traffic { one.run.stop() }
                break
            }
            self.console.update(
                progress.line(traffic.map { ($0.status.model, $0.run.progress) }, cutovers: flipper.count)
            )
        }
        self.console.endUpdates()
    }
}
