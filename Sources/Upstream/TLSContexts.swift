import NIOCore
import NIOSSL
import ServingCore

/// What backends' TLS needs, made of their configuration.
enum TLSContexts {
    /// Nil when no endpoint speaks TLS. Reads files.
    static func client(_ configuration: BackendConfiguration) throws(BackendError) -> NIOSSLContext? {
        guard configuration.endpoints.contains(where: \.isTLS) else { return nil }
        let wanted = configuration.tls
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["http/1.1"]
        tls.certificateVerification = wanted.verify ? .fullVerification : .none
        if let ca = wanted.ca { tls.trustRoots = .file(ca) }
        guard (wanted.certificate == nil) == (wanted.key == nil) else {
            throw BackendError("tls: certificate and key are given together or not at all")
        }
        do {
            if let certificate = wanted.certificate, let key = wanted.key {
                tls.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
                tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
            }
            return try NIOSSLContext(configuration: tls)
        } catch {
            throw BackendError("tls: ca, certificate or key cannot be used: \(error)")
        }
    }

    /// What is asked for by name in the handshake and must be in the certificate; nil for addresses, which must be in the
    /// certificate themselves.
    static func serverName(_ endpoint: BackendEndpoint, configured: String?) -> String? {
        if let configured { return configured }
        guard case .host(let host, _) = endpoint.address else { return nil }
        return (try? SocketAddress(ipAddress: host, port: 0)) == nil ? host : nil
    }
}
