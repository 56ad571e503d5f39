import Foundation
package import SystemPackage

/// The connection between two processes of which one takes the other's place. Calls block; one thread may send while
/// another receives.
package final class HandoverLink: Sendable {
    /// Why nothing more can be said.
    package enum Failure: Error, Sendable, Equatable {
        case broken(Errno)
        /// The other side did not go on in time.
        case timedOut
        case senseless
    }

    package struct Received: Sendable {
        package let message: HandoverMessage
        /// The receiver's to close.
        package let descriptors: [FileDescriptor]
    }

    let socket: FileDescriptor

    /// Room for thousands of models.
    private static let largest = 16 << 20
    private static let headSize = 4

    /// Takes the socket over and closes it in the end.
    package init(_ socket: FileDescriptor) { self.socket = socket }

    deinit { try? self.socket.close() }

    /// - Parameter descriptors: at most 8; the other side gets copies.
    package func send(_ message: HandoverMessage, _ descriptors: [FileDescriptor] = []) throws(Failure) {
        guard let body = try? JSONEncoder().encode(message), body.count <= Self.largest else { throw .senseless }
        let size = UInt32(body.count)
        let head = (0..<Self.headSize).map { UInt8(truncatingIfNeeded: size >> (8 * UInt32($0))) }
        do throws(Errno) {
            try DescriptorPassing.send(head + body, descriptors, on: self.socket)
        } catch {
            throw .broken(error)
        }
    }

    /// The next message; nil when the other side has ended or hung up.
    package func receive() throws(Failure) -> Received? {
        var descriptors: [FileDescriptor] = []
        do throws(Failure) {
            let head = try self.read(Self.headSize, &descriptors)
            if head.isEmpty { return nil }
            let size = head.reversed().reduce(0) { $0 << 8 | Int($1) }
            guard head.count == Self.headSize, size <= Self.largest else { throw .senseless }
            let body = try self.read(size, &descriptors)
            guard body.count == size,
                let message = try? JSONDecoder().decode(HandoverMessage.self, from: Data(body))
            else { throw .senseless }
            return Received(message: message, descriptors: descriptors)
        } catch {
            for descriptor in descriptors { try? descriptor.close() }
            // However it went: there is nobody any more.
            if case .broken(.connectionReset) = error { return nil }
            throw error
        }
    }

    /// Ends the connection for both sides.
    package func hangUp() { shutdown(self.socket.rawValue, CInt(SHUT_RDWR)) }

    /// `count` bytes, fewer at the end.
    private func read(_ count: Int, _ descriptors: inout [FileDescriptor]) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            do throws(Errno) {
                let (piece, found) = try DescriptorPassing.receive(atMost: count - bytes.count, on: self.socket)
                descriptors += found
                if piece.isEmpty { break }
                bytes += piece
            } catch {
                throw error == .resourceTemporarilyUnavailable ? .timedOut : .broken(error)
            }
        }
        return bytes
    }
}

// MARK: The socket

extension HandoverLink {
    /// How long one piece of a message may take to come; nil: any time.
    package func limitReceiving(to limit: Duration?) {
        var time = timeval()
        time.tv_sec = Int(limit?.components.seconds ?? 0)
        setsockopt(self.socket.rawValue, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    /// The process at the other end, and whose it is, as the system says; nil when it does not.
    package var peer: (process: Int32, user: UInt32)? {
        // `struct ucred`, which is not visible to Swift: process, user, group.
        var credentials: (Int32, UInt32, UInt32) = (0, 0, 0)
        var size = socklen_t(MemoryLayout.size(ofValue: credentials))
        guard getsockopt(self.socket.rawValue, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 else { return nil }
        return (credentials.0, credentials.1)
    }
}
