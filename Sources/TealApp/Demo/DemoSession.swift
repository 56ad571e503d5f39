/// The whole of `teal demo`: starts the gateway, tells the story, stays up on a terminal.
package struct DemoSession: Sendable {
    private enum Event: Sendable {
        case stopped((any Error)?)
        case told([DemoReport]?)
    }

    /// Makes the gateway of the second part, about versions that another server runs.
    package typealias MakeRemotePair = @Sendable () async throws -> DemoRemotePair

    private let plan: DemoPlan
    private let console: DemoConsole
    private let makeRemotePair: MakeRemotePair?

    /// - Parameter remotePair: nil: there is no second part.
    package init(plan: DemoPlan, console: DemoConsole = .standard, remotePair: MakeRemotePair? = nil) {
        self.plan = plan
        self.console = console
        self.makeRemotePair = remotePair
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
                case .told(let reports?):
                    status = self.conclude(reports, gateway)
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
    private func tell(_ gateway: any DemoGateway) async -> [DemoReport]? {
        do { try await gateway.waitUntilReady() } catch { return nil }
        var reports = [await DemoStory(target: gateway, plan: self.plan, console: self.console).tell()]
        if let make = self.makeRemotePair, !Task.isCancelled { reports.append(await self.tellRemote(make)) }
        return Task.isCancelled ? nil : reports
    }

    private func tellRemote(_ make: MakeRemotePair) async -> DemoReport {
        let pair: DemoRemotePair
        do {
            pair = try await make()
        } catch {
            return .failed("the remote pair cannot be shown: \(error)")
        }
        self.console.line(DemoText.remote(pair))
        return await withTaskGroup(of: DemoReport?.self) { group in
            group.addTask {
                do {
                    try await pair.run()
                    return nil
                } catch {
                    return .failed("the remote pair cannot be shown: \(error)")
                }
            }
            group.addTask {
                do { try await pair.waitUntilReady() } catch { return nil }
                let plan = self.plan.remote(models: pair.models)
                let report = await DemoStory(target: pair, plan: plan, console: self.console).tell()
                await pair.shutDown()
                return report
            }
            var report: DemoReport?
            for await one in group {
                // Whichever ends first without a word has ended early, and takes the other with it.
                if let one { report = report ?? one } else if report == nil { group.cancelAll() }
            }
            return report ?? .failed("the remote pair ended before its time")
        }
    }

    private func conclude(_ reports: [DemoReport], _ gateway: any DemoGateway) -> Int32 {
        for report in reports where !report.rows.isEmpty { self.console.line("\n\(report.text)") }
        self.console.line()
        let faults = reports.flatMap(\.faults)
        for fault in faults { self.console.line("FAILED: \(fault)") }
        if self.console.isTerminal {
            let model = reports.first?.rows.first?.model ?? "digits"
            self.console.line(DemoText.closing(gateway, plan: self.plan, model: model))
            self.console.line("The gateway stays up until Ctrl-C.")
        } else if faults.isEmpty {
            self.console.line("All went well.")
        }
        return faults.isEmpty ? 0 : 1
    }
}
