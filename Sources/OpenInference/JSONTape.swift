internal import ServingCore

/// A parsed document as simdjson writes it: 64-bit words, type in the top byte, payload below.
///
/// Every read is checked against the bounds; one outside yields the kind `.end`, which no reader takes for a value.
package struct JSONTape {
    /// The tag of a word. A struct, as an enum with these raw values would cost a table walk per look.
    package struct Kind: Equatable {
        package let tag: UInt8

        package static let object = Kind(tag: UInt8(ascii: "{"))
        package static let array = Kind(tag: UInt8(ascii: "["))
        package static let string = Kind(tag: UInt8(ascii: "\""))
        package static let int64 = Kind(tag: UInt8(ascii: "l"))
        package static let uint64 = Kind(tag: UInt8(ascii: "u"))
        package static let double = Kind(tag: UInt8(ascii: "d"))
        package static let yes = Kind(tag: UInt8(ascii: "t"))
        package static let no = Kind(tag: UInt8(ascii: "f"))
        package static let null = Kind(tag: UInt8(ascii: "n"))
        /// Outside the tape.
        package static let end = Kind(tag: 0)
    }

    let words: UnsafePointer<UInt64>
    let count: Int
    let strings: UnsafePointer<UInt8>
    let stringCapacity: Int

    /// Where nothing stands.
    static let nowhere = -1

    /// Where the document's one value stands.
    package static let first = 1

    @inline(__always)
    package func word(_ index: Int) -> UInt64 {
        index >= 0 && index < self.count ? self.words[index] : 0
    }

    @inline(__always)
    package static func kind(of word: UInt64) -> Kind { Kind(tag: UInt8(truncatingIfNeeded: word &>> 56)) }

    @inline(__always)
    package func kind(_ index: Int) -> Kind { Self.kind(of: self.word(index)) }

    /// Index of what follows the value at `index`; always larger than `index` and at most `count`.
    @inline(__always)
    package func after(_ index: Int) -> Int {
        switch self.kind(index) {
        case .object, .array:
            let end = Int(self.word(index) & 0xFFFF_FFFF)
            return end > index && end < self.count ? end : self.count
        case .int64, .uint64, .double:
            return index + 2
        default:
            return index + 1
        }
    }

    /// The words of the members of the container at `index`, without its brackets.
    @inline(__always)
    package func contents(_ index: Int) -> Range<Int> {
        let end = self.after(index) - 1
        return (index + 1)..<max(index + 1, end)
    }

    /// UTF-8 bytes of the string at `index`, escapes decoded; nil if that is no string.
    @inline(__always)
    package func string(_ index: Int) -> UnsafeBufferPointer<UInt8>? {
        guard self.kind(index) == .string else { return nil }
        let offset = Int(self.word(index) & 0x00FF_FFFF_FFFF_FFFF)
        guard offset <= self.stringCapacity - 4 else { return nil }
        let length = Int(UnsafeRawPointer(self.strings + offset).loadUnaligned(as: UInt32.self))
        guard length <= self.stringCapacity - 4 - offset else { return nil }
        return UnsafeBufferPointer(start: self.strings + offset + 4, count: length)
    }

    /// The whole number at `index` if it is one and not negative.
    func size(_ index: Int) -> Int? {
        guard self.kind(index) == .int64 else { return nil }
        let value = Int64(bitPattern: self.word(index + 1))
        return value >= 0 ? Int(value) : nil
    }

    /// `true` or `false` at `index`; nil for anything else.
    package func bool(_ index: Int) -> Bool? {
        switch self.kind(index) {
        case .yes: true
        case .no: false
        default: nil
        }
    }

    /// Calls `body` with each key and the index of its value, for the object at `index`.
    @inline(__always)
    func forEachMember(
        of index: Int,
        _ body: (_ key: UnsafeBufferPointer<UInt8>, _ value: Int) throws(InferenceError) -> Void
    ) throws(InferenceError) {
        let members = self.contents(index)
        var at = members.lowerBound
        while at < members.upperBound, let key = self.string(at) {
            try body(key, at + 1)
            at = self.after(at + 1)
        }
    }

    /// What stands at `index`, for an error message.
    package func describe(_ index: Int) -> String {
        switch self.kind(index) {
        case .object: "an object"
        case .array: "an array"
        case .string: "the string " + quoted(self.string(index) ?? .init(start: nil, count: 0))
        case .int64: "\(Int64(bitPattern: self.word(index + 1)))"
        case .uint64: "\(self.word(index + 1))"
        case .double: "\(Double(bitPattern: self.word(index + 1)))"
        case .yes: "true"
        case .no: "false"
        case .null: "null"
        default: "nothing"
        }
    }
}

/// Whether `bytes` spell `text`.
@inline(__always)
package func spells(_ bytes: UnsafeBufferPointer<UInt8>, _ text: StaticString) -> Bool {
    guard bytes.count == text.utf8CodeUnitCount else { return false }
    let other = text.utf8Start
    for index in 0..<bytes.count where bytes[index] != other[index] { return false }
    return true
}

/// Whether `bytes` spell `text`.
func spells(_ bytes: UnsafeBufferPointer<UInt8>, _ text: String) -> Bool {
    guard bytes.count == text.utf8.count else { return false }
    // Element by element through `String.UTF8View` costs ten times as much.
    return text.utf8.withContiguousStorageIfAvailable { other in
        for index in 0..<bytes.count where bytes[index] != other[index] { return false }
        return true
    } ?? bytes.elementsEqual(text.utf8)
}
