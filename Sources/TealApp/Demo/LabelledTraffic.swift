package import LoadGenerator
package import NIOCore
package import ServingCore
import Synchronization
package import Trials

/// One model's held-out data as traffic until it is stopped; what is right about each request is told afterwards.
package final class LabelledTraffic: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package let model: String
    package let observer: AnswerObserver
    private let data: HeldOutData
    private let labels: LabelQueue
    private let run: LoadRun
    private let toldCount = Atomic(0)

    private static let batch = 250
    private static let pause = Duration.milliseconds(250)

    /// - Parameters:
    ///   - rate: requests per second.
    ///   - connections: kept.
    ///   - timeout: of each request.
    package init(
        model: String,
        data: HeldOutData,
        target: SocketAddress,
        rate: Double,
        connections: Int,
        timeout: TimeAmount = .seconds(5),
        on group: any EventLoopGroup
    ) throws(Failure) {
        let (labels, observer) = (LabelQueue(), AnswerObserver(data: data))
        let host = DemoText.address(target)
        let request = { @Sendable (number: Int) in
            PreparedRequest(post: "/v2/models/\(model)/infer", host: host, body: data.body(number))
        }
        var configuration = LoadConfiguration(
            target: target,
            requests: (0..<data.count).map(request),
            pace: .open(rate: rate),
            connections: connections,
            timeout: timeout
        )
        configuration.compose = request
        configuration.stamp = { observer.stamp }
        configuration.onAnswer = { answer in
            observer.observe(answer)
            if (200..<300).contains(answer.status) { labels.answered(answer.number, at: .now) }
        }
        if let problem = configuration.problem { throw Failure(description: problem) }
        self.model = model
        self.observer = observer
        self.data = data
        self.labels = labels
        self.run = LoadRun(configuration, on: group)
    }

    package func start() { self.run.start() }

    /// Every request that fell due is still sent.
    package func stop() { self.run.stop(sendsDue: true) }

    /// Waits until every request has ended; after `stop`.
    package func report() async -> LoadReport { await self.run.report() }

    package var progress: LoadProgress { self.run.progress }

    /// Labels that were taken so far.
    package var told: Int { self.toldCount.load(ordering: .relaxed) }

    /// Tells labels until the task is cancelled, or `tell` throws.
    package func tellLabels(_ tell: @Sendable ([Feedback]) async throws -> FeedbackReply) async throws {
        let clock = ContinuousClock()
        while !Task.isCancelled {
            do { try await clock.sleep(for: Self.pause) } catch { return }
            let entries = self.labels.take(at: clock.now, limit: Self.batch)
            guard !entries.isEmpty else { continue }
            let reply: FeedbackReply
            do {
                reply = try await tell(entries.map { self.feedback($0.number) })
            } catch {
                // What is cancelled in the middle is no failure.
                if Task.isCancelled { return }
                throw error
            }
            self.toldCount.add(reply.accepted, ordering: .relaxed)
            let unknown = Set(reply.problems.map(\.id))
            guard !unknown.isEmpty else { continue }
            for entry in entries where unknown.contains(self.data.id(entry.number)) {
                self.labels.missed(entry, at: clock.now)
            }
        }
    }

    private func feedback(_ number: Int) -> Feedback {
        Feedback(requestID: self.data.id(number), truth: .label(self.data.label(number)))
    }
}
