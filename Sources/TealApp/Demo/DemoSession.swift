/// The whole of `teal demo`: starts the gateway, tells the story, stays up on a terminal.
package struct DemoSession: Sendable {
    private enum Event: Sendable {
        case stopped((any Error)?)
        case told(DemoReport?)
    }

    private let plan: DemoPlan
    private let console: DemoConsole

    package init(plan: DemoPlan, console: DemoConsole = .standard) {
        self.plan = plan
        self.console = console
    }

    /// Returns the exit status: 0 when nothing failed. On a terminal it returns when the gateway was stopped (Ctrl-C),
    /// elsewhere when the story is told.
    package func run(_ gateway: any DemoGateway) async -> Int32 {
        await withTaskGroup(of: Event.self) { group in
            group.addTask {
                do {
                    try await gateway.run()
                    return .stopped(nil)
                } catch {
                    return .stopped(error)
                }
            }
            group.addTask { .told(await self.tell(gateway)) }
            var status: Int32?
            for await event in group {
                switch event {
                case .told(let report?):
                    status = self.conclude(report, gateway)
                    if !self.console.isTerminal { await gateway.shutDown() }
                case .told(nil): break
                case .stopped(let error):
                    if let error { self.console.line("teal demo: the gateway stopped: \(error)") }
                    if error == nil, status == nil { self.console.line("teal demo: stopped before the end") }
                    if error != nil || status == nil { status = 1 }
                    group.cancelAll()
                }
            }
            return status ?? 1
        }
    }

    /// Nil when the gateway never became ready; its `run` says why.
    private func tell(_ gateway: any DemoGateway) async -> DemoReport? {
        do { try await gateway.waitUntilReady() } catch { return nil }
        let report = await DemoStory(target: gateway, plan: self.plan, console: self.console).tell()
        return Task.isCancelled ? nil : report
    }

    private func conclude(_ report: DemoReport, _ gateway: any DemoGateway) -> Int32 {
        self.console.line()
        if !report.rows.isEmpty { self.console.line(report.text) }
        self.console.line()
        for fault in report.faults { self.console.line("FAILED: \(fault)") }
        if self.console.isTerminal {
            let model = report.rows.first?.model ?? "digits"
            self.console.line(DemoText.closing(gateway, plan: self.plan, model: model))
            self.console.line("The gateway stays up until Ctrl-C.")
        } else if report.faults.isEmpty {
            self.console.line("All went well.")
        }
        return report.faults.isEmpty ? 0 : 1
    }
}
