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
    /// False when captures are off.
    let isUsable: Bool

    /// Blocks. A damaged `captures.db` is set aside and a new one begun.
    static func open(_ configuration: TealConfiguration, logger: Logger) -> CaptureFiles {
        do throws(ConfigurationError) {
            let key = try KeyFile(.captures, in: configuration.data).open()
            return CaptureFiles(store: try Self.database(configuration, logger: logger), key: key, isUsable: true)
        } catch {
            let problem = error.description
            logger.error("captures are off until the next start", metadata: ["problem": "\(problem)"])
            // The running evidence goes on, and what it shows is hashed as ever.
            return CaptureFiles(store: UnavailableCaptureStore(problem), key: KeyFile.make(), isUsable: false)
        }
    }

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
