internal import NIOCore
internal import ServingCore

/// The words that servers write into JSON, which has none, for NaN and infinity: TensorFlow Serving, Triton and
/// Python's `json` as they are here, protobuf's JSON in quotes. (orjson, which KServe and MLServer use, writes `null`.)
enum NotFiniteWords {
    private static let words: [StaticString] = [
        "NaN", "Infinity", "-Infinity", "nan", "inf", "-inf", "Inf", "-Inf", "-NaN", "-nan",
    ]

    /// `json` with quotes around these words; nil if it holds none outside strings.
    static func quoted(in json: UnsafeRawBufferPointer) -> ByteBuffer? {
        var text = ByteBuffer()
        var copied = 0
        var at = 0
        var isInString = false
        while at < json.count {
            let byte = json[at]
            if byte == 0x22 {
                isInString.toggle()
            } else if isInString {
                // What an escape escapes ends no string.
                if byte == 0x5C { at += 1 }
            } else if byte == 0x2D || byte >= 0x41, let length = Self.word(in: json, at: at) {
                text.writeBytes(json[copied..<at])
                text.writeJSON("\"")
                text.writeBytes(json[at..<(at + length)])
                text.writeJSON("\"")
                at += length
                copied = at
                continue
            }
            at += 1
        }
        guard copied > 0 else { return nil }
        text.writeBytes(json[copied...])
        return text
    }

    /// What a string of an answer stands for in the place of a number.
    static func value(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        guard Self.words.contains(where: { spells(text, $0) }), let last = text.last else { return nil }
        if last | 0x20 == UInt8(ascii: "n") { return .nan }
        return text[0] == UInt8(ascii: "-") ? -.infinity : .infinity
    }

    /// The length of the word that stands alone at `start`.
    private static func word(in json: UnsafeRawBufferPointer, at start: Int) -> Int? {
        var end = start + 1
        while end < json.count, end - start < 10, json[end] | 0x20 >= 0x61, json[end] | 0x20 <= 0x7A { end += 1 }
        let found = UnsafeRawBufferPointer(rebasing: json[start..<end])
        return found.withMemoryRebound(to: UInt8.self) { text in
            Self.words.contains { spells(text, $0) } ? text.count : nil
        }
    }
}

extension JSONTensorReader {
    /// Converts a run of an answer that has members that are no numbers, if they all stand for numbers that are not
    /// finite.
    func convertNotFinite(_ run: Run, to out: UnsafeMutableRawPointer) throws(InferenceError) {
        guard self.spec.datatype == .fp32 || self.spec.datatype == .fp64 else { throw self.wrongMember(run) }
        var at = run.words.lowerBound
        for index in 0..<run.count {
            guard at < run.words.upperBound else { throw self.wrongCount(members: run.words, run.count) }
            guard let value = self.real(at) else { throw self.wrongNumber(run.first + index, at) }
            if self.spec.datatype == .fp64 {
                out.storeBytes(of: value, toByteOffset: 8 * index, as: Double.self)
            } else {
                let narrow = Float(value)
                guard narrow.isFinite == value.isFinite else { throw self.wrongNumber(run.first + index, at) }
                out.storeBytes(of: narrow, toByteOffset: 4 * index, as: Float.self)
            }
            at = self.tape.after(at)
        }
        guard at >= run.words.upperBound else { throw self.wrongCount(members: run.words, run.count) }
    }

    private func real(_ index: Int) -> Double? {
        switch self.tape.kind(index) {
        case .double: Double(bitPattern: self.tape.word(index + 1))
        case .int64: Double(Int64(bitPattern: self.tape.word(index + 1)))
        case .uint64: Double(self.tape.word(index + 1))
        case .null: Double.nan
        case .string: self.tape.string(index).flatMap { NotFiniteWords.value($0) }
        default: nil
        }
    }
}
