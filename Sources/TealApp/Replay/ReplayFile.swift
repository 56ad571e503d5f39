package import LoadGenerator
import OpenInference
import SystemPackage

/// Recorded requests, one JSON object per line, as `teal pairs --export` writes them; blank lines count for nothing.
/// All of them are kept in memory, where they take about twice their size.
package struct ReplayFile: Sendable {
    /// Bytes of requests.
    package static let limit = 1 << 30

    package private(set) var requests: [PreparedRequest] = []
    /// Lines that are no JSON objects.
    package private(set) var skipped = 0
    private var bytes = 0
    private var line = 0

    /// Reads `path` (`-`: the standard input) to its end. Throws at the first line that is no JSON object unless
    /// `skipsBad`, when there is no request at all, and above `limit`.
    package init(
        _ path: String,
        skipsBad: Bool,
        limit: Int = Self.limit,
        prepare: (ArraySlice<UInt8>) -> PreparedRequest
    ) throws(ReplayError) {
        let name = path == "-" ? "the standard input" : path
        let check = JSONObjectCheck()
        do {
            let file = path == "-" ? FileDescriptor.standardInput : try FileDescriptor.open(path, .readOnly)
            defer { if path != "-" { try? file.close() } }
            try self.read(file) { (file, bytes) throws(ReplayError) in
                try file.add(bytes, name, check, skipsBad, limit, prepare)
            }
        } catch let error as ReplayError {
            throw error
        } catch {
            throw ReplayError("cannot read \(name): \(error)")
        }
        if self.requests.isEmpty { throw ReplayError("there is no request in \(name)") }
    }

    private mutating func read(
        _ file: FileDescriptor,
        line: (inout Self, ArraySlice<UInt8>) throws(ReplayError) -> Void
    ) throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var rest: [UInt8] = []
        while true {
            let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
            guard count > 0 else { break }
            var chunk = buffer[..<count]
            while let end = chunk.firstIndex(of: UInt8(ascii: "\n")) {
                if rest.isEmpty {
                    try line(&self, chunk[..<end])
                } else {
                    rest += chunk[..<end]
                    try line(&self, rest[...])
                    rest.removeAll(keepingCapacity: true)
                }
                chunk = chunk[(end + 1)...]
            }
            rest += chunk
            guard rest.count <= Self.limit else { throw ReplayError("line \(self.line + 1) is larger than 1 GiB") }
        }
        if !rest.isEmpty { try line(&self, rest[...]) }
    }

    private mutating func add(
        _ bytes: ArraySlice<UInt8>,
        _ name: String,
        _ check: JSONObjectCheck,
        _ skipsBad: Bool,
        _ limit: Int,
        _ prepare: (ArraySlice<UInt8>) -> PreparedRequest
    ) throws(ReplayError) {
        self.line += 1
        guard bytes.contains(where: { !Self.isWhitespace($0) }) else { return }
        guard check.passes(bytes) else {
            guard skipsBad else {
                throw ReplayError(
                    "line \(self.line) of \(name) is not a JSON object: write one V2 inference request per line, "
                        + "or leave such lines out with --skip-bad"
                )
            }
            self.skipped += 1
            return
        }
        self.bytes += bytes.count
        guard self.bytes <= limit else {
            throw ReplayError("\(name) holds more than \(limit >> 20) MiB of requests: replay it in parts")
        }
        self.requests.append(prepare(bytes))
    }

    private static func isWhitespace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
