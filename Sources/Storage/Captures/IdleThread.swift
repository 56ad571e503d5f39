import Foundation

/// A thread that runs only when no other thread wants the processor: keeping captures never slows an answer.
enum IdleThread {
    /// Starts a thread that runs `body`; false when the system gives no more threads.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        let start = Unmanaged.passRetained(Body(body))
        #if canImport(Glibc)
            var handle = pthread_t()
        #else
            var handle: pthread_t?
        #endif
        let failure = pthread_create(
            &handle,
            nil,
            { argument in
                #if canImport(Glibc)
                    guard let argument else { return nil }
                #endif
                let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                IdleThread.giveWay()
                body.run()
                return nil
            },
            start.toOpaque()
        )
        guard failure == 0 else {
            start.release()
            return false
        }
        #if canImport(Glibc)
            pthread_detach(handle)
        #else
            if let handle { pthread_detach(handle) }
        #endif
        return true
    }

    private static func giveWay() {
        #if canImport(Glibc)
            // SCHED_IDLE, whose name is not visible to Swift. Where it is refused the lowest nice level does.
            var parameters = sched_param()
            if sched_setscheduler(0, 5, &parameters) != 0 {
                setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
            }
        #endif
    }

    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
}
