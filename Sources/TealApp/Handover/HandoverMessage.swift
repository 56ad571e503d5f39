package import ServingCore

/// What two processes say to each other while one takes the other's place.
package enum HandoverMessage: Sendable, Codable, Equatable {
    /// Grows with every change of what is below. Processes of two versions do not hand over to each other; `hello` and
    /// `refused` stay as they are, so that they can say so.
    package static let version = 1

    // From the process that starts.

    case hello(version: Int)
    /// All that can be done beside the running process is done: give me the rest.
    case prepared
    /// Everything is open and loaded; from `committed` on the process serves.
    case ready

    // From the process that runs.

    /// What answers now. It may change until `released`.
    case welcome(held: [HeldVersion])
    /// Nothing was given, or it was taken back; the running process goes on.
    case refused(reason: String)
    /// The data folder is closed and yours, with its lock and these listeners: descriptors come with the message, the
    /// lock's first. The data folder is taken back if you end before `ready`.
    case released(generation: UInt64, held: [HeldVersion], listeners: [HandoverListener])
    /// The running process takes no new connection and will end.
    case committed
}

/// What is listened on.
package enum HandoverListener: String, Sendable, Codable, CaseIterable {
    case http, admin
}
