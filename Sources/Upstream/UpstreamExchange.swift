package import HTTP1
package import NIOCore

/// Takes the answer to one request. Everything is called on the loop that the request was sent on: first `head`, then any
/// number of `body`, then `upstreamEnd`; or at any time, instead of the rest, `upstreamFailed`. After either, and after
/// `UpstreamCall.cancel()`, nothing more is called.
package protocol UpstreamExchange: AnyObject {
    /// The final head. Interim answers are not passed on; redirects are answers like any other.
    func upstream(head: ResponseHead)
    /// Some of the body, never empty. A slice of what was read: kept for long, it keeps all of that.
    func upstream(body: ByteBuffer)
    /// All that one read brought has been given and the answer has not ended: a good moment to flush.
    func upstreamReadComplete()
    func upstreamEnd()
    func upstreamFailed(_ failure: UpstreamFailure)
}
