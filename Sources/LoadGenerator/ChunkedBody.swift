import NIOCore

/// Reader of the chunked transfer coding.
enum ChunkedBody {
    /// The body at the start of `buffer` and how many bytes it took up; nil while its end has not arrived. Starts from
    /// the front at each call: the server under load answers with a length, this is for others.
    static func decode(_ buffer: ByteBuffer) throws(MalformedResponse) -> (body: ByteBuffer, length: Int)? {
        var rest = buffer
        var body = ByteBuffer()
        while true {
            guard let line = try self.readLine(&rest) else { return nil }
            let digits = line.prefix { $0 != ";" && $0 != " " }
            guard let size = Int(digits, radix: 16), size >= 0, size <= 1 << 30 else {
                throw MalformedResponse(reason: "chunk size is not a number")
            }
            if size == 0 { break }
            guard var chunk = rest.readSlice(length: size) else { return nil }
            body.writeBuffer(&chunk)
            guard let end = try self.readLine(&rest) else { return nil }
            guard end.isEmpty else { throw MalformedResponse(reason: "chunk longer than its size says") }
        }
        while let trailer = try self.readLine(&rest) {
            if trailer.isEmpty { return (body, rest.readerIndex - buffer.readerIndex) }
        }
        return nil
    }

    private static func readLine(_ buffer: inout ByteBuffer) throws(MalformedResponse) -> String? {
        guard let end = buffer.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) else {
            guard buffer.readableBytes <= 4096 else { throw MalformedResponse(reason: "chunk line too long") }
            return nil
        }
        let line = buffer.readString(length: end - buffer.readerIndex) ?? ""
        buffer.moveReaderIndex(forwardBy: 1)
        return line.hasSuffix("\r") ? String(line.dropLast()) : line
    }
}
