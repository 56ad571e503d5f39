import Configuration
package import SystemPackage
import Yams

/// Puts the configuration together: flags win over the environment (`TEAL_HTTP_PORT` for `http.port`), the
/// environment over the file, the file over the defaults.
package enum ConfigurationReader {
    /// - Parameters:
    ///   - file: a YAML file; nil means none.
    ///   - environment: usually the process's.
    ///   - flags: values given on the command line, by key.
    package static func read(
        file: FilePath?,
        environment: [String: String],
        flags: [String: String]
    ) throws(ConfigurationError) -> TealConfiguration {
        let fileValues = try file.map { (path) throws(ConfigurationError) in try Self.parse(path) } ?? [:]
        for key in flags.keys.sorted() { try Self.checkKnown(key, origin: "command line") }
        let reader = ConfigReader(providers: [
            Self.provider("flags", flags),
            Self.provider("environment", Self.translate(environment)),
            Self.provider("file", fileValues),
        ])
        var configuration = TealConfiguration()
        for key in ConfigurationKey.all {
            guard let text = reader.string(forKey: ConfigKey(key.name)) else { continue }
            do {
                try key.apply(text, &configuration)
            } catch {
                let shown = key.isSecret ? "it" : "'\(text)'"
                throw ConfigurationError("\(key.name): \(error.expectation), not \(shown) (\(key.help))")
            }
        }
        return configuration
    }

    /// Keys with what they mean, for `--help`.
    package static var documentation: [(key: String, help: String)] {
        ConfigurationKey.all.map { ($0.name, $0.help) }
    }

    /// `http.headTimeout` is `TEAL_HTTP_HEAD_TIMEOUT`.
    static func environmentName(of key: String) -> String {
        "TEAL_"
            + key.reduce(into: "") { name, character in
                if character == "." {
                    name += "_"
                } else {
                    name += (character.isUppercase ? "_" : "") + character.uppercased()
                }
            }
    }

    private static func translate(_ environment: [String: String]) -> [String: String] {
        var values: [String: String] = [:]
        for key in ConfigurationKey.all { values[key.name] = environment[Self.environmentName(of: key.name)] }
        return values
    }

    private static func provider(_ name: String, _ values: [String: String]) -> InMemoryProvider {
        var entries: [AbsoluteConfigKey: ConfigValue] = [:]
        for (key, value) in values {
            let isSecret = ConfigurationKey.all.contains { $0.name == key && $0.isSecret }
            entries[AbsoluteConfigKey(ConfigKey(key))] = ConfigValue(.string(value), isSecret: isSecret)
        }
        return InMemoryProvider(name: name, values: entries)
    }

    private static func parse(_ path: FilePath) throws(ConfigurationError) -> [String: String] {
        let root: Node?
        do {
            let text = try String(contentsOf: path)
            root = try Yams.compose(yaml: text)
        } catch Errno.noSuchFileOrDirectory {
            throw ConfigurationError("the configuration file \(path) does not exist")
        } catch let error as YamlError {
            throw ConfigurationError("\(path) is not valid YAML: \(error)")
        } catch {
            throw ConfigurationError("cannot read \(path): \(error)")
        }
        var values: [String: String] = [:]
        if let root, root.null == nil { try Self.flatten(root, "", path, &values) }
        for key in values.keys.sorted() { try Self.checkKnown(key, origin: path.string) }
        return values
    }

    private static func flatten(
        _ node: Node,
        _ prefix: String,
        _ path: FilePath,
        _ values: inout [String: String]
    ) throws(ConfigurationError) {
        switch node {
        case .mapping(let mapping):
            for (key, value) in mapping {
                let name = key.scalar?.string ?? ""
                try Self.flatten(value, prefix.isEmpty ? name : "\(prefix).\(name)", path, &values)
            }
        case .scalar(let scalar): values[prefix] = scalar.string
        case .sequence, .alias:
            throw ConfigurationError(
                "\(path): \(prefix.isEmpty ? "the file" : prefix) must hold keys and plain values, no list"
            )
        }
    }

    private static func checkKnown(_ key: String, origin: String) throws(ConfigurationError) {
        let known = ConfigurationKey.all.map(\.name)
        guard !known.contains(key) else { return }
        throw ConfigurationError("unknown key '\(key)' in \(origin); known are \(known.joined(separator: ", "))")
    }
}

extension String {
    fileprivate init(contentsOf path: FilePath) throws {
        let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
        defer { try? file.close() }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let count = try chunk.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
            bytes += chunk[..<count]
            guard bytes.count <= 1 << 20 else { throw ConfigurationError("\(path) is larger than 1 MiB") }
        }
        self = String(decoding: bytes, as: UTF8.self)
    }
}
