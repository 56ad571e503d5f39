package import Comparison
package import ServingCore

/// Takes out of a pair what its model's policy says must not be kept. Everything that is stored or shown has to go through
/// here first; afterwards nothing needs to be looked at again.
///
/// By mode: `full` changes nothing. `redacted` applies the rules to every text: elements of BYTES tensors, UINT8 tensors
/// that are text, request id, segment values, reasons, and the texts of the comparison. Other tensors are not searched
/// and share their memory; only a rule that names them removes them. `hash` and `off` put keyed hashes in place of all
/// texts and all tensors.
package struct PairRedactor: Sendable {
    package let policy: CapturePolicy
    let hash: KeyedHash
    let text: TextRedactor
    /// Inputs and outputs that a rule removes whole.
    let removed: Set<String>

    /// - Parameter key: 32 random bytes that stay the same for as long as hashes are to be compared.
    package init(policy: CapturePolicy, key: [UInt8]) {
        self.policy = policy
        self.hash = KeyedHash(key: key)
        self.text = TextRedactor(policy.rules)
        self.removed = Set(policy.rules.compactMap { if case .tensor(let name) = $0 { name } else { nil } })
    }

    /// Tells one policy from another, and from the same one under another key, together with whatever else `content` says.
    /// Nothing can be read from it.
    package func mark(_ content: [UInt8]) -> [UInt8] {
        var writer = BinaryWriter()
        writer.write(content)
        writer.write(self.policy.mode.rawValue)
        writer.write(UInt64(self.policy.rules.count))
        for rule in self.policy.rules {
            switch rule {
            case .email: writer.write("email")
            case .card: writer.write("card")
            case .token: writer.write("token")
            case .path(let path): writer.write("path \(path)")
            case .pattern(let pattern): writer.write("pattern \(pattern)")
            case .tensor(let name): writer.write("tensor \(name)")
            }
        }
        return self.hash.hash(writer.bytes)
    }

    /// A copy without what the policy removes. A tensor removed whole is empty, of shape `[0]`; in modes `hash` and `off`
    /// tensors are UINT8 of some 16 bytes, equal when the tensors were. Costs one pass over the texts.
    package func redacted(_ pair: Pair) -> Pair {
        guard self.policy.mode != .full else { return pair }
        var pair = pair
        // Texts this long may have been cut when they were taken from the request: ids at 128 bytes, values at 64.
        pair.requestID = pair.requestID.map { self.redacted($0, isCut: $0.utf8.count >= 128) }
        for index in pair.segments.indices {
            let value = pair.segments[index].value
            pair.segments[index].value = self.redacted(value, isCut: value.utf8.count >= 64)
        }
        pair.inputs = self.redacted(pair.inputs)
        pair.live = self.redacted(pair.live)
        pair.candidate = self.redacted(pair.candidate)
        pair.noise = pair.noise.map { self.redacted($0) }
        return pair
    }

    /// What the store keeps of a pair, both redacted already; nil in mode `off`.
    package func body(of redacted: Pair, _ comparison: PairComparison) -> PairBody? {
        guard self.policy.mode != .off else { return nil }
        return PairBody(
            mode: self.policy.mode,
            inputs: self.kept(redacted.inputs),
            live: self.kept(redacted.live.outputs),
            candidate: self.kept(redacted.candidate.outputs),
            noise: redacted.noise.map { self.kept($0.outputs) },
            comparison: comparison
        )
    }

    private func redacted(_ leg: Leg) -> Leg {
        var leg = leg
        leg.reason = leg.reason.map { self.redacted($0) }
        leg.outputs = self.redacted(leg.outputs)
        return leg
    }

    func redacted(_ text: String, isCut: Bool = false) -> String {
        switch self.policy.mode {
        case .full: text
        case .redacted: self.text.redacted(text, isCut: isCut)
        case .hash, .off: self.hash.short(text)
        }
    }

    private func kept(_ tensors: [NamedTensor]) -> [KeptTensor] {
        tensors.map { named in
            let (tensor, name) = (named.tensor, named.name)
            switch self.policy.mode {
            case .hash:
                let digest = TensorDigest(unpacking: tensor) ?? TensorDigest(tensor, self.hash)
                return KeptTensor(
                    name: name,
                    datatype: digest.datatype,
                    shape: digest.shape,
                    content: .hash(digest.hash)
                )
            case .redacted where self.removed.contains(name):
                return KeptTensor(name: name, datatype: tensor.datatype, shape: tensor.shape, content: .removed)
            default: return KeptTensor(named)
            }
        }
    }
}
