import Hummingbird
import NIOCore

extension AdminHandlers {
    /// The figures of each second, for as long as the caller reads.
    func follow() throws -> Response {
        guard let events = self.feed.follow() else {
            throw AdminFailure(
                .serviceUnavailable,
                "overloaded",
                "too many follow the figures already; try again later"
            )
        }
        let body = ResponseBody { writer in
            for await event in events { try await writer.write(event) }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: Response.MediaType.events.rawValue], body: body)
    }
}
