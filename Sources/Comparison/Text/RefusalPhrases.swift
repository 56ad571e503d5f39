/// How language models decline, in English.
enum RefusalPhrases {
    /// A refusal stands at the beginning.
    private static let lookedAt = 256

    private static let phrases: [[UInt8]] = [
        "i can't help", "i cannot help", "i can't assist", "i cannot assist", "i can't provide", "i cannot provide",
        "i can't answer", "i cannot answer", "i can't do that", "i cannot do that", "i can't comply", "i cannot comply",
        "can't help with that", "cannot help with that", "i'm sorry, but i can", "i am sorry, but i can",
        "i'm unable to", "i am unable to", "i'm not able to", "i am not able to", "i won't be able to",
        "i must decline", "i have to decline", "as an ai", "as a language model", "as a large language model",
        "against my guidelines", "against my programming",
    ].map { Array($0.utf8) }

    /// True when one of the phrases stands in the text's first 256 bytes, in any case and with any apostrophe.
    static func stand(in text: UnsafeRawBufferPointer) -> Bool {
        var plain: [UInt8] = []
        plain.reserveCapacity(Self.lookedAt)
        var place = 0
        while place < min(text.count, Self.lookedAt) {
            var byte = text[place]
            var width = 1
            if byte == 0xE2, place + 2 < text.count, text[place + 1] == 0x80, text[place + 2] == 0x99 {
                byte = UInt8(ascii: "'")
                width = 3
            }
            place += width
            if (0x09...0x0D).contains(byte) { byte = UInt8(ascii: " ") }
            if byte == UInt8(ascii: " "), plain.last == byte { continue }
            plain.append((0x41...0x5A).contains(byte) ? byte | 0x20 : byte)
        }
        for start in plain.indices where start == 0 || !Self.isLetter(plain[start - 1]) {
            guard Self.isLetter(plain[start]) else { continue }
            for phrase in Self.phrases where phrase[0] == plain[start] {
                if plain[start...].starts(with: phrase) { return true }
            }
        }
        return false
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }
}
