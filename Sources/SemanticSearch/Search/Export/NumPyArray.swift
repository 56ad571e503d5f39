/// What an array of a `NumPyArchive` holds.
package enum NumPyElement: Sendable, Equatable {
    case int64, float64, float32
    /// Unicode scalars, four bytes each; longer texts are cut, shorter ones filled up. Reads as `str`.
    case text(scalars: Int)

    /// NumPy's name of the type.
    var descriptor: String {
        switch self {
        case .int64: "<i8"
        case .float64: "<f8"
        case .float32: "<f4"
        case .text(let scalars): "<U\(scalars)"
        }
    }

    /// Bytes of one element; nil when it could have none, or more than any archive holds.
    var width: Int? {
        switch self {
        case .int64, .float64: 8
        case .float32: 4
        case .text(let scalars): (1...1 << 28).contains(scalars) ? scalars * 4 : nil
        }
    }
}

/// One array of an archive, while it is written.
struct NumPyArray {
    let name: String
    let element: NumPyElement
    /// Elements that are still to come.
    var remaining: Int
    /// Of header and elements.
    let byteCount: Int
    /// Of the local header within the archive.
    let offset: Int
    var checksum = CRC32()

    /// The beginning of an `.npy` file of version 1.0, a multiple of 64 bytes; nil when the shape is too long for it.
    static func header(_ element: NumPyElement, shape: [Int]) -> [UInt8]? {
        let sizes = shape.map { "\($0)," }.joined(separator: " ")
        let tuple = shape.count > 1 ? String(sizes.dropLast()) : sizes
        let fields = "{'descr': '\(element.descriptor)', 'fortran_order': False, 'shape': (\(tuple)), }"
        let length = (10 + fields.utf8.count + 1 + 63) / 64 * 64 - 10
        guard length <= UInt16.max else { return nil }
        var bytes: [UInt8] = [0x93] + "NUMPY".utf8 + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
        bytes += fields.utf8
        bytes += [UInt8](repeating: UInt8(ascii: " "), count: 10 + length - bytes.count - 1)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    /// Product of the shape times the element's width; nil when that is more than `limit`.
    static func byteCount(_ element: NumPyElement, shape: [Int], limit: Int) -> (elements: Int, bytes: Int)? {
        guard let width = element.width else { return nil }
        var count = 1
        for size in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard size >= 0, !overflow else { return nil }
            count = product
        }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: width)
        return overflow || bytes > limit ? nil : (count, bytes)
    }
}
