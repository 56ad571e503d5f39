import ServingCore
import Trials

/// The elements of a pair's tensors as text: numbers as rows, the legs beside each other; texts on lines of their own.
enum PairElements {
    /// As many elements are shown before equal ones are left out.
    private static let shown = 32
    private static let textLimit = 400

    static func input(_ tensor: PairDocument.TensorDocument) -> String {
        var text = ReportText.line("  input \(self.title(tensor))")
        if tensor.elements.isEmpty { return text }
        let elements = tensor.elements.prefix(self.shown)
        if self.isText(tensor) {
            for (index, element) in elements.enumerated() { text += self.line("    [\(index)] ", element) }
        } else {
            let row = elements.map(self.plain).joined(separator: " ")
            text += "    \(TerminalText.clean(row, limit: self.textLimit))\n"
        }
        if tensor.count > elements.count { text += "    ... \(tensor.count - elements.count) more\n" }
        return text
    }

    static func legs(_ output: PairDocument.OutputDocument) -> String {
        let legs = self.legs(of: output)
        guard let first = legs.first?.tensor else { return "    nothing of it was kept\n" }
        var text = ""
        if self.title(of: output) == nil {
            for leg in legs { text += ReportText.line("    \(leg.name): \(self.title(leg.tensor, isNamed: false))") }
        }
        let differing = Set(output.differing)
        let count = legs.map(\.tensor.elements.count).max() ?? 0
        var indices = Array(0..<count)
        if count > self.shown { indices = Array(indices.filter { differing.contains($0) }.prefix(self.shown)) }
        if !indices.isEmpty {
            text += self.isText(first) ? self.texts(legs, indices, differing) : self.numbers(legs, indices, differing)
        }
        let total = legs.map(\.tensor.count).max() ?? 0
        if total > indices.count, count > 0 {
            text +=
                "    ... \(total - indices.count) more elements, \(max(0, differing.count - indices.count)) of them differ\n"
        }
        return text
    }

    /// What is the same for all legs; nil when they differ in datatype, shape or hash.
    static func title(of output: PairDocument.OutputDocument) -> String? {
        let titles = Set(self.legs(of: output).map { self.title($0.tensor, isNamed: false) })
        return titles.count == 1 ? titles.first : nil
    }

    private typealias Legs = [(name: String, tensor: PairDocument.TensorDocument)]

    private static func legs(of output: PairDocument.OutputDocument) -> Legs {
        [("live", output.live), ("candidate", output.candidate), ("live again", output.noise)].compactMap { leg in
            leg.1.map { (name: leg.0, tensor: $0) }
        }
    }

    private static func numbers(_ legs: Legs, _ indices: [Int], _ differing: Set<Int>) -> String {
        var table = TextTable(["  INDEX"] + legs.map { $0.name.uppercased() })
        for index in indices {
            table.add(
                [(differing.contains(index) ? "> " : "  ") + "\(index)"]
                    + legs.map { index < $0.tensor.elements.count ? self.plain($0.tensor.elements[index]) : "-" }
            )
        }
        return table.text
    }

    private static func texts(_ legs: Legs, _ indices: [Int], _ differing: Set<Int>) -> String {
        var text = ""
        for index in indices {
            for leg in legs where index < leg.tensor.elements.count {
                let mark = differing.contains(index) ? "> " : "  "
                text += self.line("\(mark)  [\(index)] \(leg.name): ", leg.tensor.elements[index])
            }
        }
        return text
    }

    private static func line(_ prefix: String, _ element: PairDocument.Element) -> String {
        prefix + TerminalText.clean(self.plain(element), limit: self.textLimit) + "\n"
    }

    private static func title(_ tensor: PairDocument.TensorDocument, isNamed: Bool = true) -> String {
        var title = isNamed ? "\(tensor.name) " : ""
        title += "\(tensor.datatype) [\(tensor.shape.map(String.init).joined(separator: ","))]"
        if let hash = tensor.hash { title += " \(hash)" }
        return title
    }

    private static func isText(_ tensor: PairDocument.TensorDocument) -> Bool { tensor.datatype == "BYTES" }

    private static func plain(_ element: PairDocument.Element) -> String {
        switch element {
        case .number(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .unsigned(let value): "\(value)"
        case .boolean(let value): "\(value)"
        case .text(let value): value
        }
    }
}
