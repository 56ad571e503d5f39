import Comparison
import ServingCore

/// What a release's pairs are compared by, as bytes: equal terms are equal bytes, in every process.
enum ComparisonTerms {
    static func bytes(
        live: ModelSignature,
        candidate: ModelSignature,
        _ settings: ComparisonSettings
    ) -> [UInt8] {
        var writer = BinaryWriter()
        for signature in [live, candidate] {
            for specs in [signature.inputs, signature.outputs] {
                writer.write(UInt64(specs.count))
                for spec in specs {
                    writer.write(spec.name)
                    writer.write(UInt64(spec.datatype.rawValue))
                    writer.write(UInt64(spec.shape.count))
                    for dimension in spec.shape { writer.write(dimension) }
                }
            }
        }
        writer.write(UInt64(settings.outputs.count))
        for (name, output) in settings.outputs.sorted(by: { $0.key < $1.key }) {
            writer.write(name)
            writer.write(output.comparator?.rawValue)
            writer.write(output.tolerance != nil)
            writer.write(output.tolerance ?? 0)
            writer.write(UInt64(output.ignoredFields.count))
            for field in output.ignoredFields { writer.write(field) }
        }
        return writer.bytes
    }
}
