import Glibc
import Inference
import Synchronization
package import SystemPackage

/// Where the process comes that wants to take this one's place: one at a time, others are told so. Watched by a thread of
/// its own, which tells what is said as events. Must be closed.
package final class HandoverDoor: Sendable {
    package let events: AsyncStream<HandoverGiving.Event>
    private let feed: AsyncStream<HandoverGiving.Event>.Continuation
    private let address: HandoverAddress
    private let listener: FileDescriptor
    /// What is written to the second wakes the thread, which then ends.
    private let bell: (FileDescriptor, FileDescriptor)
    private let peer = Mutex<HandoverLink?>(nil)
    private let thread = Mutex<WorkerThread?>(nil)

    /// A message is short and sent at once.
    private static let patience = Duration.seconds(5)

    /// - Parameter folder: the data folder; its lock must be held.
    package init(folder: FilePath) throws(Errno) {
        self.address = HandoverAddress(folder: folder)
        self.bell = try Self.pair()
        do throws(Errno) {
            self.listener = try self.address.listen()
        } catch {
            try? self.bell.0.close()
            try? self.bell.1.close()
            throw error
        }
        (self.events, self.feed) = AsyncStream.makeStream(of: HandoverGiving.Event.self)
        guard let thread = WorkerThread(name: "teal-handover", body: { self.watch() }) else {
            for descriptor in [self.listener, self.bell.0, self.bell.1] { try? descriptor.close() }
            throw .resourceTemporarilyUnavailable
        }
        self.thread.withLock { $0 = thread }
    }

    /// Adds an event of the process itself, behind what was said before.
    package func tell(_ event: HandoverGiving.Event) { self.feed.yield(event) }

    /// False when the other process is not there any more.
    @discardableResult
    package func send(_ message: HandoverMessage, _ descriptors: [FileDescriptor] = []) -> Bool {
        guard let link = self.peer.withLock({ $0 }) else { return false }
        return (try? link.send(message, descriptors)) != nil
    }

    /// Cuts the other process off; `gone` follows.
    package func hangUp() { self.peer.withLock { $0 }?.hangUp() }

    /// The other process, while it is there.
    package var peerProcess: Int32? { self.peer.withLock { $0 }?.peer?.process }

    /// Ends the other process; `gone` follows. The number is still its own: its end of the connection is open.
    package func endPeer() {
        guard let process = self.peerProcess, process > 0, process != getpid() else { return }
        kill(process, SIGKILL)
    }

    /// Nobody can come any more, and the events end. What is connected is cut off.
    ///
    /// - Parameter isLast: no other process uses the folder, so that the socket can be removed.
    package func close(isLast: Bool) {
        guard let thread = self.thread.withLock({ $0.take() }) else { return }
        _ = try? self.bell.1.writeAll([0])
        thread.join()
        self.peer.withLock { $0.take() }?.hangUp()
        if isLast { self.address.remove() }
        for descriptor in [self.listener, self.bell.0, self.bell.1] { try? descriptor.close() }
        self.feed.finish()
    }

    // MARK: The thread

    private func watch() {
        while true {
            let link = self.peer.withLock { $0 }
            var watched = [self.bell.0, self.listener, link?.socket].compactMap { descriptor in
                descriptor.map { pollfd(fd: $0.rawValue, events: Int16(POLLIN), revents: 0) }
            }
            guard poll(&watched, nfds_t(watched.count), -1) > 0 else { continue }
            if watched[0].revents != 0 { return }
            if let link, watched[2].revents != 0 { self.listen(to: link) }
            if watched[1].revents != 0 { self.welcome() }
        }
    }

    private func listen(to link: HandoverLink) {
        do throws(HandoverLink.Failure) {
            guard let received = try link.receive() else {
                self.peer.withLock { $0 = nil }
                self.feed.yield(.gone)
                return
            }
            for descriptor in received.descriptors { try? descriptor.close() }
            self.feed.yield(.said(received.message))
        } catch {
            // It may live, and have the data folder: the connection stays as long as it does.
            self.feed.yield(.senseless)
        }
    }

    private func welcome() {
        let socket = accept(self.listener.rawValue, nil, nil)
        guard socket >= 0 else {
            // Without a descriptor to spare the visitor stays at the door, and it rings on.
            usleep(50_000)
            return
        }
        _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        let link = HandoverLink(FileDescriptor(rawValue: socket))
        guard let peer = link.peer, peer.user == geteuid() || peer.user == 0 else { return }
        guard peer.process > 0 else {
            // Of another namespace of processes: it could not be ended if it had to be.
            try? link.send(.refused(reason: "the running gateway cannot see this process: they run in two containers"))
            return
        }
        guard self.peer.withLock({ $0 == nil }) else {
            try? link.send(.refused(reason: "another process is taking over already"))
            return
        }
        link.limitReceiving(to: Self.patience)
        self.peer.withLock { $0 = link }
    }

    private static func pair() throws(Errno) -> (FileDescriptor, FileDescriptor) {
        var ends: [CInt] = [-1, -1]
        let type = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw Errno(rawValue: errno) }
        return (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
    }
}
