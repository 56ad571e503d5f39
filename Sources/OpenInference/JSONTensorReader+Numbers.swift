internal import ServingCore

extension JSONTensorReader {
    /// Converts the members of `run`, checking each, into `run.count` elements at `out`.
    func convert(_ run: Run, to out: UnsafeMutableRawPointer) throws(InferenceError) {
        if self.spec.datatype == .bool { return try self.convertBools(run, to: out) }
        // A number takes two words: with this, `count` numbers lie inside the tape, and a member of another kind is
        // found by its tag.
        guard run.words.count == 2 * run.count, run.words.upperBound <= self.tape.count else {
            guard self.role == .output else { throw self.wrongMember(run) }
            return try self.convertNotFinite(run, to: out)
        }
        let words = self.tape.words + run.words.lowerBound
        let wrong: Int?
        switch self.spec.datatype {
        case .fp32: wrong = Self.floats(words, run.count, out)
        case .fp64: wrong = Self.doubles(words, run.count, out)
        case .int8: wrong = Self.integers(words, run.count, out, Int8.self)
        case .int16: wrong = Self.integers(words, run.count, out, Int16.self)
        case .int32: wrong = Self.integers(words, run.count, out, Int32.self)
        case .int64: wrong = Self.integers(words, run.count, out, Int64.self)
        case .uint8: wrong = Self.integers(words, run.count, out, UInt8.self)
        case .uint16: wrong = Self.integers(words, run.count, out, UInt16.self)
        case .uint32: wrong = Self.integers(words, run.count, out, UInt32.self)
        case .uint64: wrong = Self.integers(words, run.count, out, UInt64.self)
        case .bool, .fp16, .bf16, .bytes: wrong = 0
        }
        if let wrong { throw self.wrongNumber(run.first + wrong, run.words.lowerBound + 2 * wrong) }
    }

    /// Returns the index of the first member that is no number or does not fit, else nil.
    private static func floats(
        _ words: UnsafePointer<UInt64>,
        _ count: Int,
        _ out: UnsafeMutableRawPointer
    ) -> Int? {
        let out = out.bindMemory(to: Float.self, capacity: count)
        for index in 0..<count {
            let kind = JSONTape.kind(of: words[2 * index])
            let payload = words[2 * index + 1]
            if kind == .double {
                let value = Float(Double(bitPattern: payload))
                guard value.isFinite else { return index }
                out[index] = value
            } else if kind == .int64 {
                out[index] = Float(Int64(bitPattern: payload))
            } else if kind == .uint64 {
                out[index] = Float(payload)
            } else {
                return index
            }
        }
        return nil
    }

    private static func doubles(
        _ words: UnsafePointer<UInt64>,
        _ count: Int,
        _ out: UnsafeMutableRawPointer
    ) -> Int? {
        let out = out.bindMemory(to: Double.self, capacity: count)
        for index in 0..<count {
            let kind = JSONTape.kind(of: words[2 * index])
            let payload = words[2 * index + 1]
            if kind == .double {
                out[index] = Double(bitPattern: payload)
            } else if kind == .int64 {
                out[index] = Double(Int64(bitPattern: payload))
            } else if kind == .uint64 {
                out[index] = Double(payload)
            } else {
                return index
            }
        }
        return nil
    }

    private static func integers<Value: FixedWidthInteger>(
        _ words: UnsafePointer<UInt64>,
        _ count: Int,
        _ out: UnsafeMutableRawPointer,
        _ type: Value.Type
    ) -> Int? {
        let out = out.bindMemory(to: Value.self, capacity: count)
        for index in 0..<count {
            let kind = JSONTape.kind(of: words[2 * index])
            let payload = words[2 * index + 1]
            if kind == .int64 {
                guard let value = Value(exactly: Int64(bitPattern: payload)) else { return index }
                out[index] = value
            } else if kind == .uint64 {
                guard let value = Value(exactly: payload) else { return index }
                out[index] = value
            } else {
                return index
            }
        }
        return nil
    }

    private func convertBools(_ run: Run, to out: UnsafeMutableRawPointer) throws(InferenceError) {
        var at = run.words.lowerBound
        for index in 0..<run.count {
            guard at < run.words.upperBound else { throw self.wrongCount(members: run.words, run.count) }
            let value: UInt8
            switch self.tape.kind(at) {
            case .yes: value = 1
            case .no: value = 0
            case .int64 where self.tape.word(at + 1) <= 1: value = UInt8(self.tape.word(at + 1))
            default: throw self.wrongElement(run.first + index, at, "true, false, 1 or 0")
            }
            out.storeBytes(of: value, toByteOffset: index, as: UInt8.self)
            at = self.tape.after(at)
        }
        guard at >= run.words.upperBound else { throw self.wrongCount(members: run.words, run.count) }
    }

    /// Why a run has not the length of `count` numbers: a member that is no number, or their count.
    func wrongMember(_ run: Run) -> InferenceError {
        var at = run.words.lowerBound
        var element = run.first
        while at < run.words.upperBound {
            switch self.tape.kind(at) {
            case .int64, .uint64, .double: break
            default: return self.wrongNumber(element, at)
            }
            element += 1
            at = self.tape.after(at)
        }
        return self.wrongCount(members: run.words, run.count)
    }

    func wrongNumber(_ element: Int, _ index: Int) -> InferenceError {
        switch self.spec.datatype {
        case .fp32: self.wrongElement(element, index, "numbers up to 3.4028235e+38")
        case .fp64: self.wrongElement(element, index, "numbers")
        case .int8: self.wrongElement(element, index, Self.range(Int8.self))
        case .int16: self.wrongElement(element, index, Self.range(Int16.self))
        case .int32: self.wrongElement(element, index, Self.range(Int32.self))
        case .int64: self.wrongElement(element, index, Self.range(Int64.self))
        case .uint8: self.wrongElement(element, index, Self.range(UInt8.self))
        case .uint16: self.wrongElement(element, index, Self.range(UInt16.self))
        case .uint32: self.wrongElement(element, index, Self.range(UInt32.self))
        case .uint64: self.wrongElement(element, index, Self.range(UInt64.self))
        case .bool, .fp16, .bf16, .bytes: self.wrongElement(element, index, "something else")
        }
    }

    private static func range<Value: FixedWidthInteger>(_ type: Value.Type) -> String {
        "whole numbers from \(Value.min) to \(Value.max)"
    }
}
