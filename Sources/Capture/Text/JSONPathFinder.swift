import ServingCore

/// Walks a text that is JSON, or one JSON text after another, and finds what paths lead to. Nothing after the first
/// damage is trusted: it is found as a whole.
struct JSONPathFinder {
    private let bytes: Bytes
    private let paths: [RedactionPath]
    private var at = 0
    private var found: [Finding] = []

    /// A text is taken for JSON when its first character opens a list or an object.
    static func looksLikeJSON(_ bytes: Bytes) -> Bool {
        let first = bytes.first { !Self.isSpace($0) }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }

    /// - Parameter progress: how far along each path the text's root is.
    static func find(in bytes: Bytes, paths: [RedactionPath], from progress: [RedactionPath.Progress]) -> [Finding] {
        var finder = JSONPathFinder(bytes, paths)
        finder.run(progress)
        return finder.found
    }

    /// True when all of `bytes` is well-formed.
    static func isJSON(_ bytes: Bytes) -> Bool {
        var finder = JSONPathFinder(bytes, [])
        finder.run([])
        return finder.found.isEmpty
    }

    private init(_ bytes: Bytes, _ paths: [RedactionPath]) {
        self.bytes = bytes
        self.paths = paths
    }

    private static let maxDepth = 128

    private mutating func run(_ progress: [RedactionPath.Progress]) {
        self.skipSpaces()
        while self.at < self.bytes.count {
            guard self.value(progress, depth: 0) else {
                let rest = Finding(range: self.at..<self.bytes.count, kind: .other, isValue: true)
                if !rest.range.isEmpty || self.found.isEmpty { self.found.append(rest) }
                return
            }
            self.skipSpaces()
        }
    }

    /// False, with `at` where it is not JSON.
    private mutating func value(_ progress: [RedactionPath.Progress], depth: Int) -> Bool {
        let start = self.at
        let isWanted = zip(self.paths, progress).contains { $0.isComplete($1) }
        let isComplete = self.content(isWanted ? progress.map { _ in 0 } : progress, depth: depth)
        if isWanted {
            let end = isComplete ? self.at : self.bytes.count
            self.found.append(Finding(range: start..<end, kind: .other, isValue: true))
        }
        return isComplete
    }

    private mutating func content(_ progress: [RedactionPath.Progress], depth: Int) -> Bool {
        guard depth < Self.maxDepth, let byte = self.byte else { return false }
        switch byte {
        case UInt8(ascii: "{"): return self.object(progress, depth: depth)
        case UInt8(ascii: "["): return self.list(progress, depth: depth)
        case UInt8(ascii: "\""): return self.string() != nil
        default: return self.word()
        }
    }

    private mutating func object(_ progress: [RedactionPath.Progress], depth: Int) -> Bool {
        self.at += 1
        self.skipSpaces()
        if self.take(UInt8(ascii: "}")) { return true }
        while true {
            self.skipSpaces()
            let start = self.at
            guard let key = self.string() else { return false }
            self.skipSpaces()
            guard self.take(UInt8(ascii: ":")) else {
                self.at = start
                return false
            }
            self.skipSpaces()
            let inner = self.into(progress, key: key)
            guard self.value(inner, depth: depth + 1) else { return false }
            self.skipSpaces()
            if self.take(UInt8(ascii: "}")) { return true }
            guard self.take(UInt8(ascii: ",")) else { return false }
        }
    }

    private mutating func list(_ progress: [RedactionPath.Progress], depth: Int) -> Bool {
        self.at += 1
        self.skipSpaces()
        if self.take(UInt8(ascii: "]")) { return true }
        var index = 0
        while true {
            self.skipSpaces()
            var inner = progress
            for path in self.paths.indices {
                inner[path] = self.paths[path].progress(progress[path], into: index)
            }
            guard self.value(inner, depth: depth + 1) else { return false }
            self.skipSpaces()
            if self.take(UInt8(ascii: "]")) { return true }
            guard self.take(UInt8(ascii: ",")) else { return false }
            index += 1
        }
    }

    private func into(_ progress: [RedactionPath.Progress], key: Range<Int>) -> [RedactionPath.Progress] {
        guard progress.contains(where: { $0 != 0 }) else { return progress }
        let raw = Bytes(rebasing: self.bytes[key])
        let plain = raw.contains(UInt8(ascii: "\\")) ? TextView(of: raw)?.bytes : nil
        var inner = progress
        for path in self.paths.indices {
            inner[path] = self.paths[path].progress(progress[path], into: raw)
            if let plain { inner[path] |= self.paths[path].progress(progress[path], into: plain) }
        }
        return inner
    }

    /// Between the quotes.
    private mutating func string() -> Range<Int>? {
        guard self.byte == UInt8(ascii: "\"") else { return nil }
        var end = self.at + 1
        while end < self.bytes.count {
            switch self.bytes[end] {
            case UInt8(ascii: "\""):
                defer { self.at = end + 1 }
                return (self.at + 1)..<end
            case UInt8(ascii: "\\"): end += 2
            default: end += 1
            }
        }
        return nil
    }

    /// A number, `true`, `false`, `null` (and what careless writers put there: `NaN`).
    private mutating func word() -> Bool {
        let start = self.at
        while let byte = self.byte, JSONText.isWordByte(byte) { self.at += 1 }
        guard self.at > start else { return false }
        if JSONText.isWord(Bytes(rebasing: self.bytes[start..<self.at])) { return true }
        self.at = start
        return false
    }

    private var byte: UInt8? { self.at < self.bytes.count ? self.bytes[self.at] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard self.byte == byte else { return false }
        self.at += 1
        return true
    }

    private mutating func skipSpaces() {
        while let byte = self.byte, Self.isSpace(byte) { self.at += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte) && byte != 0x0B && byte != 0x0C
    }
}
