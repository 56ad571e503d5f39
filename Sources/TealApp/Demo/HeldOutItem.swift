import Foundation
import ServingCore

/// One held-out request, taken apart so that it can be sent again under another id and with other numbers. It stays
/// otherwise as it was written: the pieces are spliced, not encoded anew.
struct HeldOutItem: Sendable {
    /// The right class, and how it stands in an answer's JSON.
    let label: String
    let answer: [UInt8]
    private let firstID: String
    /// Up to the last byte of the id.
    private let head: [UInt8]
    /// From the id's closing quote on; ends where the numbers begin, if there are any.
    private let middle: [UInt8]
    /// The numbers, as they were written and as values; none for an input that is no tensor of real numbers.
    private let written: [UInt8]
    private let values: [Double]
    private let tail: [UInt8]

    /// Nil when `line` is no infer request with a label. `number` names a request without an id.
    init?(_ line: Substring, number: Int) {
        guard let request = try? JSONDecoder().decode(Request.self, from: Data(line.utf8)),
            let brace = line.firstIndex(of: "{")
        else { return nil }
        self.label = request.parameters.label.text
        self.answer = Array(request.parameters.label.json.utf8)
        let rest: Substring
        if let id = request.id {
            guard let place = line.range(of: "\"id\":\"\(id)\"") else { return nil }
            self.firstID = id
            let quote = line.index(before: place.upperBound)
            self.head = Array(line[..<quote].utf8)
            rest = line[quote...]
        } else {
            self.firstID = "request-\(number)"
            self.head = Array("{\"id\":\"\(self.firstID)".utf8)
            rest = "\"," + line[line.index(after: brace)...]
        }
        guard request.inputs.count == 1, let values = request.inputs[0].reals, !values.isEmpty,
            let start = rest.range(of: "\"data\":[")?.upperBound,
            let end = rest[start...].firstIndex(of: "]")
        else {
            (self.middle, self.written, self.values, self.tail) = (Array(rest.utf8), [], [], [])
            return
        }
        self.middle = Array(rest[..<start].utf8)
        self.written = Array(rest[start..<end].utf8)
        self.values = values
        self.tail = Array(rest[end...].utf8)
    }

    func id(round: Int) -> String { round == 0 ? self.firstID : "\(self.firstID)-r\(round)" }

    /// In round 0 as it was written.
    func body(round: Int, seed: UInt64) -> [UInt8] {
        guard round > 0 else { return self.head + self.middle + self.written + self.tail }
        var body = self.head
        body.append(contentsOf: "-r\(round)".utf8)
        body.append(contentsOf: self.middle)
        self.addNoisy(to: &body, seed: seed)
        body.append(contentsOf: self.tail)
        return body
    }

    /// Each number with noise of at most a thirty-second of their range, but within it.
    private func addNoisy(to body: inout [UInt8], seed: UInt64) {
        guard let low = self.values.min(), let high = self.values.max() else { return }
        var chance = SplitMix(state: seed)
        for (index, value) in self.values.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            let moved = value + (2 * chance.unit() - 1) * (high - low) / 32
            body.append(contentsOf: "\(Float(min(high, max(low, moved))))".utf8)
        }
    }

    private struct Request: Decodable {
        var id: String?
        var parameters: Parameters
        var inputs: [Input]
    }

    private struct Parameters: Decodable {
        var label: Label
    }

    private struct Input: Decodable {
        /// Nil for anything but real numbers.
        var reals: [Double]?

        private enum CodingKeys: String, CodingKey { case datatype, data }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            guard try container.decodeIfPresent(String.self, forKey: .datatype)?.hasPrefix("FP") == true else { return }
            self.reals = try? container.decode([Double].self, forKey: .data)
        }
    }

    /// A number or a text.
    private struct Label: Decodable {
        var text: String
        var json: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                (self.text, self.json) = ("\(number)", "\(number)")
            } else {
                self.text = try container.decode(String.self)
                self.json = "\"\(self.text)\""
            }
        }
    }
}
