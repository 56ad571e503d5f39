import Foundation
import LoadGenerator
import NIOPosix
import Promotion
import SemanticSearch
import ServingCore

/// Tells the demo against a running gateway, with traffic from the first act to the last: the gate promotes the good
/// candidates, each is rolled back and promoted again, the gate rejects the broken ones.
package struct DemoStory: Sendable {
    private let target: any DemoTarget
    private let plan: DemoPlan
    private let console: DemoConsole

    package init(target: any DemoTarget, plan: DemoPlan, console: DemoConsole) {
        self.target = target
        self.plan = plan
        self.console = console
    }

    /// Ends early when its task is cancelled.
    package func tell() async -> DemoReport {
        var report = DemoReport()
        let statuses = await self.target.control.status().filter { $0.live != nil }
        self.console.line(DemoText.opening(statuses, self.target))
        let traffic = statuses.compactMap { self.traffic(for: $0, among: statuses.count, &report) }
        guard !traffic.isEmpty else { return report }

        self.console.line(DemoText.beginning(self.plan, models: traffic.map(\.model)))
        for one in traffic { one.start() }
        let desk = self.target.desk
        report = await withTaskGroup(of: String?.self) { group in
            for one in traffic {
                group.addTask {
                    do {
                        try await one.tellLabels { try await desk.take($0, model: one.model) }
                        return nil
                    } catch {
                        return "labels of \(one.model) could not be told: \(error)"
                    }
                }
            }
            var told = report
            await self.act(traffic, statuses, &told)
            group.cancelAll()
            for await case let problem? in group { told.problems.append(problem) }
            return told
        }
        for one in traffic { one.stop() }
        for one in traffic {
            let slots = statuses.first { $0.model == one.model }?.slots ?? []
            report.add(
                await one.report(),
                model: one.model,
                findings: one.observer.findings,
                versions: Dictionary(
                    uniqueKeysWithValues: slots.map { ($0.slot.rawValue, ($0.version, $0.metrics?["accuracy"])) }
                )
            )
        }
        await self.writeReports(&report)
        report.laws += await self.target.laws()
        return report
    }

    private func traffic(
        for status: ModelStatus,
        among models: Int,
        _ report: inout DemoReport
    ) -> LabelledTraffic? {
        let path = "\(self.plan.models)/\(status.model)/heldout.jsonl"
        do {
            return try LabelledTraffic(
                model: status.model,
                data: HeldOutData(String(contentsOfFile: path, encoding: .utf8)),
                target: self.target.inferenceAddress,
                rate: self.plan.rate / Double(models),
                connections: self.plan.connections,
                on: MultiThreadedEventLoopGroup.singleton
            )
        } catch {
            report.problems.append("\(path) cannot be used: \(error)")
            return nil
        }
    }

    // MARK: Acts

    private func act(_ traffic: [LabelledTraffic], _ statuses: [ModelStatus], _ report: inout DemoReport) async {
        let asked = statuses.compactMap { status in
            let other = status.slots.first { $0.slot != status.live && $0.state == "ready" }
            return other?.version.map { Judgement(model: status.model, version: $0, expected: .promote) }
        }
        let good = await self.judge(asked.filter { one in traffic.contains { $0.model == one.model } }, traffic)
        report.judgements += good
        let promoted = good.filter(\.isAsExpected)
        guard !promoted.isEmpty, !Task.isCancelled else { return }
        report.flips = await self.cutOver(promoted, traffic)
        guard !Task.isCancelled, let version = self.plan.broken else { return }

        self.console.line(DemoText.breaking(version))
        var loaded: [Judgement] = []
        for one in promoted {
            do throws(ControlError) {
                try await self.load(version, of: one.model)
                loaded.append(Judgement(model: one.model, version: version, expected: .reject))
            } catch {
                report.problems.append("version \(version) of \(one.model): \(error.message)")
            }
        }
        var broken = await self.judge(loaded, traffic)
        for index in broken.indices where broken[index].isAsExpected { await self.tryAnyway(&broken[index]) }
        report.judgements += broken
    }

    /// Waits for the gate's decisions and says what they are.
    private func judge(_ asked: [Judgement], _ traffic: [LabelledTraffic]) async -> [Judgement] {
        let judge = DemoJudge(desk: self.target.desk, patience: .seconds(self.plan.patience))
        var pace = ProgressPace(self.console)
        let judgements = await judge.decide(asked) { judgements in
            guard pace.isDue else { return }
            self.console.update(DemoText.waiting(judgements, traffic.map { ($0.progress, $0.told) }))
        }
        self.console.endUpdates()
        for one in judgements { self.console.line(DemoText.decision(one)) }
        return judgements
    }

    private func cutOver(_ promoted: [Judgement], _ traffic: [LabelledTraffic]) async -> [FlipRecord] {
        self.console.line(DemoText.cuttingOver(promoted))
        let clock = ContinuousClock()
        let start = clock.now
        let flipper = DemoFlipper(
            control: self.target.control,
            traffic: traffic,
            verdicts: Dictionary(
                uniqueKeysWithValues: promoted.compactMap { one in
                    one.given?.id.map { (one.model, $0) }
                }
            )
        )
        async let flips = flipper.perform(self.plan.flips(of: promoted.map(\.model)), since: start, clock: clock)
        await self.watch(traffic, flipper, until: start + .seconds(self.plan.cutoverSeconds))
        return await flips
    }

    /// Shows progress until `end`, or until the task is cancelled.
    private func watch(
        _ traffic: [LabelledTraffic],
        _ flipper: DemoFlipper,
        until end: ContinuousClock.Instant
    ) async {
        let clock = ContinuousClock()
        var progress = DemoProgress()
        var next = clock.now
        while next < end {
            next = min(next + ProgressPace.interval(self.console), end)
            do { try await clock.sleep(until: next) } catch { break }
            self.console.update(progress.line(traffic.map { ($0.model, $0.progress) }, cutovers: flipper.count))
        }
        self.console.endUpdates()
    }

    /// Takes the place of the standby.
    private func load(_ version: Int, of model: String) async throws(ControlError) {
        guard let live = try await self.target.control.status(of: model).live else {
            throw ControlError(.notReady, "no version is live")
        }
        _ = try await self.target.control.load(
            LoadRequest(model: model, slot: live.other, version: version),
            ActionContext(actor: "demo", reason: "a candidate that is broken on purpose")
        )
    }

    /// A promotion like any other, which must be refused.
    private func tryAnyway(_ judgement: inout Judgement) async {
        do throws(ControlError) {
            _ = try await self.target.control.promote(
                model: judgement.model,
                ActionContext(actor: "demo", reason: "must be refused")
            )
        } catch {
            judgement.refusal = "\(error.message) (\(error.code.rawValue))"
            self.console.line("  teal promote \(judgement.model): \(error.message)")
        }
    }

    // MARK: Reports

    private func writeReports(_ report: inout DemoReport) async {
        for index in report.judgements.indices {
            let one = report.judgements[index]
            guard let given = one.given else { continue }
            let path = "\(self.plan.reports)/\(one.model)-version-\(one.version)-\(given.decision.rawValue).html"
            do {
                let document = try await self.target.desk.report(model: one.model, release: given.verdict.release)
                report.trials.append(document.trial)
                if let found = document.slices?.document.findings.confirmed {
                    report.slices.append(DemoSlices(model: one.model, version: one.version, confirmed: found))
                }
                try FileManager.default.createDirectory(
                    atPath: self.plan.reports,
                    withIntermediateDirectories: true
                )
                try ReportFormat.html.render(document).write(toFile: path, atomically: true, encoding: .utf8)
                report.judgements[index].report = path
            } catch {
                report.problems.append("no report on version \(one.version) of \(one.model): \(error)")
            }
        }
    }
}
