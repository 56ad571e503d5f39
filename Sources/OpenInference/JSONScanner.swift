/// Reads a document to its first fault. Whoever sends one that is malformed at its end has all of it read, so what long
/// documents are made of takes short ways: plain bytes of strings eight at a time, numbers that are not near any limit by
/// their digits alone.
struct JSONScanner {
    private enum Next {
        case value, valueOrArrayEnd, key, keyOrObjectEnd, colon, commaOrEnd
    }

    let bytes: UnsafeRawBufferPointer
    let maxDepth: Int
    var at = 0

    init(bytes: UnsafeRawBufferPointer, maxDepth: Int) {
        self.bytes = bytes
        self.maxDepth = maxDepth
    }

    /// 0 at the end: it is no part of JSON's grammar, so it ends whatever is looked for, and `fault` tells which it was.
    @inline(__always)
    var byte: UInt8 { self.at < self.bytes.count ? self.bytes[self.at] : 0 }

    func fault(_ reason: String, at offset: Int? = nil) -> JSONFault {
        let ended = self.at >= self.bytes.count && offset == nil
        return JSONFault(offset: offset ?? self.at, reason: ended ? "the document ends too early" : reason)
    }

    mutating func document() throws(JSONFault) {
        if self.bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw self.fault("a byte order mark is not allowed", at: 0)
        }
        // Of all that is open, whether it is an object; the innermost is last.
        var inObject: [Bool] = []
        inObject.reserveCapacity(self.maxDepth)
        var next = Next.value
        while true {
            self.skipSpace()
            switch next {
            case .value, .valueOrArrayEnd:
                let byte = self.byte
                if byte == 0x5B || byte == 0x7B {
                    guard inObject.count + 1 < self.maxDepth else {
                        throw self.fault("nested more than \(self.maxDepth - 1) deep")
                    }
                    self.at += 1
                    inObject.append(byte == 0x7B)
                    next = byte == 0x7B ? .keyOrObjectEnd : .valueOrArrayEnd
                    continue
                }
                if byte == 0x5D, next == .valueOrArrayEnd {
                    self.at += 1
                    inObject.removeLast()
                } else {
                    if inObject.last == false, self.skipPlainNumbers() {
                        next = .value
                        continue
                    }
                    try self.scalar(byte)
                }
            case .key, .keyOrObjectEnd:
                guard self.byte == 0x7D, next == .keyOrObjectEnd else {
                    guard self.byte == 0x22 else { throw self.fault("expected a key in double quotes") }
                    try self.string()
                    next = .colon
                    continue
                }
                self.at += 1
                inObject.removeLast()
            case .colon:
                guard self.byte == 0x3A else { throw self.fault("expected a colon") }
                self.at += 1
                next = .value
                continue
            case .commaOrEnd:
                let isObject = inObject.last == true
                if self.byte == 0x2C {
                    self.at += 1
                    next = isObject ? .key : .value
                    continue
                }
                guard self.byte == (isObject ? 0x7D : 0x5D) else {
                    throw self.fault("expected a comma or the end of the list or object")
                }
                self.at += 1
                inObject.removeLast()
            }
            guard !inObject.isEmpty else { break }
            next = .commaOrEnd
        }
        self.skipSpace()
        guard self.at == self.bytes.count else { throw self.fault("something follows the end of the document") }
    }

    @inline(__always)
    private mutating func skipSpace() {
        var at = self.at
        while at < self.bytes.count {
            let byte = self.bytes[at]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
            at += 1
        }
        self.at = at
    }

    @inline(__always)
    private mutating func scalar(_ byte: UInt8) throws(JSONFault) {
        switch byte {
        case 0x2D, 0x30...0x39: try self.number()
        case 0x22: try self.string()
        case 0x74: try self.literal("true")
        case 0x66: try self.literal("false")
        case 0x6E: try self.literal("null")
        default: throw self.fault("expected a value")
        }
    }

    private mutating func literal(_ text: StaticString) throws(JSONFault) {
        let start = self.at
        for index in 0..<text.utf8CodeUnitCount {
            guard self.byte == text.utf8Start[index] else { throw self.fault("expected '\(text)'", at: start) }
            self.at += 1
        }
    }
}
