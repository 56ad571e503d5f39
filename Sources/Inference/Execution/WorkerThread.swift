import Glibc

/// One thread of ours. Must be joined or detached exactly once.
package struct WorkerThread: Sendable {
    package enum Priority: Sendable {
        case normal
        /// Runs only when no other thread wants the processor, and gives it up at once when one does.
        case idle
    }

    private let handle: pthread_t

    /// Starts a thread that runs `body`; nil when the system gives no more threads. The system keeps 15 bytes of
    /// `name`.
    package init?(name: String, priority: Priority = .normal, body: @escaping @Sendable () -> Void) {
        let start = Unmanaged.passRetained(Start(name: name, priority: priority, body: body))
        var handle = pthread_t()
        let failure = pthread_create(
            &handle,
            nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                start.nameThread()
                start.setPriority()
                start.body()
                return nil
            },
            start.toOpaque()
        )
        guard failure == 0 else {
            start.release()
            return nil
        }
        self.handle = handle
    }

    /// Waits until the thread has ended. From the thread itself it only detaches.
    package func join() {
        if pthread_equal(self.handle, pthread_self()) != 0 {
            pthread_detach(self.handle)
        } else {
            pthread_join(self.handle, nil)
        }
    }

    package func detach() { pthread_detach(self.handle) }

    private final class Start: Sendable {
        let name: String
        let priority: Priority
        let body: @Sendable () -> Void

        init(name: String, priority: Priority, body: @escaping @Sendable () -> Void) {
            self.name = String(decoding: name.utf8.prefix(15), as: UTF8.self)
            self.priority = priority
            self.body = body
        }

        func setPriority() {
            guard self.priority == .idle else { return }
            // SCHED_IDLE, whose name is not visible to Swift. Where it is refused the lowest nice level does.
            var parameters = sched_param()
            if sched_setscheduler(0, 5, &parameters) != 0 {
                setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
            }
        }

        /// For `top` and debuggers only, so a failure does not matter. Glibc's own call is not visible to Swift.
        func nameThread() {
            let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
            guard file >= 0 else { return }
            var name = self.name
            _ = name.withUTF8 { write(file, $0.baseAddress, $0.count) }
            close(file)
        }
    }
}
