import ServingCore
import Slots
import SystemPackage
import TestSupport
import Testing

@Suite struct ModelRepositoryTests {
    let folder: TemporaryRepository
    let repository: ModelRepository
    let model: ModelName

    init() throws {
        self.folder = try TemporaryRepository()
        self.repository = ModelRepository(root: FilePath(self.folder.path))
        self.model = try #require(ModelName("m"))
    }

    private func error<Value>(_ body: () throws(RepositoryError) -> Value) -> RepositoryError? {
        do throws(RepositoryError) {
            _ = try body()
            return nil
        } catch {
            return error
        }
    }

    @Test("Models are found by name, in order; folders that are no model name and files are left out")
    func models() throws {
        for file in ["zebra/1/model.onnx", "ant/x", "UPPER/x", ".hidden/x", "a b/x", "note.txt"] {
            try self.folder.write("", to: file)
        }
        try self.folder.link("linked", to: "ant")
        try self.folder.link("dangling", to: "nowhere")
        #expect(try self.repository.models().map(\.description) == ["ant", "linked", "zebra"])
    }

    @Test("Versions are the folders named by a positive integer, in order of number")
    func versions() throws {
        for name in ["10", "9", "1", "0", "01", "-1", "+3", "1.0", "v2", "latest", "99999999999999999999", "٣", ".4"] {
            try self.folder.write("", to: "m/\(name)/model.onnx")
        }
        try self.folder.write("", to: "m/7")
        try self.folder.link("m/12", to: "9")
        #expect(try self.repository.versions(of: self.model) == [1, 9, 10, 12])
    }

    @Test("A repository that does not exist is reported with its path")
    func noRepository() {
        let error = self.error { () throws(RepositoryError) in
            try ModelRepository(root: FilePath(self.folder.path + "/gone")).models()
        }
        #expect(error?.code == .notFound)
        #expect(error?.description.contains("/gone") == true)
    }

    @Test("A missing model is reported with those that exist")
    func noModel() throws {
        try self.folder.write("", to: "ant/1/model.onnx")
        let error = self.error { () throws(RepositoryError) in try self.repository.manifest(of: self.model) }
        #expect(error?.code == .notFound)
        #expect(error?.description.contains("no model 'm'") == true)
        #expect(error?.description.contains("ant") == true)
    }

    @Test("A missing version is reported with those that exist")
    func noVersion() throws {
        try self.folder.write("x", to: "m/1/model.onnx")
        try self.folder.write("x", to: "m/3/model.onnx")
        let error = self.error { () throws(RepositoryError) in try self.repository.read(self.model, version: 2) }
        #expect(error?.code == .notFound)
        #expect(error?.description.contains("versions found: 1, 3") == true)
    }

    @Test("A version is read whole, with its digest and what it says about itself")
    func read() throws {
        try self.folder.write("abc", to: "m/1/model.onnx")
        try self.folder.write("description: first\nmetrics: {accuracy: 0.5, loss: 1}\n", to: "m/1/version.yaml")
        let version = try self.repository.read(self.model, version: 1)
        guard case .model(let bytes) = version.content else { throw RepositoryError(.invalid, "no model file") }
        #expect(bytes.withUnsafeBytes { Array($0) } == Array("abc".utf8))
        #expect(version.digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(version.about.description == "first")
        #expect(version.about.metrics == ["accuracy": 0.5, "loss": 1])
    }

    @Test("A file that is not the published one is refused with both digests")
    func wrongDigest() throws {
        try self.folder.write("abd", to: "m/1/model.onnx")
        let published = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        try self.folder.write("sha256: \(published)\n", to: "m/1/version.yaml")
        let error = self.error { () throws(RepositoryError) in try self.repository.read(self.model, version: 1) }
        #expect(error?.code == .invalid)
        #expect(error?.description.contains(published) == true)
        #expect(error?.description.contains("a52d159f262b2c6ddb724a61840befc36eb30c88877a4030b65cbe86298449c9") == true)
    }

    @Test("A published digest in capitals is the same digest")
    func capitalDigest() throws {
        try self.folder.write("abc", to: "m/1/model.onnx")
        let published = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"
        try self.folder.write("sha256: \(published)\n", to: "m/1/version.yaml")
        #expect(try self.repository.read(self.model, version: 1).version == 1)
    }

    @Test("A model file that is a folder is an error, not a trap")
    func folderInsteadOfFile() throws {
        try self.folder.write("", to: "m/1/model.onnx/x")
        let error = self.error { () throws(RepositoryError) in try self.repository.read(self.model, version: 1) }
        #expect(error != nil)
    }

    @Test("A manifest that is not UTF-8 is refused")
    func notText() throws {
        try self.folder.write([0x64, 0xFF, 0xFE] as [UInt8], to: "m/model.yaml")
        let error = self.error { () throws(RepositoryError) in try self.repository.manifest(of: self.model) }
        #expect(error?.code == .invalid)
        #expect(error?.description.hasSuffix("is not UTF-8 text") == true)
    }

    @Test("A manifest larger than a megabyte is refused before it is read")
    func hugeManifest() throws {
        try self.folder.writeHole(of: 1 << 40, to: "m/model.yaml")
        let error = self.error { () throws(RepositoryError) in try self.repository.manifest(of: self.model) }
        #expect(error?.code == .invalid)
        #expect(error?.description.contains("1099511627776 bytes, more than the 1048576 allowed") == true)
    }

    @Test("A manifest nested beyond all reason is refused, not a trap")
    func deepManifest() throws {
        try self.folder.write(String(repeating: "[", count: 1 << 19), to: "m/model.yaml")
        #expect(self.error { () throws(RepositoryError) in try self.repository.manifest(of: self.model) } != nil)
    }

    @Test(
        "A manifest that is missing, empty or only a comment means all defaults",
        arguments: [nil, "", " \n", "# none\n"]
    )
    func defaults(_ text: String?) throws {
        try self.folder.write("", to: "m/1/model.onnx")
        if let text { try self.folder.write(text, to: "m/model.yaml") }
        #expect(try self.repository.manifest(of: self.model) == ModelManifest())
    }

    @Test("Warm-up lines are read from the file beside the manifest; blank lines are left out")
    func warmup() throws {
        var manifest = ModelManifest()
        #expect(try self.repository.warmupLines(of: self.model, manifest) == [])
        manifest.warmup = "warmup.jsonl"
        try self.folder.write("{\"a\": 1}\r\n\n{\"b\": \"one\u{2028}line\"}\n", to: "m/warmup.jsonl")
        #expect(
            try self.repository.warmupLines(of: self.model, manifest) == ["{\"a\": 1}", "{\"b\": \"one\u{2028}line\"}"]
        )
    }

    @Test(
        "A warm-up file outside the model's folder is refused",
        arguments: ["../x", "..", ".", "/etc/passwd", "a/b", ""]
    )
    func warmupTraversal(_ name: String) throws {
        try self.folder.write("secret", to: "x")
        try self.folder.write("", to: "m/1/model.onnx")
        var manifest = ModelManifest()
        manifest.warmup = name
        let error = self.error { () throws(RepositoryError) in
            try self.repository.warmupLines(of: self.model, manifest)
        }
        #expect(error?.code == .invalid)
    }

    @Test("A warm-up file that does not exist is an error, since somebody meant there to be one")
    func noWarmup() throws {
        var manifest = ModelManifest()
        manifest.warmup = "warmup.jsonl"
        let error = self.error { () throws(RepositoryError) in
            try self.repository.warmupLines(of: self.model, manifest)
        }
        #expect(error?.code == .notFound)
    }
}
