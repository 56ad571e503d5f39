import Glibc
import NIOCore
import NIOPosix

/// What is wrong with a connection, for people: NIO's own descriptions name its functions and file descriptors.
package struct ConnectionProblem: CustomStringConvertible {
    /// A few words, such as `connection refused`.
    package let description: String
    /// The machine is there, but nothing listens.
    package let isRefused: Bool

    package init(_ error: any Error) {
        var error = error
        // Of several addresses that were tried the first.
        if let tried = (error as? NIOConnectionError)?.connectionErrors.first { error = tried.error }
        self.isRefused = (error as? IOError)?.errnoCode == ECONNREFUSED
        self.description =
            switch error {
            case let error as IOError: String(cString: strerror(error.errnoCode)).lowercased()
            case ChannelError.connectTimeout(let limit): "no connection within \(limit.nanoseconds / 1_000_000_000) s"
            // None was found.
            case is NIOConnectionError: "unknown host"
            default: "the connection failed (\(error))"
            }
    }
}
