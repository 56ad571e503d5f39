package import Comparison
package import ServingCore

/// `GET /admin/v1/models/{model}/pairs/{id}`: one pair in full, with the differences marked.
package struct PairDocument: Sendable, Codable, Equatable {
    package var summary: CapturedPair.Summary
    /// How much of it was kept.
    package var mode: CapturePolicy.Mode
    package var inputs: [TensorDocument]
    package var outputs: [OutputDocument]

    /// A tensor as people and JSON readers see it.
    package struct TensorDocument: Sendable, Codable, Equatable {
        package var name: String
        package var datatype: String
        package var shape: [Int]
        /// At most 256 elements; numbers as V2 JSON writes them, NaN and infinity as texts, BYTES as texts (other bytes as
        /// `base64:...`). Empty when only a hash is kept.
        package var elements: [Element]
        /// Elements there are.
        package var count: Int
        /// Keyed hash of the content; in mode `hash` only.
        package var hash: String?

        package init(name: String, datatype: String, shape: [Int], elements: [Element], count: Int) {
            self.name = name
            self.datatype = datatype
            self.shape = shape
            self.elements = elements
            self.count = count
        }
    }

    package enum Element: Sendable, Codable, Equatable {
        case number(Double)
        case integer(Int64)
        case unsigned(UInt64)
        case boolean(Bool)
        case text(String)

        package init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            // Texts first: one that reads `NaN` stays a text, whatever the decoder makes of it as a number.
            if let value = try? container.decode(String.self) {
                self = .text(value)
            } else if let value = try? container.decode(Bool.self) {
                self = .boolean(value)
            } else if let value = try? container.decode(Int64.self) {
                self = .integer(value)
            } else if let value = try? container.decode(UInt64.self) {
                self = .unsigned(value)
            } else {
                self = .number(try container.decode(Double.self))
            }
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .number(let value): try container.encode(value)
            case .integer(let value): try container.encode(value)
            case .unsigned(let value): try container.encode(value)
            case .boolean(let value): try container.encode(value)
            case .text(let value): try container.encode(value)
            }
        }
    }

    /// One output of all legs beside each other.
    package struct OutputDocument: Sendable, Codable, Equatable {
        package var name: String
        package var live: TensorDocument?
        package var candidate: TensorDocument?
        package var noise: TensorDocument?
        package var divergence: Double?
        package var noiseDivergence: Double?
        package var diverged: Bool
        /// For people: what differs here, in one sentence; nil when nothing does.
        package var sentence: String?
        /// Indices of elements that differ, ascending, within those shown.
        package var differing: [Int]
        /// Inside JSON texts.
        package var fields: [FieldDifference]
        package var details: [String: Double]

        package init(name: String) {
            self.name = name
            self.diverged = false
            self.differing = []
            self.fields = []
            self.details = [:]
        }
    }

    package init(summary: CapturedPair.Summary, mode: CapturePolicy.Mode) {
        self.summary = summary
        self.mode = mode
        self.inputs = []
        self.outputs = []
    }
}
