/// Refuses requests, on one event loop, of a version whose worker threads cannot keep up. Whether they can is told by
/// the age of the oldest request that waits; how many may be on their way by Little's law, from what this loop gets
/// answered. A value: time is passed in, nanoseconds.
package struct QueueShedder {
    package private(set) var delay: StandingDelay
    /// Requests of this loop that may be on their way while the queue stands.
    package private(set) var limit = Double.infinity
    private var last: Sample?
    private var lastTime: UInt64 = 0
    // Of the last eight samples or sixteen requests, whichever are more, with a queue; the older the less.
    private var time = 0.0
    private var finished = 0.0
    private var started = 0.0
    private var busy = 0.0

    /// What is known of a version at one moment.
    package struct Sample {
        /// How long the oldest waiting request has waited, without what a batch waits on purpose.
        package var age: UInt64
        /// Requests that run, of all loops.
        package var running: Int
        /// Requests that were ever started, of all loops.
        package var started: UInt64
        /// Requests of this loop that were ever answered.
        package var finished: UInt64

        package init(age: UInt64, running: Int, started: UInt64, finished: UInt64) {
            self.age = age
            self.running = running
            self.started = started
            self.finished = finished
        }
    }

    package init(_ limits: OverloadLimits) {
        self.delay = StandingDelay(limits)
    }

    package var isShedding: Bool { self.delay.isStanding }

    /// - Parameter batching: how long a batch waits for company.
    package mutating func note(_ sample: Sample, batching: UInt64 = 0, now: UInt64) {
        defer { (self.last, self.lastTime) = (sample, now) }
        guard let last = self.last, now > self.lastTime else { return }
        // What the workers can do shows only while something waits for them.
        guard sample.age > 0 else { return self.delay.note(0, service: self.service, now: now) }
        let started = Double(sample.started &- last.started)
        let elapsed = Double(now - self.lastTime)
        let kept = self.started > 16 ? 0.875 : 1
        self.time = self.time * kept + elapsed
        self.finished = self.finished * kept + Double(sample.finished &- last.finished)
        self.started = self.started * kept + started
        self.busy = self.busy * kept + Double(sample.running) * elapsed
        self.delay.note(sample.age, service: self.service, now: now)
        let wait = 2 &* self.delay.target(service: self.service) &+ batching
        self.limit = max(1, self.finished / self.time * Double(wait &+ self.service))
    }

    /// What a request takes once it runs.
    private var service: UInt64 { UInt64(self.busy / max(self.started, 1)) }

    /// False when the request would wait too long behind the `count` of this loop that are on their way.
    package mutating func admits(beside count: Int, now: UInt64) -> Bool {
        guard self.isShedding, Double(count) >= self.limit else { return true }
        self.delay.refused(now: now)
        return false
    }
}
