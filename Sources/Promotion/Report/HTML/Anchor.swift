import ServingCore

/// Names of places in the page: the same thing has the same name in every report.
enum Anchor {
    static func check(_ check: CheckResult) -> String { "check-\(self.name(check.title))" }
    static func output(_ name: String) -> String { "output-\(self.name(name))" }
    static func pair(_ id: Int64) -> String { "pair-\(id)" }
    static func audit(_ id: Int64) -> String { "audit-\(id)" }

    /// Other names never become the same: what is no letter, digit, `-` or `.` is written as its code.
    private static func name(_ text: String) -> String {
        text.unicodeScalars.prefix(200).map { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", ".": String(scalar)
            case " ": "_"
            default: "_\(String(scalar.value, radix: 16))_"
            }
        }.joined()
    }
}
