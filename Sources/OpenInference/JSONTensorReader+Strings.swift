internal import ServingCore

extension JSONTensorReader {
    /// BYTES elements from JSON strings: UTF-8, each with its 4-byte length before it.
    func readStrings(_ index: Int, count: Int) throws(InferenceError) -> TensorBytes {
        var size = 0
        try self.forEachRun(index, count: count) { (run) throws(InferenceError) in
            size += try self.measureStrings(run)
        }
        return TensorBytes(count: size) { target in
            var offset = 0
            // Cannot throw: the same walk has just succeeded.
            try? self.forEachRun(index, count: count) { (run) throws(InferenceError) in
                for at in run.words {
                    guard let text = self.tape.string(at), offset + 4 + text.count <= target.count else { continue }
                    target.storeBytes(of: UInt32(text.count).littleEndian, toByteOffset: offset, as: UInt32.self)
                    UnsafeMutableRawBufferPointer(rebasing: target[(offset + 4)...])
                        .copyMemory(from: UnsafeRawBufferPointer(text))
                    offset += 4 + text.count
                }
            }
        }
    }

    /// Checks that `run` is strings, as many as it should be; returns the bytes they take.
    private func measureStrings(_ run: Run) throws(InferenceError) -> Int {
        var size = 0
        for at in run.words {
            guard let text = self.tape.string(at) else {
                throw self.wrongElement(run.first + at - run.words.lowerBound, at, "strings")
            }
            let element = run.first + at - run.words.lowerBound
            try self.limits.checkElement(text.count, index: element, of: self.spec, role: self.role)
            size += 4 + text.count
        }
        // A string takes one word.
        guard run.words.count == run.count else { throw self.wrongCount(members: run.words, run.count) }
        return size
    }
}
