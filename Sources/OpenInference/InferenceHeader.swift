package import ServingCore

/// The HTTP header of the binary tensor extension, in requests and answers.
package enum InferenceHeader {
    /// Field names are compared without regard to case.
    package static let name = "Inference-Header-Content-Length"

    /// Reads the header's value, the length of the JSON part: digits only, in 0...`bodyLength`, surrounding spaces
    /// and tabs ignored.
    package static func parse(
        _ value: some Collection<UInt8>,
        bodyLength: Int
    ) throws(InferenceError) -> Int {
        var length = 0
        var digits = 0
        var ended = false
        for byte in value {
            switch byte {
            case 0x20, 0x09:
                ended = digits > 0
            case 0x30...0x39 where !ended:
                digits += 1
                // Stops growing long before it could overflow; the range check below refuses it.
                length = length > Self.longest ? length : length * 10 + Int(byte - 0x30)
            default:
                throw Self.outOfRange(bodyLength)
            }
        }
        guard digits > 0, length <= min(bodyLength, Self.longest) else { throw Self.outOfRange(bodyLength) }
        return length
    }

    private static let longest = 1 << 40

    private static func outOfRange(_ bodyLength: Int) -> InferenceError {
        InferenceError(
            .invalidRequest,
            "\(Self.name) must be a whole number in the range 0 to \(bodyLength), the length of the body"
        )
    }
}
