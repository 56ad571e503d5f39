import OpenInference

/// Finds faults byte by byte, with no short way for anything: what the quick scanner must find, too.
enum SlowJSONFault {
    static func find(in bytes: UnsafeRawBufferPointer, maxDepth: Int) -> JSONFault? {
        var scanner = SlowJSONScanner(bytes: bytes, maxDepth: maxDepth)
        do throws(JSONFault) {
            try scanner.document()
            return nil
        } catch {
            return error
        }
    }
}

private struct SlowJSONScanner {
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

    private var byte: UInt8? { self.at < self.bytes.count ? self.bytes[self.at] : nil }

    private func fault(_ reason: String, at offset: Int? = nil) -> JSONFault {
        let ended = self.at >= self.bytes.count && offset == nil
        return JSONFault(offset: offset ?? self.at, reason: ended ? "the document ends too early" : reason)
    }

    mutating func document() throws(JSONFault) {
        if self.bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw self.fault("a byte order mark is not allowed", at: 0)
        }
        var inObject: [Bool] = []
        var next = Next.value
        while true {
            self.skipSpace()
            switch (next, self.byte) {
            case (.value, 0x5B), (.valueOrArrayEnd, 0x5B), (.value, 0x7B), (.valueOrArrayEnd, 0x7B):
                guard inObject.count + 1 < self.maxDepth else {
                    throw self.fault("nested more than \(self.maxDepth - 1) deep")
                }
                inObject.append(self.byte == 0x7B)
                next = self.byte == 0x7B ? .keyOrObjectEnd : .valueOrArrayEnd
                self.at += 1
                continue
            case (.valueOrArrayEnd, 0x5D), (.keyOrObjectEnd, 0x7D):
                self.at += 1
                inObject.removeLast()
            case (.key, _), (.keyOrObjectEnd, _):
                guard self.byte == 0x22 else { throw self.fault("expected a key in double quotes") }
                try self.string()
                next = .colon
                continue
            case (.colon, _):
                guard self.byte == 0x3A else { throw self.fault("expected a colon") }
                self.at += 1
                next = .value
                continue
            case (.commaOrEnd, 0x2C):
                self.at += 1
                next = inObject.last == true ? .key : .value
                continue
            case (.commaOrEnd, 0x5D) where inObject.last == false, (.commaOrEnd, 0x7D) where inObject.last == true:
                self.at += 1
                inObject.removeLast()
            case (.commaOrEnd, _):
                throw self.fault("expected a comma or the end of the list or object")
            case (.value, _), (.valueOrArrayEnd, _):
                try self.scalar()
            }
            guard !inObject.isEmpty else { break }
            next = .commaOrEnd
        }
        self.skipSpace()
        guard self.at == self.bytes.count else { throw self.fault("something follows the end of the document") }
    }

    private mutating func skipSpace() {
        while let byte = self.byte, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { self.at += 1 }
    }

    private mutating func scalar() throws(JSONFault) {
        switch self.byte {
        case 0x22: try self.string()
        case 0x74: try self.literal("true")
        case 0x66: try self.literal("false")
        case 0x6E: try self.literal("null")
        case 0x2D, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39: try self.number()
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

    private mutating func string() throws(JSONFault) {
        let start = self.at
        self.at += 1
        while let byte = self.byte {
            switch byte {
            case 0x22:
                self.at += 1
                guard String(validating: self.bytes[start..<self.at], as: UTF8.self) != nil else {
                    throw self.fault("the string is not UTF-8", at: start)
                }
                return
            case 0x5C: try self.escape()
            case 0..<0x20: throw self.fault("a control character in a string must be escaped")
            default: self.at += 1
            }
        }
        throw self.fault("the string does not end")
    }

    private mutating func escape() throws(JSONFault) {
        let start = self.at
        self.at += 1
        switch self.byte {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74:
            self.at += 1
        case 0x75:
            self.at += 1
            let unit = try self.hexadecimal()
            guard unit & 0xF800 == 0xD800 else { return }
            guard unit & 0xFC00 == 0xD800, self.byte == 0x5C else { throw self.fault("a lone surrogate", at: start) }
            self.at += 1
            guard self.byte == 0x75 else { throw self.fault("a lone surrogate", at: start) }
            self.at += 1
            guard try self.hexadecimal() & 0xFC00 == 0xDC00 else { throw self.fault("a lone surrogate", at: start) }
        default:
            throw self.fault("an unknown escape", at: start)
        }
    }

    private mutating func hexadecimal() throws(JSONFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = self.byte, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw self.fault("expected a hexadecimal digit")
            }
            value = value * 16 + UInt32(digit)
            self.at += 1
        }
        return value
    }

    private mutating func digits() throws(JSONFault) {
        let start = self.at
        while let byte = self.byte, (0x30...0x39).contains(byte) { self.at += 1 }
        guard self.at > start else { throw self.fault("expected a digit") }
    }

    private mutating func number() throws(JSONFault) {
        let start = self.at
        var isWhole = true
        if self.byte == 0x2D { self.at += 1 }
        let first = self.byte
        let firstAt = self.at
        try self.digits()
        if first == 0x30, self.at - firstAt > 1 { throw self.fault("a number has a leading zero", at: firstAt) }
        if self.byte == 0x2E {
            isWhole = false
            self.at += 1
            try self.digits()
        }
        if self.byte == 0x65 || self.byte == 0x45 {
            isWhole = false
            self.at += 1
            if self.byte == 0x2B || self.byte == 0x2D { self.at += 1 }
            try self.digits()
        }
        let text = String(decoding: self.bytes[start..<self.at], as: UTF8.self)
        if isWhole {
            guard Int64(text) != nil || UInt64(text) != nil else {
                throw self.fault("a whole number does not fit 64 bits", at: start)
            }
        } else if let value = Double(text), !value.isFinite {
            throw self.fault("a number is too large", at: start)
        }
    }
}
