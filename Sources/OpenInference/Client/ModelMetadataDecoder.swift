package import NIOCore
package import ServingCore

/// Reads the metadata of a model off a V2 server's answer, which may hold anything: sizes are bounded, names are
/// unique, datatypes known and shapes possible in what comes out.
package enum ModelMetadataDecoder {
    static let maxBytes = 1 << 20
    static let maxTensors = 1024
    static let maxVersions = 1024
    static let maxNameBytes = 256

    /// - Parameter status: of the HTTP answer; one that is no success becomes an error with what the server says of it.
    /// - Throws: `unsupported` when the server knows the model but does not say what it takes or gives, as KServe and
    ///   MLServer do for models that nobody described to them.
    package static func decode(_ body: ByteBuffer, status: Int = 200) throws(InferenceError) -> ModelMetadata {
        guard (200..<300).contains(status) else { throw BackendRefusal.error(status: status, body) }
        var limits = DecodeLimits()
        limits.maxJSONBytes = self.maxBytes
        let parser = JSONParser(maxDepth: limits.maxDepth)
        return try body.withUnsafeReadableBytes { (bytes) throws(InferenceError) in
            guard bytes.count > 0 else {
                throw InferenceError(.invalidOutput, "the answer is empty; metadata of a model is a JSON object")
            }
            let tape = try parser.document(bytes, limits: limits, role: .output, as: "the metadata")
            return try MetadataReader(tape: tape, limits: limits).read()
        }
    }
}

private struct MetadataReader {
    let tape: JSONTape
    let limits: DecodeLimits

    func read() throws(InferenceError) -> ModelMetadata {
        try self.tape.requireObject(JSONTape.first, "the metadata of a model", .output)
        var name: Int?
        var versions: Int?
        var platform: Int?
        var inputs: Int?
        var outputs: Int?
        try self.tape.forEachMember(of: JSONTape.first) { (key, value) throws(InferenceError) in
            if spells(key, "name") {
                try once(&name, value, "name", .output)
            } else if spells(key, "versions") {
                try once(&versions, value, "versions", .output)
            } else if spells(key, "platform") {
                try once(&platform, value, "platform", .output)
            } else if spells(key, "inputs") {
                try once(&inputs, value, "inputs", .output)
            } else if spells(key, "outputs") {
                try once(&outputs, value, "outputs", .output)
            }
        }
        guard let name else { throw BackendRefusal.missing("name", nil, self.tape, JSONTape.first) }
        return ModelMetadata(
            name: try self.text(name, "name"),
            versions: try self.versions(versions),
            platform: try self.present(platform).map { (index) throws(InferenceError) in
                try self.text(index, "platform")
            } ?? "",
            signature: ModelSignature(
                inputs: try self.specs(inputs, .input),
                outputs: try self.specs(outputs, .output)
            )
        )
    }

    /// `index` unless null stands there, or nothing.
    private func present(_ index: Int?) -> Int? {
        index.flatMap { self.tape.kind($0) == .null ? nil : $0 }
    }

    private func versions(_ index: Int?) throws(InferenceError) -> [String] {
        guard let index = self.present(index) else { return [] }
        return try self.list(index, "versions", most: ModelMetadataDecoder.maxVersions) {
            (item) throws(InferenceError) in try self.text(item, "each of versions")
        }
    }

    private func specs(_ index: Int?, _ role: TensorRole) throws(InferenceError) -> [TensorSpec] {
        let specs = try self.present(index).map { (index) throws(InferenceError) in
            try self.list(index, "\(role.noun)s", most: ModelMetadataDecoder.maxTensors) {
                (item) throws(InferenceError) in try self.spec(item, role)
            }
        }
        guard let specs, !specs.isEmpty else {
            throw InferenceError(
                .unsupported,
                "the server does not say which \(role.noun)s the model has; declare its signature"
            )
        }
        var names: Set<String> = []
        for spec in specs where !names.insert(spec.name).inserted {
            throw role.invalid(spec.name, "stands twice in the metadata")
        }
        return specs
    }

    private func spec(_ index: Int, _ role: TensorRole) throws(InferenceError) -> TensorSpec {
        try self.tape.requireObject(index, "each of \(role.noun)s in the metadata", .output)
        var name: Int?
        var datatype: Int?
        var shape: Int?
        try self.tape.forEachMember(of: index) { (key, value) throws(InferenceError) in
            if spells(key, "name") {
                try once(&name, value, "name", .output)
            } else if spells(key, "datatype") {
                try once(&datatype, value, "datatype", .output)
            } else if spells(key, "shape") {
                try once(&shape, value, "shape", .output)
            }
        }
        let text = try self.text(name ?? JSONTape.nowhere, "name of each of \(role.noun)s")
        return TensorSpec(
            name: text,
            datatype: try self.datatype(datatype ?? JSONTape.nowhere, role, text),
            shape: try self.shape(shape ?? JSONTape.nowhere, role, text)
        )
    }

    private func datatype(_ index: Int, _ role: TensorRole, _ name: String) throws(InferenceError) -> DataType {
        let found = self.tape.string(index).flatMap { text in
            DataType.allCases.first { spells(text, $0.name) }
        }
        guard let found else {
            let known = DataType.allCases.map(\.description).joined(separator: ", ")
            throw self.invalid(
                "datatype of \(role.noun) \(quoted(name)) is \(self.tape.describe(index)); it must be one of \(known)"
            )
        }
        return found
    }

    private func shape(_ index: Int, _ role: TensorRole, _ name: String) throws(InferenceError) -> [Int64] {
        let what = "shape of \(role.noun) \(quoted(name))"
        let shape = try self.list(index, what, most: self.limits.maxDimensions) {
            (item) throws(InferenceError) -> Int64 in
            let dimension = Int64(bitPattern: self.tape.word(item + 1))
            guard self.tape.kind(item) == .int64, dimension >= -1 else {
                throw self.invalid(
                    "\(what) has the dimension \(self.tape.describe(item)); dimensions are whole numbers from 0, or -1"
                        + " where they vary"
                )
            }
            return dimension
        }
        guard let fixed = Tensor.elementCount(of: shape.filter { $0 >= 0 }), fixed <= self.limits.maxElements else {
            throw self.invalid("\(what) has more than \(self.limits.maxElements) elements, the most that is accepted")
        }
        return shape
    }

    private func text(_ index: Int, _ what: String) throws(InferenceError) -> String {
        guard let bytes = self.tape.string(index), bytes.count <= ModelMetadataDecoder.maxNameBytes else {
            throw self.invalid(
                "\(what) must be a string of at most \(ModelMetadataDecoder.maxNameBytes) bytes, not"
                    + " \(self.tape.describe(index))"
            )
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func list<Item>(
        _ index: Int,
        _ what: String,
        most: Int,
        _ read: (Int) throws(InferenceError) -> Item
    ) throws(InferenceError) -> [Item] {
        guard self.tape.kind(index) == .array else {
            throw self.invalid("\(what) must be a list, not \(self.tape.describe(index))")
        }
        var items: [Item] = []
        let words = self.tape.contents(index)
        var at = words.lowerBound
        while at < words.upperBound {
            guard items.count < most else { throw self.invalid("\(what) has more than \(most) entries") }
            items.append(try read(at))
            at = self.tape.after(at)
        }
        return items
    }

    private func invalid(_ sentence: String) -> InferenceError {
        InferenceError(.invalidOutput, "the metadata is wrong: \(sentence)")
    }
}
