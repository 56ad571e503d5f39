import ServingCore

extension ComparatorChoice.FirstAnswers {
    /// Texts looked at.
    private static let mostTexts = 4_096
    /// Most different texts that can be classes.
    private static let mostClasses = 64

    /// JSON when half of the texts are; labels when they are short and repeat, or the name says so; else free text.
    func textChoice() -> ComparatorChoice {
        var (total, json, longest) = (0, 0, 0)
        var different: Set<[UInt8]> = []
        for tensor in self.live {
            tensor.bytes.withUnsafeBytes { bytes in
                var elements = BytesElements(bytes)
                while total < Self.mostTexts, let range = elements.next() {
                    total += 1
                    longest = max(longest, range.count)
                    let text = UnsafeRawBufferPointer(rebasing: bytes[range])
                    if JSONText.parse(text) != nil { json += 1 }
                    if text.count <= ClassText.limit, different.count <= Self.mostClasses {
                        different.insert(Array(text))
                    }
                }
            }
        }
        let form = self.output.form
        if total > 0, json * 2 >= total {
            return self.make(.json, because: "\(form), \(json) of \(total) texts are JSON objects or arrays")
        }
        if total > 0, longest <= ClassText.limit, different.count <= Self.mostClasses {
            let seen = "\(different.count) different texts of at most \(longest) bytes in \(self.answers)"
            if total >= 8, different.count * 2 <= total { return self.make(.labels, because: "\(form), \(seen)") }
            if self.output.isNamed(like: ["label", "class", "predict", "category", "intent"]) {
                return self.make(.labels, because: "\(form), its name says labels, and \(seen)")
            }
        }
        return self.make(
            .text,
            because: "\(form), texts that are neither JSON nor a few short classes in \(self.answers)"
        )
    }

    /// By meaning where that is known, by letters else.
    func text(_ why: String) -> ComparatorChoice {
        let tolerance = self.output.tolerance
        guard let meaning = self.meaning else {
            return ComparatorChoice(
                comparator: .text,
                method: .text(TextComparator(tolerance: tolerance)),
                tolerance: tolerance,
                why: why
            )
        }
        let limit =
            tolerance == nil
            ? "how alike answers must be is learned from live asked again and from its answers to other requests"
            : "model.yaml says how far apart they may be"
        return ComparatorChoice(
            comparator: .text,
            method: .text(TextComparator(tolerance: tolerance, meaning: meaning)),
            tolerance: tolerance ?? MeaningScale().tolerance,
            why: "\(why); text by meaning (\(meaning)), with numbers, names, negations and refusals looked at; \(limit)"
        )
    }
}
