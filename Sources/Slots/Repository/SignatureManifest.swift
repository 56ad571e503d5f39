import ServingCore

/// What a remote model takes and gives, declared for servers that do not say:
/// `{inputs: [{name: text, datatype: BYTES, shape: [-1]}], outputs: [...]}`.
struct SignatureManifest: Decodable {
    let signature: ModelSignature

    private enum Key: String, CodingKey, CaseIterable {
        case inputs, outputs
    }

    private struct Spec: Decodable {
        let spec: TensorSpec

        private enum Key: String, CodingKey, CaseIterable {
            case name, datatype, shape
        }

        init(from decoder: any Decoder) throws {
            try decoder.refuseUnknownKeys(Key.self)
            let container = try decoder.container(keyedBy: Key.self)
            let name = try container.decode(String.self, forKey: .name)
            let type = try container.decode(String.self, forKey: .datatype)
            guard let datatype = DataType.allCases.first(where: { $0.description == type }) else {
                throw container.corrupted(.datatype, "'\(type)' is no datatype of the Open Inference Protocol")
            }
            let shape = try container.decode([Int64].self, forKey: .shape)
            guard shape.count <= 16, shape.allSatisfy({ $0 == -1 || $0 >= 1 }) else {
                throw container.corrupted(.shape, "at most 16 dimensions, each -1 (any) or from 1")
            }
            self.spec = TensorSpec(name: name, datatype: datatype, shape: shape)
        }
    }

    init(from decoder: any Decoder) throws {
        try decoder.refuseUnknownKeys(Key.self)
        let container = try decoder.container(keyedBy: Key.self)
        let specs = { (key: Key) throws -> [TensorSpec] in
            let specs = try container.decode([Spec].self, forKey: key).map(\.spec)
            guard !specs.isEmpty, Set(specs.map(\.name)).count == specs.count else {
                throw container.corrupted(key, "at least one tensor, each name once")
            }
            return specs
        }
        self.signature = ModelSignature(inputs: try specs(.inputs), outputs: try specs(.outputs))
    }
}
