/// Walks two JSON values side by side and collects where they differ. Objects are compared by key, arrays by index;
/// numbers by value, however they are written; masked fields with all they hold count on neither side.
struct JSONFieldComparison {
    /// Most differences that are remembered; further ones are counted.
    static let limit = 256

    /// Numbers that differ by no more are equal.
    let tolerance: Double
    private let masks: ((String) -> Bool)?
    /// One for each place and kind, with the values first met there.
    private(set) var differences: [FieldDifference] = []
    private(set) var leaves = 0
    private(set) var differing = 0
    private var path = FieldPath()
    private var reported: Set<String> = []

    /// - Parameter masks: is what stands at this path masked? Nil when nothing is.
    init(tolerance: Double, masks: ((String) -> Bool)?) {
        self.tolerance = tolerance
        self.masks = masks
    }

    /// Share of the leaf fields of two texts that differ, 0...1.
    mutating func share(_ live: JSONNode, _ candidate: JSONNode) -> Double {
        let before = (self.leaves, self.differing)
        self.compare(live, candidate)
        let leaves = self.leaves - before.0
        return leaves > 0 ? Double(self.differing - before.1) / Double(leaves) : 0
    }

    /// One side is not JSON at all.
    mutating func notJSON(live: JSONNode?, candidate: JSONNode?) {
        self.differ(.type, max(live?.leaves ?? 0, candidate?.leaves ?? 0), live, candidate)
    }

    private mutating func compare(_ live: JSONNode, _ candidate: JSONNode) {
        switch (live.content, candidate.content) {
        case (.object(let left), .object(let right)) where !left.isEmpty || !right.isEmpty:
            self.compareMembers(left, right)
        case (.array(let left), .array(let right)) where !left.isEmpty || !right.isEmpty:
            self.compareItems(left, right, live, candidate)
        case (.null, .null), (.object, .object), (.array, .array):
            self.leaves += 1
        case (.bool(let left), .bool(let right)):
            self.leaf(left == right, live, candidate)
        case (.string(let left), .string(let right)):
            self.leaf(left == right, live, candidate)
        case (.number(let left, let leftText), .number(let right, let rightText)):
            self.leaf(self.equal(left, leftText, right, rightText), live, candidate)
        default:
            self.differ(.type, max(live.leaves, candidate.leaves), live, candidate)
        }
    }

    /// Both ascending by key.
    private mutating func compareMembers(_ live: [JSONNode.Member], _ candidate: [JSONNode.Member]) {
        var (left, right) = (live[...], candidate[...])
        let length = self.path.length
        while let key = Self.firstKey(left, right) {
            let own = left.first?.key == key ? left.popFirst()?.value : nil
            let other = right.first?.key == key ? right.popFirst()?.value : nil
            self.path.append(key: key)
            if !self.isMasked {
                switch (own, other) {
                case (let own?, let other?): self.compare(own, other)
                case (let own?, nil): self.differ(.missing, own.leaves, own, nil)
                case (nil, let other?): self.differ(.extra, other.leaves, nil, other)
                case (nil, nil): break
                }
            }
            self.path.cut(to: length)
        }
    }

    private static func firstKey(
        _ left: ArraySlice<JSONNode.Member>,
        _ right: ArraySlice<JSONNode.Member>
    ) -> [UInt8]? {
        guard let own = left.first?.key else { return right.first?.key }
        guard let other = right.first?.key else { return own }
        return other.lexicographicallyPrecedes(own) ? other : own
    }

    private mutating func compareItems(
        _ live: [JSONNode],
        _ candidate: [JSONNode],
        _ liveNode: JSONNode,
        _ candidateNode: JSONNode
    ) {
        let length = self.path.length
        if Self.isReordered(live, candidate) {
            var moved = 0
            for (own, other) in zip(live, candidate) {
                let leaves = max(own.leaves, other.leaves)
                if own.hash == other.hash { self.leaves += leaves } else { moved += leaves }
            }
            self.differ(.order, moved, liveNode, candidateNode)
            return
        }
        if live.count != candidate.count {
            let rest = live.count > candidate.count ? live[candidate.count...] : candidate[live.count...]
            self.differ(
                .length,
                rest.reduce(0) { $0 + $1.leaves },
                live: "\(live.count)",
                candidate: "\(candidate.count)"
            )
        }
        self.path.appendItem()
        if !self.isMasked {
            for (own, other) in zip(live, candidate) { self.compare(own, other) }
        }
        self.path.cut(to: length)
    }

    private static func isReordered(_ live: [JSONNode], _ candidate: [JSONNode]) -> Bool {
        guard live.count == candidate.count, live.count > 1,
            zip(live, candidate).contains(where: { $0.hash != $1.hash })
        else { return false }
        return live.map(\.hash).sorted() == candidate.map(\.hash).sorted()
    }

    private func equal(_ left: Double, _ leftText: [UInt8], _ right: Double, _ rightText: [UInt8]) -> Bool {
        guard left.isFinite, right.isFinite else { return leftText == rightText }
        if self.tolerance > 0 { return abs(left - right) <= self.tolerance }
        // Identifiers of more digits than a double holds.
        if left == right, abs(left) >= 9e15, Self.isInteger(leftText), Self.isInteger(rightText) {
            return leftText == rightText
        }
        return left == right
    }

    private static func isInteger(_ text: [UInt8]) -> Bool {
        text.allSatisfy { $0 == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private var isMasked: Bool { self.masks?(self.path.text) ?? false }

    private mutating func leaf(_ equal: Bool, _ live: JSONNode, _ candidate: JSONNode) {
        if equal { self.leaves += 1 } else { self.differ(.value, 1, live, candidate) }
    }

    private mutating func differ(_ kind: FieldDifference.Kind, _ leaves: Int, _ live: JSONNode?, _ candidate: JSONNode?)
    {
        self.differ(kind, leaves, live: live?.text(), candidate: candidate?.text())
    }

    private mutating func differ(
        _ kind: FieldDifference.Kind,
        _ leaves: Int,
        live: @autoclosure () -> String?,
        candidate: @autoclosure () -> String?
    ) {
        self.leaves += leaves
        self.differing += leaves
        guard self.differences.count < Self.limit else { return }
        let path = self.path.text
        guard self.reported.insert("\(path) \(kind.rawValue)").inserted else { return }
        self.differences.append(FieldDifference(path: path, kind: kind, live: live(), candidate: candidate()))
    }
}
