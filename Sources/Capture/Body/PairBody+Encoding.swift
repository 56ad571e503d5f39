import Comparison
import ServingCore

extension PairBody {
    /// The body's stored form; a pair of the digits model takes some 500 bytes.
    package func encoded() -> [UInt8] {
        var content = BodyWriter()
        content.put(self.inputs, live: nil)
        content.put(self.live, live: nil)
        content.put(self.candidate, live: self.live)
        content.put(byte: self.noise == nil ? 0 : 1)
        if let noise = self.noise { content.put(noise, live: self.live) }
        content.put(self.comparison.outputs)
        content.put(byte: self.comparison.noise == nil ? 0 : 1)
        if let noise = self.comparison.noise { content.put(noise) }

        var whole = BodyWriter()
        for byte in PairBodyForm.magic { whole.put(byte: byte) }
        whole.put(byte: PairBodyForm.version)
        whole.put(byte: UInt8(truncatingIfNeeded: PairBodyForm.modes.firstIndex(of: self.mode) ?? 0))
        whole.put(count: content.strings.count)
        for string in content.strings {
            whole.put(count: string.utf8.count)
            whole.put(bytes: string.utf8)
        }
        whole.put(bytes: content.bytes)
        whole.put(word: BodyChecksum.of(whole.bytes))
        return whole.bytes
    }
}

/// Appends values in the form of a stored body and collects their strings.
private struct BodyWriter {
    private(set) var bytes: [UInt8] = []
    private(set) var strings: [String] = []
    private var places: [String: Int] = [:]

    mutating func put(byte: UInt8) { self.bytes.append(byte) }

    mutating func put(bytes: some Sequence<UInt8>) { self.bytes.append(contentsOf: bytes) }

    mutating func put(word: UInt64) {
        withUnsafeBytes(of: word.littleEndian) { self.bytes.append(contentsOf: $0) }
    }

    mutating func put(count: Int) {
        var rest = UInt64(count)
        while rest >= 0x80 {
            self.bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private mutating func put(_ string: String) {
        let place = self.places[string] ?? self.strings.count
        if place == self.strings.count {
            self.places[string] = place
            self.strings.append(string)
        }
        self.put(count: place)
    }

    mutating func put(_ tensors: [KeptTensor], live: [KeptTensor]?) {
        self.put(count: tensors.count)
        for (index, tensor) in tensors.enumerated() {
            if let live, index < live.count, live[index] == tensor {
                self.put(byte: PairBodyForm.Content.sameAsLive)
                continue
            }
            switch tensor.content {
            case .bytes(let bytes):
                self.putHead(tensor, PairBodyForm.Content.bytes)
                self.put(count: bytes.count)
                bytes.withUnsafeBytes { self.bytes.append(contentsOf: $0) }
            case .hash(let hash):
                self.putHead(tensor, PairBodyForm.Content.hash)
                self.put(count: hash.count)
                self.put(bytes: hash)
            case .removed: self.putHead(tensor, PairBodyForm.Content.removed)
            }
        }
    }

    private mutating func putHead(_ tensor: KeptTensor, _ content: UInt8) {
        self.put(byte: content)
        self.put(tensor.name)
        self.put(byte: tensor.datatype.rawValue)
        self.put(count: tensor.shape.count)
        for dimension in tensor.shape { self.put(count: Int(max(0, dimension))) }
    }

    mutating func put(_ outputs: [OutputComparison]) {
        self.put(count: outputs.count)
        for output in outputs { self.put(output) }
    }

    private mutating func put(_ output: OutputComparison) {
        self.put(output.name)
        self.put(word: output.divergence.bitPattern)
        var flags: UInt8 = output.diverged ? PairBodyForm.Flag.diverged : 0
        if let flip = output.flip { flags |= PairBodyForm.Flag.hasFlip | (flip ? PairBodyForm.Flag.flip : 0) }
        if output.liveClass != nil { flags |= PairBodyForm.Flag.liveClass }
        if output.candidateClass != nil { flags |= PairBodyForm.Flag.candidateClass }
        if output.signedError != nil { flags |= PairBodyForm.Flag.signedError }
        if output.structure != nil { flags |= PairBodyForm.Flag.structure }
        self.put(byte: flags)
        if let name = output.liveClass { self.put(name) }
        if let name = output.candidateClass { self.put(name) }
        if let error = output.signedError { self.put(word: error.bitPattern) }
        if let structure = output.structure { self.put(structure) }
        self.put(count: output.details.count)
        for (name, value) in output.details.sorted(by: { $0.key < $1.key }) {
            self.put(name)
            self.put(word: value.bitPattern)
        }
        self.put(count: output.fields.count)
        for field in output.fields { self.put(field) }
    }

    private mutating func put(_ field: FieldDifference) {
        self.put(field.path)
        var kind = UInt8(truncatingIfNeeded: PairBodyForm.kinds.firstIndex(of: field.kind) ?? 0)
        if field.live != nil { kind |= PairBodyForm.FieldFlag.live }
        if field.candidate != nil { kind |= PairBodyForm.FieldFlag.candidate }
        self.put(byte: kind)
        if let value = field.live { self.put(value) }
        if let value = field.candidate { self.put(value) }
    }
}
