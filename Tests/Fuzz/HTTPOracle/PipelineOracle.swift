import Gateway
import HTTP1
import NIOCore
import ServingCore
import Slots
import Telemetry

/// Feeds arbitrary bytes to the real pipeline and says which promises do not hold. Shared by the fuzz target and by the
/// test that replays its corpus.
package final class PipelineOracle {
    private let gateway: EmbeddedGateway

    package init() throws {
        var limits = HTTPLimits()
        limits.headBytes = 2_048
        limits.headerFieldBytes = 512
        limits.headerFields = 16
        limits.targetBytes = 128
        limits.bodyBytes = 512
        limits.requestsPerConnection = 8
        self.gateway = EmbeddedGateway(limits: limits)
        self.gateway.publish(
            [.blue: try TestModel.load(version: 1), .green: try TestModel.load(version: 2)],
            allowsSlotHeader: true
        )
    }

    /// What is wrong with how `bytes` were answered: in one piece, byte by byte and in two.
    package func check(_ bytes: [UInt8]) -> [String] {
        // The repository index is made by a task, which an embedded loop cannot wait for.
        guard bytes.count <= 4_096, !Self.unescaped(bytes).contains(Array("repository".utf8)) else { return [] }
        do {
            let whole = try self.run([bytes])
            var wrong = try self.violations(of: whole, sent: bytes)
            let cut = bytes.count * Int(bytes.first ?? 0) / 256
            if try self.run([Array(bytes[..<cut]), Array(bytes[cut...])]).withoutFault != whole.withoutFault {
                wrong.append("cut at \(cut)")
            }
            if try self.run(bytes.map { [$0] }).withoutFault != whole.withoutFault { wrong.append("byte by byte") }
            return wrong + self.gateway.violations()
        } catch {
            return ["\(error)"]
        }
    }

    private struct Run: Equatable {
        var written: String
        var isEnded: Bool
        var parseErrors: UInt64

        /// Which of two faults of a head is found first depends on how it is cut: only that there was one must not.
        var withoutFault: Run {
            guard self.parseErrors > 0, let (responses, _) = try? Response.read(self.written) else { return self }
            var run = self
            run.written = responses.dropLast().map { "\($0.status) \($0.body)" }.joined(separator: "\n")
            return run
        }
    }

    private func run(_ pieces: [[UInt8]]) throws -> Run {
        let errors = self.parseErrors
        let connection = try self.gateway.connect()
        for piece in pieces where !piece.isEmpty { try connection.send(ByteBuffer(bytes: piece)) }
        let run = Run(
            written: try connection.written(),
            isEnded: connection.isEnded,
            parseErrors: self.parseErrors - errors
        )
        try connection.hangUp()
        return run
    }

    private var parseErrors: UInt64 {
        let rejections = self.gateway.metrics.rejections
        return rejections[Int(ConnectionRejection.malformedHead.rawValue)]
            + rejections[Int(ConnectionRejection.headTooLarge.rawValue)]
    }

    private func violations(of run: Run, sent bytes: [UInt8]) throws -> [String] {
        var wrong: [String] = []
        let (all, rest) = try Response.read(run.written)
        if !rest.isEmpty { wrong.append("incomplete response") }
        if all.contains(where: { $0.status == 100 }), !bytes.map(Self.lower).contains(Array("100-continue".utf8)) {
            wrong.append("100 Continue to who did not ask")
        }
        let responses = all.filter { $0.status != 100 }
        // Every request that can be parsed has a version in its first line; one more may be refused.
        if responses.count > bytes.count(of: Array("HTTP/".utf8)) + 1 { wrong.append("more answers than requests") }
        for response in responses.dropLast() where response.closes { wrong.append("an answer after the last one") }
        if responses.last?.closes == true, !run.isEnded { wrong.append("close was said, not done") }
        if run.isEnded, responses.last?.closes != true { wrong.append("ended without a word") }
        if run.parseErrors > 1 { wrong.append("an error answered twice") }
        if run.parseErrors > 0, (responses.last?.status ?? 0) < 400 { wrong.append("a parse error without an answer") }
        if responses.contains(where: { $0.status == 500 }) { wrong.append("internal error") }
        return wrong
    }

    private static func lower(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    /// Escapes decoded, upper case made lower.
    private static func unescaped(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let hex = String(decoding: bytes[(index + 1)...].prefix(2), as: UTF8.self)
            if bytes[index] == UInt8(ascii: "%"), hex.utf8.count == 2, let byte = UInt8(hex, radix: 16) {
                result.append(Self.lower(byte))
                index += 3
            } else {
                result.append(Self.lower(bytes[index]))
                index += 1
            }
        }
        return result
    }
}

extension [UInt8] {
    fileprivate func count(of pattern: [UInt8]) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: pattern) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }
}
