import Comparison
import ServingCore

extension PairBody {
    /// Reads what `encoded` wrote. Never traps and takes no more memory than some multiple of `bytes`, whatever they hold.
    package init(decoding bytes: [UInt8]) throws(PairBodyError) {
        let form = PairBodyForm.self
        guard bytes.count >= 4 + form.checksumBytes, bytes.starts(with: form.magic) else {
            throw .damaged("it does not begin like a pair")
        }
        guard bytes[2] == form.version else { throw .version(bytes[2]) }
        var reader = BodyReader(bytes[..<(bytes.count - form.checksumBytes)])
        let checksum = bytes.suffix(form.checksumBytes).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard BodyChecksum.of(bytes.dropLast(form.checksumBytes)) == checksum else {
            throw .damaged("its checksum is wrong")
        }
        reader.skip(3)
        let mode = Int(try reader.byte())
        guard mode < form.modes.count else { throw .damaged("it has no such mode") }
        try reader.readStrings()
        let inputs = try reader.tensors(live: [])
        let live = try reader.tensors(live: [])
        let candidate = try reader.tensors(live: live)
        let noise = try reader.flag() ? try reader.tensors(live: live) : nil
        let outputs = try reader.comparisons()
        let noiseOutputs = try reader.flag() ? try reader.comparisons() : nil
        guard reader.isAtEnd else { throw .damaged("it goes on after its end") }
        self.init(
            mode: form.modes[mode],
            inputs: inputs,
            live: live,
            candidate: candidate,
            noise: noise,
            comparison: PairComparison(outputs: outputs, noise: noiseOutputs)
        )
    }
}

/// Reads values in the form of a stored body. Counts are believed as far as bytes are there for them.
private struct BodyReader {
    private let bytes: ArraySlice<UInt8>
    private var at: Int
    private var strings: [String] = []

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        self.at = bytes.startIndex
    }

    var isAtEnd: Bool { self.at == self.bytes.endIndex }
    private var left: Int { self.bytes.endIndex - self.at }

    mutating func skip(_ count: Int) { self.at = min(self.bytes.endIndex, self.at + count) }

    mutating func byte() throws(PairBodyError) -> UInt8 {
        guard self.left >= 1 else { throw .damaged("it is cut short") }
        defer { self.at += 1 }
        return self.bytes[self.at]
    }

    mutating func flag() throws(PairBodyError) -> Bool {
        let byte = try self.byte()
        guard byte <= 1 else { throw .damaged("a flag is \(byte)") }
        return byte == 1
    }

    private mutating func word() throws(PairBodyError) -> UInt64 {
        let bytes = try self.bytes(8)
        return bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func number() throws(PairBodyError) -> Int {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 63, by: 7) {
            let byte = try self.byte()
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int(truncatingIfNeeded: value) }
        }
        throw .damaged("a number is too long")
    }

    /// A number of things that take at least `size` bytes each.
    private mutating func count(ofSize size: Int) throws(PairBodyError) -> Int {
        let count = try self.number()
        guard count <= self.left / size else { throw .damaged("it is too short for what it says it holds") }
        return count
    }

    private mutating func bytes(_ count: Int) throws(PairBodyError) -> ArraySlice<UInt8> {
        guard count <= self.left else { throw .damaged("it is cut short") }
        defer { self.at += count }
        return self.bytes[self.at..<(self.at + count)]
    }

    mutating func readStrings() throws(PairBodyError) {
        for _ in 0..<(try self.count(ofSize: 1)) {
            let bytes = try self.bytes(try self.number())
            guard let string = String(validating: bytes, as: UTF8.self) else { throw .damaged("a text is not UTF-8") }
            self.strings.append(string)
        }
    }

    private mutating func string() throws(PairBodyError) -> String {
        let place = try self.number()
        guard place < self.strings.count else { throw .damaged("it lacks a text it refers to") }
        return self.strings[place]
    }

    mutating func tensors(live: [KeptTensor]) throws(PairBodyError) -> [KeptTensor] {
        var tensors: [KeptTensor] = []
        for index in 0..<(try self.count(ofSize: 1)) {
            let content = try self.byte()
            guard content != PairBodyForm.Content.sameAsLive else {
                guard index < live.count else { throw .damaged("it lacks an answer it refers to") }
                tensors.append(live[index])
                continue
            }
            tensors.append(try self.tensor(content))
        }
        return tensors
    }

    private mutating func tensor(_ content: UInt8) throws(PairBodyError) -> KeptTensor {
        let name = try self.string()
        guard let datatype = DataType(rawValue: try self.byte()) else { throw .damaged("it has no such datatype") }
        var shape: [Int64] = []
        for _ in 0..<(try self.count(ofSize: 1)) { shape.append(Int64(try self.number())) }
        let kept: KeptTensor.Content
        switch content {
        case PairBodyForm.Content.bytes:
            let bytes = TensorBytes(copying: try self.bytes(try self.number()))
            guard Self.fits(bytes, datatype, shape) else { throw .damaged("a tensor is not as long as its shape") }
            kept = .bytes(bytes)
        case PairBodyForm.Content.hash: kept = .hash(Array(try self.bytes(try self.number())))
        case PairBodyForm.Content.removed: kept = .removed
        default: throw .damaged("it has no such content")
        }
        return KeptTensor(name: name, datatype: datatype, shape: shape, content: kept)
    }

    private static func fits(_ bytes: TensorBytes, _ datatype: DataType, _ shape: [Int64]) -> Bool {
        guard let count = Tensor.elementCount(of: shape) else { return false }
        guard let width = datatype.byteWidth else { return BytesElements.count(in: bytes) == count }
        let (size, overflow) = count.multipliedReportingOverflow(by: width)
        return !overflow && size == bytes.count
    }

    mutating func comparisons() throws(PairBodyError) -> [OutputComparison] {
        var outputs: [OutputComparison] = []
        // Name, divergence, flags and two counts.
        for _ in 0..<(try self.count(ofSize: 12)) { outputs.append(try self.comparison()) }
        return outputs
    }

    private mutating func comparison() throws(PairBodyError) -> OutputComparison {
        let name = try self.string()
        let divergence = Double(bitPattern: try self.word())
        let flags = try self.byte()
        let form = PairBodyForm.Flag.self
        var output = OutputComparison(name: name, divergence: divergence, diverged: flags & form.diverged != 0)
        if flags & form.hasFlip != 0 { output.flip = flags & form.flip != 0 }
        if flags & form.liveClass != 0 { output.liveClass = try self.string() }
        if flags & form.candidateClass != 0 { output.candidateClass = try self.string() }
        if flags & form.signedError != 0 { output.signedError = Double(bitPattern: try self.word()) }
        if flags & form.structure != 0 { output.structure = try self.string() }
        for _ in 0..<(try self.count(ofSize: 9)) {
            let name = try self.string()
            output.details[name] = Double(bitPattern: try self.word())
        }
        for _ in 0..<(try self.count(ofSize: 2)) { output.fields.append(try self.field()) }
        return output
    }

    private mutating func field() throws(PairBodyError) -> FieldDifference {
        let path = try self.string()
        let flags = try self.byte()
        let form = PairBodyForm.FieldFlag.self
        let kind = Int(flags & ~(form.live | form.candidate))
        guard kind < PairBodyForm.kinds.count else { throw .damaged("it has no such kind of difference") }
        var field = FieldDifference(path: path, kind: PairBodyForm.kinds[kind])
        if flags & form.live != 0 { field.live = try self.string() }
        if flags & form.candidate != 0 { field.candidate = try self.string() }
        return field
    }
}
