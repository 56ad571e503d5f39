import Crypto
import Glibc
package import ServingCore
package import SystemPackage
import Yams

/// A folder of models: `<model>/model.yaml`, `<model>/<version>/model.onnx` or `backend.yaml`,
/// `<model>/<version>/version.yaml`. Read only, and read anew at each call, so a version dropped into place by a
/// pipeline is found without a restart.
package struct ModelRepository: Sendable {
    package let root: FilePath

    package init(root: FilePath) {
        self.root = root
    }

    /// Models found, by name; folders whose name is no model name are left out.
    package func models() throws(RepositoryError) -> [ModelName] {
        try Directory.folders(in: self.root).compactMap { ModelName($0) }.sorted { $0.description < $1.description }
    }

    package func manifest(of model: ModelName) throws(RepositoryError) -> ModelManifest {
        let path = self.root.appending(model.description).appending("model.yaml")
        guard let text = try BoundedFile.text(at: path, limit: 1 << 20) else {
            guard try Directory.exists(self.root.appending(model.description)) else {
                let known = ((try? self.models()) ?? []).map(\.description).joined(separator: ", ")
                throw RepositoryError(
                    .notFound,
                    "no model '\(model)' in the repository \(self.root); found: \(known.isEmpty ? "none" : known)"
                )
            }
            return ModelManifest()
        }
        return try Self.decode(ModelManifest.self, text, path)
    }

    /// Version numbers found, ascending. Folder names other than positive integers are left out.
    package func versions(of model: ModelName) throws(RepositoryError) -> [Int] {
        try Directory.folders(in: self.root.appending(model.description))
            .compactMap { name in name.utf8.first.map { (0x31...0x39).contains($0) } == true ? Int(name) : nil }
            .sorted()
    }

    /// Size of one version's model file, without reading it; 0 for one that runs elsewhere.
    package func modelBytes(of model: ModelName, version: Int) throws(RepositoryError) -> Int {
        let file = self.file(model, version, Self.modelFile)
        let backend = self.file(model, version, Self.backendFile)
        let isRemote = try BoundedFile.size(at: backend, limit: Self.backendLimit) != nil
        guard let size = try BoundedFile.size(at: file, limit: Self.modelLimit) else {
            guard isRemote else { throw self.missing(file, model, version) }
            return 0
        }
        guard !isRemote else {
            throw RepositoryError(.invalid, "\(file) and \(backend): a version is one or the other, not both")
        }
        return size
    }

    /// Reads one version whole: the bytes that are hashed are the bytes that will be run.
    package func read(_ model: ModelName, version: Int) throws(RepositoryError) -> ModelVersion {
        let file = self.file(model, version, Self.modelFile)
        let content: ModelVersion.Content
        let digest: String
        if let bytes = try BoundedFile.bytes(at: file, limit: Self.modelLimit) {
            content = .model(bytes)
            digest = bytes.withUnsafeBytes { bytes in SHA256.hash(data: bytes) }.hex
        } else {
            let path = self.file(model, version, Self.backendFile)
            guard let text = try BoundedFile.text(at: path, limit: Self.backendLimit) else {
                throw self.missing(file, model, version)
            }
            content = .backend(try Self.decode(BackendManifest.self, text, path).configuration)
            digest = SHA256.hash(data: Array(text.utf8)).hex
        }
        var about = VersionManifest()
        let aboutPath = file.removingLastComponent().appending("version.yaml")
        if let text = try BoundedFile.text(at: aboutPath, limit: 1 << 20) {
            about = try Self.decode(VersionManifest.self, text, aboutPath)
        }
        if let expected = about.sha256, expected.lowercased() != digest {
            throw RepositoryError(
                .invalid,
                "\(file) has SHA-256 \(digest), but version.yaml says \(expected): the file is not the one that was published"
            )
        }
        return ModelVersion(model: model, version: version, content: content, digest: digest, about: about)
    }

    /// A server answers for the version.
    package func isRemote(_ model: ModelName, version: Int) -> Bool {
        let path = self.file(model, version, Self.backendFile)
        // With both there is no knowing which one is meant, and both are refused.
        return (try? BoundedFile.size(at: path, limit: Self.backendLimit)) != nil
            && access(self.file(model, version, Self.modelFile).string, F_OK) != 0
    }

    /// Lines of the model's warm-up file; empty when the manifest names none.
    package func warmupLines(of model: ModelName, _ manifest: ModelManifest) throws(RepositoryError) -> [String] {
        guard let name = manifest.warmup else { return [] }
        guard let component = FilePath.Component(name), component.kind == .regular else {
            throw RepositoryError(.invalid, "warmup: '\(name)' must be the name of a file beside model.yaml")
        }
        let path = self.root.appending(model.description).appending(component)
        guard let text = try BoundedFile.text(at: path, limit: 64 << 20) else {
            throw RepositoryError(.notFound, "model '\(model)': the warm-up file \(path) does not exist")
        }
        // Not `isNewline`: a JSON text may hold U+2028 and its like as they are.
        return text.split { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }.map(String.init)
    }

    private static let modelFile: FilePath.Component = "model.onnx"
    private static let backendFile: FilePath.Component = "backend.yaml"
    private static let modelLimit: Int64 = 1 << 40
    private static let backendLimit: Int64 = 1 << 20

    private func file(_ model: ModelName, _ version: Int, _ name: FilePath.Component) -> FilePath {
        self.root.appending(model.description).appending(String(version)).appending(name)
    }

    private func missing(_ file: FilePath, _ model: ModelName, _ version: Int) -> RepositoryError {
        let known = ((try? self.versions(of: model)) ?? []).map(String.init).joined(separator: ", ")
        let hint = known.isEmpty ? "it has no versions" : "versions found: \(known)"
        return RepositoryError(
            .notFound,
            "no \(file) nor \(Self.backendFile): model '\(model)' has no version \(version); \(hint)"
        )
    }

    private static func decode<Value: Decodable>(
        _ type: Value.Type,
        _ text: String,
        _ path: FilePath
    ) throws(RepositoryError) -> Value {
        do {
            // A file that holds nothing, or only comments, is an empty mapping: all defaults.
            return try YAMLDecoder().decode(type, from: try Yams.compose(yaml: text) ?? [:])
        } catch {
            throw RepositoryError(.invalid, "\(path): \(Self.explain(error))")
        }
    }

    private static func explain(_ error: any Error) -> String {
        switch error {
        case DecodingError.dataCorrupted(let context), DecodingError.keyNotFound(_, let context),
            DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
        default:
            return "\(error)"
        }
    }
}

/// One version as read from the repository.
package struct ModelVersion: Sendable {
    package let model: ModelName
    package let version: Int
    package let content: Content
    /// Lower-case hex SHA-256 of the model's bytes, or of `backend.yaml`.
    package let digest: String
    package let about: VersionManifest

    package enum Content: Sendable {
        case model(TensorBytes)
        case backend(BackendConfiguration)
    }

    package init(model: ModelName, version: Int, content: Content, digest: String, about: VersionManifest) {
        self.model = model
        self.version = version
        self.content = content
        self.digest = digest
        self.about = about
    }
}

extension Sequence<UInt8> {
    fileprivate var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: self.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
