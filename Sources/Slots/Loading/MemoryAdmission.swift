import Glibc
import SystemPackage

/// Says before a load whether the model will fit, so that a too large candidate is refused with numbers instead of
/// taking the process, and the live model with it, down.
package struct MemoryAdmission: Sendable {
    /// Bytes that could still be allocated.
    private let available: @Sendable () -> Int64?

    package init(available: @escaping @Sendable () -> Int64? = Self.systemAvailable) {
        self.available = available
    }

    /// Peak need of a load: the file, the runtime's parsed copy, its packed weights, and room to run.
    package static func estimate(modelBytes: Int) -> Int64 {
        // Nothing that overflows will ever fit.
        let (tripled, overflow) = Int64(modelBytes).multipliedReportingOverflow(by: 3)
        return overflow || tripled > .max - (32 << 20) ? .max : tripled + (32 << 20)
    }

    /// Nil when there is room (or nobody knows), else a sentence with the numbers.
    package func refusal(modelBytes: Int) -> String? {
        guard let available = self.available() else { return nil }
        let needed = Self.estimate(modelBytes: modelBytes)
        guard needed > available else { return nil }
        return """
            loading needs about \(needed >> 20) MiB (three times the model's \(modelBytes >> 20) MiB and 32 MiB to run), \
            \(available >> 20) MiB are available; unload the other slot or give the gateway more memory
            """
    }

    /// The smaller of what the machine and the control group have left; nil when neither can be read.
    package static func systemAvailable() -> Int64? {
        let machine = self.text("/proc/meminfo").flatMap(Self.memAvailable)
        let groups = [
            ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
        ]
        let group = groups.lazy.compactMap { limit, usage -> Int64? in
            guard let limit = self.number(FilePath(limit)), let usage = self.number(FilePath(usage)) else { return nil }
            return limit - usage
        }.first
        return [machine, group].compactMap(\.self).min()
    }

    static func memAvailable(_ meminfo: String) -> Int64? {
        for line in meminfo.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            return line.split(separator: " ").dropFirst().first.flatMap { Int64($0) }.map { $0 << 10 }
        }
        return nil
    }

    private static func number(_ path: FilePath) -> Int64? {
        self.text(path).flatMap { Int64($0.filter { !$0.isWhitespace }) }
    }

    private static func text(_ path: FilePath) -> String? {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) else { return nil }
        defer { try? file.close() }
        // Files of the kernel have no size: one read of 16 KiB holds them.
        let bytes = [UInt8](unsafeUninitializedCapacity: 16_384) { buffer, count in
            count = (try? file.read(into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
