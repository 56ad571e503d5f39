/// Rows of cells under headings, aligned with spaces.
struct TextTable {
    private var rows: [[String]]

    init(_ headings: [String]) { self.rows = [headings] }

    /// Nothing but headings.
    var isEmpty: Bool { self.rows.count == 1 }

    /// Cells are cleaned; missing ones are blank.
    mutating func add(_ cells: [String?]) {
        self.rows.append(cells.map { TerminalText.clean($0 ?? "", limit: 120) })
    }

    /// Lines without trailing spaces, each ended by a line break. Columns without any cell are left out.
    var text: String {
        let count = self.rows.map(\.count).max() ?? 0
        let columns = (0..<count).filter { column in
            self.rows.count == 1 || self.rows.dropFirst().contains { column < $0.count && !$0[column].isEmpty }
        }
        let widths = columns.map { column in
            self.rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return self.rows.map { row in
            var line = ""
            for (column, width) in zip(columns, widths) {
                let cell = column < row.count ? row[column] : ""
                line += cell + String(repeating: " ", count: width - cell.count + 2)
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
