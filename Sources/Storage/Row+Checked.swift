import GRDB
import ServingCore

/// Typed access that throws where GRDB's own subscripts would end the process on a value of another type.
extension Row {
    func optionalText(_ index: Int) throws -> String? {
        switch (self[index] as DatabaseValue).storage {
        case .null: nil
        case .string(let text): text
        default: throw DamagedRow()
        }
    }

    func optionalInteger(_ index: Int) throws -> Int64? {
        switch (self[index] as DatabaseValue).storage {
        case .null: nil
        case .int64(let integer): integer
        default: throw DamagedRow()
        }
    }

    func optionalSlot(_ index: Int) throws -> Slot? {
        guard let text = try self.optionalText(index) else { return nil }
        guard let slot = Slot(rawValue: text) else { throw DamagedRow() }
        return slot
    }

    func text(_ index: Int) throws -> String {
        guard let text = try self.optionalText(index) else { throw DamagedRow() }
        return text
    }

    func integer(_ index: Int) throws -> Int64 {
        guard let integer = try self.optionalInteger(index) else { throw DamagedRow() }
        return integer
    }

    func slot(_ index: Int) throws -> Slot {
        guard let slot = try self.optionalSlot(index) else { throw DamagedRow() }
        return slot
    }
}

/// FNV-1a over fields with their presence and length, so that no two different records share a text form.
struct Checksum {
    private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    /// As stored: SQLite's integers are signed.
    var value: Int64 { Int64(bitPattern: self.hash) }

    mutating func add(_ integer: Int64) {
        withUnsafeBytes(of: integer.littleEndian) { bytes in
            for byte in bytes { self.add(byte) }
        }
    }

    mutating func add(_ text: String?) {
        guard let text else { return self.add(Int64(-1)) }
        self.add(Int64(text.utf8.count))
        for byte in text.utf8 { self.add(byte) }
    }

    private mutating func add(_ byte: UInt8) {
        self.hash = (self.hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
}
