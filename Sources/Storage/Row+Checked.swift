import Foundation
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

    func optionalReal(_ index: Int) throws -> Double? {
        switch (self[index] as DatabaseValue).storage {
        case .null: nil
        case .double(let real): real
        default: throw DamagedRow()
        }
    }

    func optionalBlob(_ index: Int) throws -> [UInt8]? {
        switch (self[index] as DatabaseValue).storage {
        case .null: nil
        case .blob(let data): [UInt8](data)
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

    func real(_ index: Int) throws -> Double {
        guard let real = try self.optionalReal(index) else { throw DamagedRow() }
        return real
    }

    func blob(_ index: Int) throws -> [UInt8] {
        guard let blob = try self.optionalBlob(index) else { throw DamagedRow() }
        return blob
    }

    func slot(_ index: Int) throws -> Slot {
        guard let slot = try self.optionalSlot(index) else { throw DamagedRow() }
        return slot
    }
}
