import Glibc

enum FileTree {
    /// Paths of all files below a folder, sorted.
    static func files(_ folder: String) -> [String] {
        Self.entries(folder).filter { !$0.isFolder }.map(\.path).sorted()
    }

    /// Paths of all folders below a folder, outer ones first.
    static func folders(_ folder: String) -> [String] { Self.entries(folder).filter(\.isFolder).map(\.path).sorted() }

    private static func entries(_ folder: String) -> [(path: String, isFolder: Bool)] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var found: [(path: String, isFolder: Bool)] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != ".." else { continue }
            let path = "\(folder)/\(name)"
            let isFolder = entry.pointee.d_type == UInt8(DT_DIR)
            found.append((path, isFolder))
            if isFolder { found += Self.entries(path) }
        }
        return found
    }
}
