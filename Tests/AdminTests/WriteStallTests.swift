import Admin
import NIOCore
import NIOEmbedded
import Testing

struct WriteStallTests {
    private let channel = EmbeddedChannel(handler: WriteStallHandler(limit: .seconds(30)))

    init() throws { try self.channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait() }

    /// What is written and not flushed counts as not taken by the system.
    private func becomeUnwritable(with writes: Int) {
        for _ in 0..<writes { self.channel.write(ByteBuffer(repeating: 7, count: 10), promise: nil) }
        self.setWritable(false)
    }

    private func setWritable(_ isWritable: Bool) {
        self.channel.isWritable = isWritable
        self.channel.pipeline.fireChannelWritabilityChanged()
    }

    @Test func `a client that reads nothing for 30 seconds is let go`() throws {
        self.becomeUnwritable(with: 1)
        self.channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(self.channel.isActive)
        self.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!self.channel.isActive)
    }

    @Test func `a client that reads slowly is served as long as it reads`() throws {
        self.becomeUnwritable(with: 2)
        self.channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        self.channel.flush()
        self.channel.write(ByteBuffer(repeating: 7, count: 10), promise: nil)
        self.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(self.channel.isActive)
        self.channel.embeddedEventLoop.advanceTime(by: .seconds(30))
        #expect(!self.channel.isActive)
    }

    @Test func `a client that has made room may wait for what comes next`() throws {
        self.becomeUnwritable(with: 1)
        self.channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        self.setWritable(true)
        self.channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(self.channel.isActive)
    }
}
