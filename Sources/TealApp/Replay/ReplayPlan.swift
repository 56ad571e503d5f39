import LoadGenerator
import NIOCore
import ServingCore

/// Which recorded requests are sent, where to and how fast.
package struct ReplayPlan: Sendable, Equatable {
    package var model: String
    /// JSON lines; `-` is the standard input.
    package var file: String
    /// Requests per second; nil sends the next when one is answered.
    package var rate: Double?
    /// Requests under way at a time, 1 to 1024.
    package var concurrency = 8
    /// The gateway's inference address.
    package var url = "http://127.0.0.1:8000"
    /// How often the whole file is sent, from 1.
    package var repeats = 1
    /// Lines that are no JSON objects are left out instead of refused.
    package var skipsBad = false

    package init(model: String, file: String) {
        self.model = model
        self.file = file
    }

    /// Why the plan cannot be carried out, in words; nil when all is well.
    package var problem: String? {
        if ModelName(self.model) == nil { return "a model's name is \(ModelName.rule)" }
        if !(1...1024).contains(self.concurrency) { return "the concurrency must lie between 1 and 1024" }
        if !(1...1_000_000).contains(self.repeats) { return "the file can be repeated 1 to 1000000 times" }
        if let rate, !(rate > 0 && rate <= 1_000_000) { return "the rate must lie above 0 and at most at 1000000" }
        return ReplayTarget(self.url) == nil ? ReplayTarget.rule : nil
    }

    /// Requests under way are given up after this long.
    private static let timeout = TimeAmount.seconds(60)

    func configuration(_ requests: [PreparedRequest], _ address: SocketAddress) -> LoadConfiguration {
        let (count, overflow) = requests.count.multipliedReportingOverflow(by: self.repeats)
        return LoadConfiguration(
            target: address,
            requests: requests,
            pace: self.rate.map { .open(rate: $0) } ?? .closed,
            connections: self.concurrency,
            count: overflow ? .max : count,
            timeout: Self.timeout
        )
    }
}
