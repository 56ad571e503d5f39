internal import CSimdJSON
internal import ServingCore

/// Owner of one simdjson parser and its scratch memory. The only file that touches `CSimdJSON`.
package final class JSONParser {
    package enum Failure: Error {
        case outOfMemory
        /// simdjson's sentence for what is wrong with the document.
        case malformed(String)
    }

    private let handle: OpaquePointer?

    /// - Parameter maxDepth: a document nested as deep as this is refused.
    package init(maxDepth: Int) {
        self.handle = csj_parser_create(maxDepth)
    }

    deinit {
        if let handle = self.handle { csj_parser_destroy(handle) }
    }

    /// The tape is valid until the next `parse` or `release` of this parser.
    package func parse(_ json: UnsafeRawBufferPointer) throws(Failure) -> JSONTape {
        guard let handle = self.handle else { throw .outOfMemory }
        var tape = csj_tape()
        let code = csj_parse(handle, json.baseAddress?.assumingMemoryBound(to: UInt8.self), json.count, &tape)
        guard code == 0, let words = tape.words, let strings = tape.strings else {
            throw csj_error_is_memory(code) != 0 ? .outOfMemory : .malformed(String(cString: csj_error_message(code)))
        }
        return JSONTape(words: words, count: tape.word_count, strings: strings, stringCapacity: tape.string_capacity)
    }

    /// Gives memory back after a document longer than `retained` bytes made it grow.
    package func shrink(to retained: Int) {
        guard let handle = self.handle, csj_parser_capacity(handle) > retained else { return }
        csj_parser_release(handle)
    }
}

/// Numbers as JSON text, a whole run per call.
enum JSONNumbers {
    /// Room that one value of `datatype` needs, with its comma; nil for types that have no number form.
    static func longestText(of datatype: DataType) -> Int? {
        switch datatype {
        case .fp32: Int(CSJ_MAX_FLOAT_TEXT)
        case .fp64: Int(CSJ_MAX_DOUBLE_TEXT)
        case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: Int(CSJ_MAX_INTEGER_TEXT)
        case .bool, .fp16, .bf16, .bytes: nil
        }
    }

    /// Writes `count` values that start at `values`, which need not be aligned, separated by commas.
    ///
    /// `out` has room for `count * longestText(of:)` bytes. Returns the bytes written, and the index of the first value
    /// that is not finite (writing stopped there), else nil.
    static func write(
        _ values: UnsafeRawPointer,
        count: Int,
        datatype: DataType,
        to out: UnsafeMutablePointer<CChar>
    ) -> (written: Int, notFinite: Int?) {
        var stoppedAt = count
        let written: Int
        switch datatype {
        case .fp32: written = csj_write_floats(out, values, count, &stoppedAt)
        case .fp64: written = csj_write_doubles(out, values, count, &stoppedAt)
        case .int8: written = csj_write_integers(out, values, count, 1, 1)
        case .int16: written = csj_write_integers(out, values, count, 2, 1)
        case .int32: written = csj_write_integers(out, values, count, 4, 1)
        case .int64: written = csj_write_integers(out, values, count, 8, 1)
        case .uint8: written = csj_write_integers(out, values, count, 1, 0)
        case .uint16: written = csj_write_integers(out, values, count, 2, 0)
        case .uint32: written = csj_write_integers(out, values, count, 4, 0)
        case .uint64: written = csj_write_integers(out, values, count, 8, 0)
        case .bool, .fp16, .bf16, .bytes: written = 0
        }
        return (written, stoppedAt < count ? stoppedAt : nil)
    }
}

/// Whether `bytes` are well-formed UTF-8.
func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return true }
    // The other way takes 64 bytes at a time and as long for less.
    if bytes.count <= 16 { return UTF8Scalar.isValid(UnsafeBufferPointer(start: start, count: bytes.count)) }
    return csj_is_utf8(start, bytes.count) != 0
}
