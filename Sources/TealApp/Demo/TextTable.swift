/// Lines of cells, padded so that columns line up: the first `leading` columns to the left, the others to the right.
struct TextTable {
    private let leading: Int
    private var lines: [[String]]

    init(_ titles: [String], leading: Int) {
        self.lines = [titles]
        self.leading = leading
    }

    /// As many cells as there are titles.
    mutating func add(_ cells: [String]) { self.lines.append(cells) }

    var text: String {
        let widths = self.lines[0].indices.map { column in self.lines.map { $0[column].count }.max() ?? 0 }
        return self.lines.map { line in
            let cells = line.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column < self.leading ? cell + padding : padding + cell
            }
            let text = cells.joined(separator: "  ")
            return String(text.reversed().drop { $0 == " " }.reversed())
        }.joined(separator: "\n")
    }
}
