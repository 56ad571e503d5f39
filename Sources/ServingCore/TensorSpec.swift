/// One declared input or output of a model.
package struct TensorSpec: Sendable, Hashable {
    package let name: String
    package let datatype: DataType
    /// Row-major; -1 marks a dimension that varies from request to request.
    package let shape: [Int64]

    package init(name: String, datatype: DataType, shape: [Int64]) {
        self.name = name
        self.datatype = datatype
        self.shape = shape
    }

    /// True if a tensor of `concrete` shape fits: same rank, and every fixed dimension equal.
    package func accepts(shape concrete: [Int64]) -> Bool {
        guard concrete.count == self.shape.count else { return false }
        for index in concrete.indices where self.shape[index] >= 0 && self.shape[index] != concrete[index] {
            return false
        }
        return true
    }
}

/// What a model takes and gives, in the order the model itself declares.
package struct ModelSignature: Sendable, Hashable {
    package let inputs: [TensorSpec]
    package let outputs: [TensorSpec]

    package init(inputs: [TensorSpec], outputs: [TensorSpec]) {
        self.inputs = inputs
        self.outputs = outputs
    }
}
