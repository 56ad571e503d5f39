import ServingCore
import Synchronization

/// Something that can be closed, so that another process may have its file, and opened again, while everything that uses
/// it stays as it is.
final class Reopenable<Resource: Sendable, Failure: Error>: Sendable {
    private let current: Mutex<Resource?>
    private let open: @Sendable () throws(Failure) -> Resource

    /// Opens it.
    init(_ open: @escaping @Sendable () throws(Failure) -> Resource) throws(Failure) {
        self.open = open
        self.current = Mutex(try open())
    }

    /// Nil while it is closed.
    var value: Resource? { self.current.withLock { $0 } }

    /// From here on nobody finds it; whoever calls closes it.
    func take() -> Resource? { self.current.withLock { $0.take() } }

    /// Opens it if it is closed. Called by one at a time.
    func reopen() throws(Failure) {
        guard self.value == nil else { return }
        let resource = try self.open()
        self.current.withLock { $0 = resource }
    }
}

extension StoreError {
    /// Said by what is asked while its file is another process's.
    static let handedOver = StoreError.unavailable(
        "another process has the data folder while it takes over; try again in a moment"
    )
}
