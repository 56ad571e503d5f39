package import NIOPosix

/// Threads and loops that all tests of a process share; they end with it.
package enum TestThreads {
    /// Enough for several loads that a test holds back, and for the loads of others beside them.
    package static let loading: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 16)
        pool.start()
        return pool
    }()

    package static let twoLoops = MultiThreadedEventLoopGroup(numberOfThreads: 2)
}
