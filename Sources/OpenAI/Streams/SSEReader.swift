package import NIOCore

/// One event of a stream of server-sent events, without its framing.
package enum SSEEvent {
    /// The lines of `data`, joined by line feeds. Valid during the call only.
    case data(UnsafeRawBufferPointer)
    /// What came as the field `error` (llama.cpp until 2025) or as an event named so. Valid during the call only.
    case error(UnsafeRawBufferPointer)
}

/// Takes a stream of server-sent events apart as it comes, cut anywhere, and leaves the bytes to others: who forwards
/// them lets this read along. Holds at most two times the limit of one event.
///
/// Lines end with LF, CRLF or CR; comments and unknown fields are skipped, and so are events without data, which
/// servers send to keep a connection alive. A line that is a JSON object without a field's name counts as data
/// (OpenVINO Model Server writes errors so).
package struct SSEReader: Sendable {
    private let maxEventBytes: Int
    /// The beginning of a line whose end has not come yet.
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var isError = false
    /// A line of the current event has come.
    private var isInEvent = false
    /// The current event is over the limit; the rest of it is passed over.
    private var isTooLong = false
    /// The last byte was CR; a LF after it belongs to it.
    private var endedWithCR = false
    private var isFirstLine = true

    /// `[DONE]` has come: the stream is whole. What follows is ignored.
    package private(set) var isDone = false
    /// Events that were longer than the limit, which were passed over.
    package private(set) var overlongEvents = 0

    package init(maxEventBytes: Int = OpenAILimits().maxEventBytes) {
        self.maxEventBytes = maxEventBytes
    }

    /// Nothing of an event is pending, so an event of somebody else can be put here.
    package var isBetweenEvents: Bool { self.line.isEmpty && !self.isInEvent }

    /// Reads the readable bytes, which follow those of the last call, and calls `each` for every event they complete.
    package mutating func read(_ bytes: ByteBuffer, each: (SSEEvent) -> Void = { _ in }) {
        bytes.withUnsafeReadableBytes { self.read($0, each: each) }
    }

    package mutating func read(_ bytes: UnsafeRawBufferPointer, each: (SSEEvent) -> Void) {
        guard let first = bytes.first else { return }
        var start = self.endedWithCR && first == Self.lineFeed ? 1 : 0
        self.endedWithCR = false
        while start < bytes.count {
            let end = bytes.firstIndex(of: Self.lineFeed, or: Self.carriageReturn, from: start)
            let line = bytes[start..<end]
            guard end < bytes.count else { return self.keep(line) }
            self.endLine(with: line, each)
            start = end + 1
            guard bytes[end] == Self.carriageReturn else { continue }
            if start == bytes.count {
                self.endedWithCR = true
            } else if bytes[start] == Self.lineFeed {
                start += 1
            }
        }
    }

    /// Says that no more bytes come. An event that lacks only its last line ends is taken, as some servers leave them
    /// out.
    package mutating func end(each: (SSEEvent) -> Void = { _ in }) {
        if !self.line.isEmpty { self.endLine(with: UnsafeRawBufferPointer(start: nil, count: 0)[...], each) }
        self.dispatch(each)
    }

    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    private mutating func keep(_ bytes: Slice<UnsafeRawBufferPointer>) {
        guard !bytes.isEmpty, !self.isDone else { return }
        // Keep one byte of a line that is passed over: it is not empty.
        if bytes.count > self.maxEventBytes - self.line.count { self.isTooLong = true }
        if !self.isTooLong {
            self.line.append(contentsOf: bytes)
        } else if self.line.isEmpty {
            self.line.append(contentsOf: bytes.prefix(1))
        }
    }

    private mutating func endLine(with bytes: Slice<UnsafeRawBufferPointer>, _ each: (SSEEvent) -> Void) {
        guard !self.isDone else { return }
        if self.line.isEmpty {
            // The same as `keep` says of it: what is too long must not depend on where the bytes were cut.
            if bytes.count > self.maxEventBytes { self.isTooLong = true }
            self.take(UnsafeRawBufferPointer(rebasing: bytes), each)
        } else {
            self.keep(bytes)
            var line: [UInt8] = []
            swap(&line, &self.line)
            line.withUnsafeBytes { self.take($0, each) }
            line.removeAll(keepingCapacity: true)
            swap(&line, &self.line)
        }
    }

    private mutating func take(_ whole: UnsafeRawBufferPointer, _ each: (SSEEvent) -> Void) {
        var line = whole[...]
        // Of a line that is too long these may be all that was kept: it is not empty.
        if self.isFirstLine, !self.isTooLong, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
        self.isFirstLine = false
        guard let first = line.first else { return self.dispatch(each) }
        self.isInEvent = true
        switch first {
        case UInt8(ascii: ":"): break
        case UInt8(ascii: "{"): self.append(line)
        default:
            let name = line.prefix { $0 != UInt8(ascii: ":") }
            var value = line[name.endIndex...].dropFirst()
            if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
            self.takeField(name, value)
        }
    }

    private mutating func takeField(_ name: Slice<UnsafeRawBufferPointer>, _ value: Slice<UnsafeRawBufferPointer>) {
        if name.elementsEqual("data".utf8) {
            self.append(value)
        } else if name.elementsEqual("error".utf8) {
            self.isError = true
            self.append(value)
        } else if name.elementsEqual("event".utf8) {
            self.isError = value.elementsEqual("error".utf8)
        }
    }

    private mutating func append(_ value: Slice<UnsafeRawBufferPointer>) {
        guard !self.isTooLong, value.count < self.maxEventBytes - self.data.count else {
            self.isTooLong = true
            return
        }
        if self.hasData { self.data.append(Self.lineFeed) }
        self.hasData = true
        self.data.append(contentsOf: value)
    }

    private mutating func dispatch(_ each: (SSEEvent) -> Void) {
        defer {
            self.data.removeAll(keepingCapacity: true)
            self.hasData = false
            self.isError = false
            self.isInEvent = false
            self.isTooLong = false
        }
        guard !self.isTooLong else {
            self.overlongEvents += 1
            return
        }
        guard let first = self.data.firstIndex(where: { $0 != 0x20 && $0 != 0x09 }) else { return }
        if !self.isError, self.data[first...].starts(with: "[DONE]".utf8) {
            self.isDone = true
            return
        }
        self.data.withUnsafeBytes { each(self.isError ? .error($0) : .data($0)) }
    }
}
