/// The parts of two texts whose meanings are compared: all of short texts, of others what surrounds the first difference.
struct MeaningWindow {
    /// Bytes of a text that are looked at, at most.
    static let limit = 8_192

    let live: UnsafeRawBufferPointer
    let candidate: UnsafeRawBufferPointer
    /// `live` begins with the text.
    let isHead: Bool

    init(_ live: UnsafeRawBufferPointer, _ candidate: UnsafeRawBufferPointer) {
        var start = 0
        if max(live.count, candidate.count) > Self.limit {
            let shorter = min(live.count, candidate.count)
            var same = 0
            while same < shorter, live[same] == candidate[same] { same += 1 }
            // As much before the first difference as after it, and more where a text ends soon.
            start = max(0, min(same - Self.limit / 2, max(live.count, candidate.count) - Self.limit))
            while start > 0, live[start] & 0xC0 == 0x80, same - start < Self.limit / 2 + 4 { start -= 1 }
        }
        self.isHead = start == 0
        self.live = Self.cut(live, from: start)
        self.candidate = Self.cut(candidate, from: start)
    }

    /// The text's beginning, as far as its meaning is looked at.
    static func head(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer { Self.cut(text, from: 0) }

    private static func cut(_ text: UnsafeRawBufferPointer, from start: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: text[start..<min(text.count, start + Self.limit)])
    }
}
