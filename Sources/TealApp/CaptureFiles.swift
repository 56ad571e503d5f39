import Logging
import ServingCore
import Storage
import SystemPackage

/// `captures.db` and `captures.key`, as far as they can be used. Nobody who is served depends on them: when one of them
/// is none of ours, newer than this build, or cannot be opened, it is left as it is, and captures are off until the next
/// start.
struct CaptureFiles: Sendable {
    let store: any CaptureStore
    let key: [UInt8]
    /// Nil when captures are off.
    private let reopenable: ReopenableCaptureStore?

    var isUsable: Bool { self.reopenable != nil }

    /// Blocks. A damaged `captures.db` is set aside and a new one begun.
    static func open(_ configuration: TealConfiguration, logger: Logger) -> CaptureFiles {
        do throws(ConfigurationError) {
            let key = try KeyFile(.captures, in: configuration.data).open()
            let store = try ReopenableCaptureStore { () throws(ConfigurationError) in
                try Self.database(configuration, logger: logger)
            }
            return CaptureFiles(store: store, key: key, reopenable: store)
        } catch {
            let problem = error.description
            logger.error("captures are off until the next start", metadata: ["problem": "\(problem)"])
            // The running evidence goes on, and what it shows is hashed as ever.
            return CaptureFiles(store: UnavailableCaptureStore(problem), key: KeyFile.make(), reopenable: nil)
        }
    }

    /// After `store` was closed for another process. Blocks.
    func reopen() throws(ConfigurationError) { try self.reopenable?.reopen() }

    private static func database(
        _ configuration: TealConfiguration,
        logger: Logger
    ) throws(ConfigurationError) -> SQLiteCaptureStore {
        var options = SQLiteCaptureStore.Options()
        options.maximumAge = configuration.captureAge
        options.retentionInterval = min(options.retentionInterval, configuration.captureAge / 10)
        options.maximumBytes = configuration.captureBytes
        options.onDamagedRelease = { logger.error("captures", metadata: ["problem": "\($0)"]) }
        do {
            let (store, problem) = try SQLiteCaptureStore.openSettingAsideDamage(
                path: configuration.data.appending("captures.db").string,
                options: options
            )
            if let problem { logger.error("captures", metadata: ["problem": "\(problem)"]) }
            return store
        } catch {
            throw ConfigurationError(error.description)
        }
    }
}
