/// Makes the runtime's error texts fit to be shown to clients.
package enum RuntimeMessage {
    private static let longest = 400

    /// Removes source locations with the C++ signature behind them, file paths, memory addresses and control
    /// characters, and cuts what is longer than 400 characters.
    package static func readable(_ text: String) -> String {
        var words: [Substring] = []
        var rest = Self.words(of: text)[...]
        while let word = rest.popFirst() {
            if Self.isSourceLocation(word) {
                Self.skipFunctionSignature(&rest)
            } else if !Self.isPath(word) && !Self.isAddress(word) {
                words.append(word)
            }
        }
        let line = words.joined(separator: " ")
        guard line.count > Self.longest else { return line }
        return line.prefix(Self.longest) + "…"
    }

    /// Also parts `failed:/build/x.cc:12`, where a path begins inside a word.
    private static func words(of text: String) -> [Substring] {
        text.split { $0 == " " || $0.unicodeScalars.allSatisfy { $0.value < 0x20 || $0.value == 0x7F } }
            .flatMap { word -> [Substring] in
                var index = word.startIndex
                while let colon = word[index...].firstIndex(of: ":") {
                    index = word.index(after: colon)
                    if word[index...].first == "/", Self.isPath(word[index...]) {
                        return [word[..<index], word[index...]]
                    }
                }
                return [word]
            }
    }

    /// `/build/reshape_helper.h:45`, which a function's full C++ signature follows.
    private static func isSourceLocation(_ word: Substring) -> Bool {
        guard Self.isPath(word), let colon = word.lastIndex(of: ":") else { return false }
        let line = word[word.index(after: colon)...]
        return !line.isEmpty && line.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func isPath(_ word: Substring) -> Bool {
        let bare = word.drop { "\"'([{".contains($0) }
        return bare.first == "/" && bare.dropFirst().first.map { $0.isLetter || $0 == "_" || $0 == "." } == true
    }

    private static func isAddress(_ word: Substring) -> Bool {
        let bare = word.drop { "\"'([{".contains($0) }
        return bare.hasPrefix("0x") && bare.dropFirst(2).first?.isHexDigit == true
    }

    private static func skipFunctionSignature(_ rest: inout ArraySlice<Substring>) {
        var depth = 0
        var opened = false
        for (offset, word) in rest.enumerated() {
            for byte in word.utf8 {
                if byte == UInt8(ascii: "(") {
                    depth += 1
                    opened = true
                } else if byte == UInt8(ascii: ")") {
                    depth -= 1
                }
            }
            if opened && depth <= 0 {
                rest = rest.dropFirst(offset + 1)
                if rest.first == "const" { rest.removeFirst() }
                return
            }
            // A return type of more words than this is no signature.
            if !opened && offset >= 8 { return }
        }
    }
}
