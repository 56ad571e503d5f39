/// Card numbers: 12 to 19 digits, with at most three spaces or dashes between two of them, that pass Luhn's check
/// (ISO/IEC 7812-1, annex B).
///
/// A number may touch others. Within a run of digits every part that begins and ends at a space, a dash or the run's end is
/// checked; parts inside unbroken digits only when the length is one that cards with that first digit have, since one in
/// ten numbers passes. Digits after a decimal point are not looked at.
enum CardFinder {
    /// - Parameter isCut: the text may have been cut: eight digits and more at its end count as one.
    static func find(in bytes: Bytes, isCut: Bool) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var at = 0
        while at < bytes.count {
            guard bytes[at].isDigit else {
                at += 1
                continue
            }
            let isFraction = at >= 2 && bytes[at - 1] == UInt8(ascii: ".") && bytes[at - 2].isDigit
            var run = Run()
            while at < bytes.count {
                if bytes[at].isDigit {
                    run.add(bytes[at] - 0x30, at: at)
                    at += 1
                    continue
                }
                guard !isFraction, let next = Self.afterSeparators(bytes, at) else { break }
                at = next
            }
            if isFraction { continue }
            run.findNumbers(&found)
            if isCut, at == bytes.count, run.count >= 8, let all = run.whole { found.append(all) }
        }
        return found
    }

    /// The digit after one to three separators.
    private static func afterSeparators(_ bytes: Bytes, _ start: Int) -> Int? {
        var at = start
        while at < bytes.count, at - start < 3, bytes[at] == UInt8(ascii: " ") || bytes[at] == UInt8(ascii: "-") {
            at += 1
        }
        return at > start && at < bytes.count && bytes[at].isDigit ? at : nil
    }

    private struct Run {
        private var digits: [UInt8] = []
        private var positions: [Int] = []
        /// Whether something stands before each digit that is none.
        private var begins: [Bool] = []
        /// Sums of all digits before, those at even or at odd places doubled as Luhn has it.
        private var evenDoubled = [0]
        private var oddDoubled = [0]

        var count: Int { self.positions.count }
        var whole: Range<Int>? {
            guard let first = self.positions.first, let last = self.positions.last else { return nil }
            return first..<(last + 1)
        }

        mutating func add(_ digit: UInt8, at position: Int) {
            let plain = Int(digit)
            let doubled = plain < 5 ? 2 * plain : 2 * plain - 9
            let isEven = self.positions.count % 2 == 0
            self.evenDoubled.append((self.evenDoubled.last ?? 0) &+ (isEven ? doubled : plain))
            self.oddDoubled.append((self.oddDoubled.last ?? 0) &+ (isEven ? plain : doubled))
            self.begins.append(self.positions.last != position - 1)
            self.positions.append(position)
            self.digits.append(digit)
        }

        func findNumbers(_ found: inout [Range<Int>]) {
            guard self.count >= 12 else { return }
            for start in 0...(self.count - 12) {
                for length in 12...min(19, self.count - start) where self.isNumber(start, start + length) {
                    found.append(self.positions[start]..<(self.positions[start + length - 1] + 1))
                }
            }
        }

        private func isNumber(_ start: Int, _ end: Int) -> Bool {
            let isSeparate = self.begins[start] && (end == self.count || self.begins[end])
            guard isSeparate || self.isBrandLength(start, end - start) else { return false }
            // The last digit is not doubled, the one before it is.
            let sums = (end - 1) % 2 == 0 ? self.oddDoubled : self.evenDoubled
            let sum = sums[end] - sums[start]
            return sum > 0 && sum % 10 == 0
        }

        private func isBrandLength(_ start: Int, _ length: Int) -> Bool {
            switch self.digits[start] {
            case 3: (14...16).contains(length)
            case 4: length == 13 || length == 16 || length == 19
            case 2, 5: length == 16
            case 6: (16...19).contains(length)
            default: false
            }
        }
    }
}
