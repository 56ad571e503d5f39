import Foundation
package import NIOCore

/// A model's held-out requests with the right answers.
package struct HeldOutData: Sendable {
    package enum Failure: Error, Equatable, CustomStringConvertible {
        case empty
        case line(Int)

        package var description: String {
            switch self {
            case .empty: "there is no request in it"
            case .line(let number): "line \(number) is not an infer request with a `label` in its `parameters`"
            }
        }
    }

    /// Infer requests that ask for the `label` output only, so that an answer is judged by a glance at its bytes.
    package let bodies: [[UInt8]]
    /// The right label of each, as it stands in the answer's JSON.
    package let labels: [[UInt8]]

    /// `text` is one V2 infer request per line, with the label among its parameters.
    package init(_ text: String) throws(Failure) {
        var bodies: [[UInt8]] = []
        var labels: [[UInt8]] = []
        for (index, line) in text.split(separator: "\n").enumerated() {
            guard let request = try? JSONDecoder().decode(Request.self, from: Data(line.utf8)),
                let brace = line.firstIndex(of: "{")
            else { throw .line(index + 1) }
            // Spliced in rather than encoded anew: the numbers stay written as they are.
            let rest = line[line.index(after: brace)...]
            let body = request.outputs == nil ? "{\"outputs\":[{\"name\":\"label\"}],\(rest)" : String(line)
            bodies.append(Array(body.utf8))
            labels.append(Array(request.parameters.label.json.utf8))
        }
        guard !bodies.isEmpty else { throw .empty }
        self.bodies = bodies
        self.labels = labels
    }

    /// True if the first value of the first tensor in an answer is the label of request `index`.
    package func isRight(_ answer: ByteBuffer, for index: Int) -> Bool {
        guard self.labels.indices.contains(index) else { return false }
        return FirstValue.equals(self.labels[index], in: answer)
    }

    private struct Request: Decodable {
        var parameters: Parameters
        var outputs: [Output]?
    }

    private struct Output: Decodable {
        var name: String
    }

    private struct Parameters: Decodable {
        var label: Label
    }

    /// A number or a text.
    private struct Label: Decodable {
        var json: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                self.json = "\(number)"
            } else {
                self.json = "\"\(try container.decode(String.self))\""
            }
        }
    }
}
