import Glibc
import SystemPackage

/// Bytes with open files beside them, over a Unix socket (`SCM_RIGHTS`). What is written in C with the `CMSG` macros is
/// written here as the layout that they compute: a header, padded to whole words, and the descriptors behind it.
enum DescriptorPassing {
    /// Of one message; more are not accepted.
    static let most = 8

    private static let headSize = Self.padded(MemoryLayout<cmsghdr>.size)
    private static let controlSize = Self.headSize + Self.padded(Self.most * MemoryLayout<CInt>.size)

    private static func padded(_ size: Int) -> Int {
        let word = MemoryLayout<Int>.size
        return (size + word - 1) / word * word
    }

    /// Blocks until all of `bytes` are with the system. The descriptors travel with the first of them, as copies.
    static func send(_ bytes: [UInt8], _ descriptors: [FileDescriptor], on socket: FileDescriptor) throws(Errno) {
        precondition(descriptors.count <= Self.most)
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                Self.send(
                    UnsafeRawBufferPointer(rebasing: bytes[sent...]),
                    sent == 0 ? descriptors.map(\.rawValue) : [],
                    on: socket.rawValue
                )
            }
            if count >= 0 {
                sent += count
            } else if errno != EINTR {
                throw Errno(rawValue: errno)
            }
        }
    }

    private static func send(_ bytes: UnsafeRawBufferPointer, _ descriptors: [CInt], on socket: CInt) -> Int {
        var piece = iovec(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
        let payload = descriptors.count * MemoryLayout<CInt>.size
        return withUnsafeMutablePointer(to: &piece) { piece in
            Self.withControl { control in
                var message = msghdr()
                message.msg_iov = piece
                message.msg_iovlen = 1
                if !descriptors.isEmpty {
                    var head = cmsghdr()
                    head.cmsg_len = Self.headSize + payload
                    head.cmsg_level = SOL_SOCKET
                    head.cmsg_type = CInt(SCM_RIGHTS)
                    control.storeBytes(of: head, as: cmsghdr.self)
                    for (index, descriptor) in descriptors.enumerated() {
                        let offset = Self.headSize + index * MemoryLayout<CInt>.size
                        control.storeBytes(of: descriptor, toByteOffset: offset, as: CInt.self)
                    }
                    message.msg_control = control.baseAddress
                    message.msg_controllen = Self.headSize + Self.padded(payload)
                }
                // A peer that has gone is an error, not a signal.
                return sendmsg(socket, &message, CInt(MSG_NOSIGNAL))
            }
        }
    }

    /// Blocks for at least one byte and at most `limit`; nothing at the end. The descriptors are the caller's and closed
    /// in processes that it starts.
    static func receive(
        atMost limit: Int,
        on socket: FileDescriptor
    ) throws(Errno) -> (bytes: [UInt8], descriptors: [FileDescriptor]) {
        var descriptors: [FileDescriptor] = []
        var failure: Errno?
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            do throws(Errno) {
                let raw = UnsafeMutableRawBufferPointer(buffer)
                count = try Self.receive(into: raw, on: socket.rawValue, &descriptors)
            } catch {
                failure = error
            }
        }
        guard let failure else { return (bytes, descriptors) }
        for descriptor in descriptors { try? descriptor.close() }
        throw failure
    }

    private static func receive(
        into buffer: UnsafeMutableRawBufferPointer,
        on socket: CInt,
        _ descriptors: inout [FileDescriptor]
    ) throws(Errno) -> Int {
        var piece = iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
        var problem: Errno?
        let count = withUnsafeMutablePointer(to: &piece) { piece in
            Self.withControl { control -> Int in
                var message = msghdr()
                message.msg_iov = piece
                message.msg_iovlen = 1
                message.msg_control = control.baseAddress
                message.msg_controllen = control.count
                var count: Int
                repeat {
                    count = recvmsg(socket, &message, CInt(MSG_CMSG_CLOEXEC))
                } while count < 0 && errno == EINTR
                guard count >= 0 else {
                    problem = Errno(rawValue: errno)
                    return 0
                }
                let filled = UnsafeRawBufferPointer(rebasing: control.prefix(Int(message.msg_controllen)))
                descriptors = Self.descriptors(in: filled)
                // Some did not fit and are lost: a message that is not what was sent.
                if message.msg_flags & CInt(MSG_CTRUNC) != 0 { problem = .badMessage }
                return count
            }
        }
        if let problem { throw problem }
        return count
    }

    private static func descriptors(in control: UnsafeRawBufferPointer) -> [FileDescriptor] {
        var found: [FileDescriptor] = []
        var offset = 0
        while control.count - offset >= Self.headSize {
            let head = control.loadUnaligned(fromByteOffset: offset, as: cmsghdr.self)
            let size = Int(clamping: head.cmsg_len)
            guard size >= Self.headSize, size <= control.count - offset else { break }
            if head.cmsg_level == SOL_SOCKET, head.cmsg_type == CInt(SCM_RIGHTS) {
                for index in 0..<(size - Self.headSize) / MemoryLayout<CInt>.size {
                    let place = offset + Self.headSize + index * MemoryLayout<CInt>.size
                    let raw = control.loadUnaligned(fromByteOffset: place, as: CInt.self)
                    found.append(FileDescriptor(rawValue: raw))
                }
            }
            offset += Self.padded(size)
        }
        return found
    }

    private static func withControl<Result>(_ body: (UnsafeMutableRawBufferPointer) -> Result) -> Result {
        withUnsafeTemporaryAllocation(byteCount: Self.controlSize, alignment: MemoryLayout<Int>.alignment) { control in
            control.initializeMemory(as: UInt8.self, repeating: 0)
            return body(control)
        }
    }
}
