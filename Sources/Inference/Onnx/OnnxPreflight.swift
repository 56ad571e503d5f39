package import ServingCore

/// Looks through a model file before the runtime sees it: refuses what is not an ONNX model with a sentence that says
/// what it is instead, models that would make the runtime open other files, and operators no bundled library has.
package enum OnnxPreflight {
    /// Reads each field's head once, never recurses, allocates only for unknown operator domains.
    package static func check(_ model: TensorBytes) throws(EngineLoadError) {
        try model.withUnsafeBytes { bytes throws(EngineLoadError) in try Self.check(bytes) }
    }

    static func check(_ bytes: UnsafeRawBufferPointer) throws(EngineLoadError) {
        if let message = Self.foreignFormat(bytes) { throw EngineLoadError(.notAModel, message) }
        var walk = OnnxModelWalk(bytes)
        switch walk.run() {
        case .sound: break
        case .notOnnx:
            throw EngineLoadError(.notAModel, "the file is not an ONNX model")
        case .truncated(let offset, let missing):
            throw EngineLoadError(
                .notAModel,
                "the ONNX model is cut short: the part that starts at byte \(offset) lacks \(missing) bytes; "
                    + "copy the file again"
            )
        case .damaged(let offset):
            throw EngineLoadError(.notAModel, "the ONNX model is damaged at byte \(offset); copy the file again")
        case .tooDeep:
            throw EngineLoadError(
                .notAModel,
                "the ONNX model nests subgraphs deeper than \(OnnxModelWalk.maximumDepth) levels"
            )
        case .externalData:
            throw EngineLoadError(
                .externalData,
                "the model keeps weights in other files (external data), which is refused; save it as one file, "
                    + "e.g. with onnx.save_model(model, path, save_as_external_data=False)"
            )
        }
        guard walk.hasGraph else { throw EngineLoadError(.notAModel, "the file holds no ONNX graph") }
        if let domain = walk.unknownDomain {
            throw EngineLoadError(
                .customOperator,
                "the model uses operators of `\(Self.printable(domain))`, which are in a custom library; "
                    + "convert it with standard ONNX operators only"
            )
        }
    }

    /// A sentence for files that are known not to be ONNX by their first bytes.
    private static func foreignFormat(_ bytes: UnsafeRawBufferPointer) -> String? {
        guard !bytes.isEmpty else { return "the model file is empty" }
        func starts(with prefix: some Collection<UInt8>, at offset: Int = 0) -> Bool {
            bytes.count >= offset + prefix.count && bytes[offset..<offset + prefix.count].elementsEqual(prefix)
        }
        if starts(with: [0x1F, 0x8B]) { return "the model file is compressed with gzip; unpack it first" }
        if starts(with: [0x28, 0xB5, 0x2F, 0xFD]) { return "the model file is compressed with zstd; unpack it first" }
        if starts(with: Array("PK".utf8)) && bytes.count > 3 && bytes[2] < 9 && bytes[3] < 9 {
            return "the model file is a zip archive (PyTorch and Keras save those); export the model to ONNX"
        }
        if bytes[0] == 0x80 && bytes.count > 1 && (2...5).contains(bytes[1]) {
            return "the model file is a Python pickle, which can run code and is never opened; export the model to ONNX"
        }
        if starts(with: [0x89] + Array("HDF\r\n".utf8)) {
            return "the model file is HDF5 (Keras saves those); export the model to ONNX"
        }
        if starts(with: "version https://git-lfs".utf8) {
            return "the model file is a Git LFS pointer, not the model; run `git lfs pull`"
        }
        // The runtime would take this format too, but it cannot be checked here.
        if starts(with: "ORTM".utf8, at: 4) {
            return "the model file is in ORT format; use the .onnx file it was made of"
        }
        if starts(with: "TFL3".utf8, at: 4) { return "the model file is a TensorFlow Lite model; convert it to ONNX" }
        if starts(with: "GGUF".utf8) { return "the model file is a GGUF model, which only remote backends can serve" }
        return nil
    }

    private static func printable(_ domain: String) -> String {
        String(domain.prefix(80).unicodeScalars.filter { $0.value > 0x20 && $0.value != 0x7F }.map { Character($0) })
    }
}
