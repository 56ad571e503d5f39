/// Pairs by the class each version named. The first 64 classes are kept apart, all further ones are `(other)`.
package struct ConfusionCounts: Sendable, Equatable {
    package static let limit = 64
    private static let nameBytes = 128
    /// Where classes beyond the limit are counted; a candidate's class beyond it that is not the live one has a place of its
    /// own, so that it does not look like agreement.
    private static let other = UInt8(Self.limit)
    private static let anotherOther = UInt8(Self.limit + 1)

    private var classes: [String] = []
    private var places: [String: UInt8] = [:]
    /// By live place in the upper, candidate place in the lower byte.
    private var cells: [UInt16: UInt64] = [:]

    package init() {}

    package mutating func add(live: String, candidate: String) {
        let row = self.place(of: live)
        var column = live == candidate ? row : self.place(of: candidate)
        if column == Self.other, row == Self.other, live != candidate { column = Self.anotherOther }
        self.cells[UInt16(row) << 8 | UInt16(column), default: 0].countUp()
    }

    /// Most frequent disagreement first, then the agreements, most frequent first.
    package var ranked: [(live: String, candidate: String, count: UInt64)] {
        self.cells.sorted { one, two in
            let (oneAgrees, twoAgrees) = (Self.agrees(one.key), Self.agrees(two.key))
            if oneAgrees != twoAgrees { return twoAgrees }
            return one.value != two.value ? one.value > two.value : one.key < two.key
        }
        .map { (self.name(of: UInt8($0.key >> 8)), self.name(of: UInt8($0.key & 0xFF)), $0.value) }
    }

    private static func agrees(_ cell: UInt16) -> Bool { cell >> 8 == cell & 0xFF }

    private func name(of place: UInt8) -> String {
        Int(place) < self.classes.count ? self.classes[Int(place)] : BoundedCounts.other
    }

    private mutating func place(of name: String) -> UInt8 {
        let name = name.cut(toBytes: Self.nameBytes)
        if let place = self.places[name] { return place }
        guard self.classes.count < Self.limit, name != BoundedCounts.other else { return Self.other }
        let place = UInt8(self.classes.count)
        self.classes.append(name)
        self.places[name] = place
        return place
    }
}

extension ConfusionCounts: BinaryCodable {
    package func encode(into writer: inout BinaryWriter) {
        writer.write(UInt64(self.classes.count))
        for name in self.classes { writer.write(name) }
        writer.write(UInt64(self.cells.count))
        for (cell, count) in self.cells.sorted(by: { $0.key < $1.key }) {
            writer.write(UInt64(cell))
            writer.write(count)
        }
    }

    package init(from reader: inout BinaryReader) throws(BinaryDamage) {
        for _ in 0..<(try reader.readCount(atMost: Self.limit)) {
            let name = try reader.readText()
            guard self.places.updateValue(UInt8(self.classes.count), forKey: name) == nil else {
                throw reader.damage("a class twice")
            }
            self.classes.append(name)
        }
        for _ in 0..<(try reader.readCount(atMost: (Self.limit + 1) * (Self.limit + 2))) {
            guard let cell = UInt16(exactly: try reader.readUnsigned()), self.isPlace(cell >> 8),
                self.isPlace(cell & 0xFF)
            else { throw reader.damage("a class that does not exist") }
            self.cells[cell] = try reader.readUnsigned()
        }
    }

    private func isPlace(_ place: UInt16) -> Bool {
        Int(place) < self.classes.count || place == UInt16(Self.other) || place == UInt16(Self.anotherOther)
    }
}
