import ServingCore

/// Counts the elements in which two tensors of equal form differ.
enum ElementDifference {
    /// Of one datatype: by their bytes. Of numbers of different width: by value.
    static func count(_ live: Tensor, _ candidate: Tensor, _ workspace: inout Workspace) -> Int {
        guard live.datatype == candidate.datatype else { return Self.byValue(live, candidate, &workspace) }
        guard let width = live.datatype.byteWidth else {
            var differing = 0
            Self.forEachText(live, candidate) { left, right in
                if !left.elementsEqual(right) { differing += 1 }
            }
            return differing
        }
        return live.bytes.withUnsafeBytes { live in
            candidate.bytes.withUnsafeBytes { other in
                var differing = 0
                for offset in stride(from: 0, to: min(live.count, other.count) / width * width, by: width)
                where !live[offset..<(offset + width)].elementsEqual(other[offset..<(offset + width)]) {
                    differing += 1
                }
                return differing
            }
        }
    }

    /// Walks two BYTES tensors side by side, as far as both have complete elements.
    static func forEachText(
        _ live: Tensor,
        _ candidate: Tensor,
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void
    ) {
        live.bytes.withUnsafeBytes { live in
            candidate.bytes.withUnsafeBytes { other in
                var (left, right) = (BytesElements(live), BytesElements(other))
                while let first = left.next(), let second = right.next() {
                    body(
                        UnsafeRawBufferPointer(rebasing: live[first]),
                        UnsafeRawBufferPointer(rebasing: other[second])
                    )
                }
            }
        }
    }

    private static func byValue(_ live: Tensor, _ candidate: Tensor, _ workspace: inout Workspace) -> Int {
        guard let left = TensorValues(live), let right = TensorValues(candidate) else { return live.elementCount }
        var differing = 0
        for start in stride(from: 0, to: min(left.count, right.count), by: Workspace.part) {
            left.read(start..<(start + Workspace.part), into: &workspace.live)
            right.read(start..<(start + Workspace.part), into: &workspace.candidate)
            for (left, right) in zip(workspace.live, workspace.candidate) where left != right { differing += 1 }
        }
        return differing
    }
}
