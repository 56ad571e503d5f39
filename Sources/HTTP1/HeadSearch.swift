import Glibc

/// Looks for the empty line that ends the head of a message.
enum HeadSearch {
    enum Result {
        /// More bytes are needed; those given need not be searched again.
        case more
        /// Index behind the empty line.
        case end(Int)
        /// A line feed without its carriage return.
        case bareLineFeed
        /// More than `limit` bytes and no end.
        case tooLarge
    }

    /// Searches `bytes` from `scanned`, up to which they have been searched before.
    static func search(_ bytes: UnsafeRawBufferPointer, from scanned: Int, limit: Int) -> Result {
        guard let base = bytes.baseAddress else { return .more }
        var position = scanned
        while position < bytes.count,
            let found = memchr(base + position, Int32(ASCIIBytes.lineFeed), bytes.count - position)
        {
            let index = UnsafeRawPointer(found) - base
            guard index >= 1, bytes[index - 1] == ASCIIBytes.carriageReturn else { return .bareLineFeed }
            guard index < limit else { break }
            if index >= 3, bytes[index - 2] == ASCIIBytes.lineFeed { return .end(index + 1) }
            position = index + 1
        }
        return bytes.count > limit ? .tooLarge : .more
    }
}
