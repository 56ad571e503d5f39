import Glibc
import SystemPackage

/// Files that come with the checkout or were put there by its set-up: looked for from the working directory, then from the
/// checkout the binary was built in.
enum CheckoutFile {
    /// - Parameter path: from the checkout's root. Places that can be read.
    static func places(_ path: String) -> [FilePath] {
        var places = [FilePath(path)]
        // <checkout>/.build/<triple>/release/teal
        if let binary = Self.binary {
            let checkout = binary.removingLastComponent().removingLastComponent().removingLastComponent()
                .removingLastComponent()
            places.append(checkout.pushing(FilePath(path)))
        }
        return places.filter { access($0.string, R_OK) == 0 }
    }

    private static var binary: FilePath? {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0, count < buffer.count else { return nil }
        return FilePath(String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}
