import ServingCore

/// Finds and replaces what a policy's rules name in one text. Texts that hold nothing cost one pass over their bytes and
/// no allocation.
struct TextRedactor: Sendable {
    private var findsEmails = false
    private var findsCards = false
    private var findsTokens = false
    private var paths: [RedactionPath] = []
    private var patterns: [RedactionPattern] = []
    /// A path or a pattern that is none was asked for: everything goes.
    private var removesAll = false

    init(_ rules: [RedactionRule]) {
        for rule in rules {
            switch rule {
            case .email: self.findsEmails = true
            case .card: self.findsCards = true
            case .token: self.findsTokens = true
            case .path(let text):
                if let path = try? RedactionPath(text) { self.paths.append(path) } else { self.removesAll = true }
            case .pattern(let text):
                if let pattern = try? RedactionPattern(text) {
                    self.patterns.append(pattern)
                } else {
                    self.removesAll = true
                }
            case .tensor: break
            }
        }
    }

    /// The text with markers in place of what the rules name; nil when it may stay as it is.
    ///
    /// - Parameters:
    ///   - isCut: the text may have been cut, so that a secret at its end may lack its own.
    ///   - place: where in a JSON text this one stands, when it is one of its values.
    func redacted(_ bytes: Bytes, isCut: Bool = false, at place: RedactionPath? = nil) -> [UInt8]? {
        let findings = self.findings(in: bytes, isCut: isCut, at: place)
        guard !findings.isEmpty else { return nil }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var at = 0
        for finding in findings {
            text.append(contentsOf: bytes[at..<finding.range.lowerBound])
            if finding.isValue { text.append(UInt8(ascii: "\"")) }
            finding.kind.marker.withUTF8Buffer { text.append(contentsOf: $0) }
            if finding.isValue { text.append(UInt8(ascii: "\"")) }
            at = finding.range.upperBound
        }
        text.append(contentsOf: bytes[at...])
        return text
    }

    func redacted(_ text: String, isCut: Bool = false, at place: RedactionPath? = nil) -> String {
        var text = text
        let replaced = text.withUTF8 { self.redacted($0, isCut: isCut, at: place) }
        return replaced.map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// Ascending, without overlap.
    func findings(in bytes: Bytes, isCut: Bool = false, at place: RedactionPath? = nil) -> [Finding] {
        guard !bytes.isEmpty else { return [] }
        let all = [Finding(range: 0..<bytes.count, kind: .other)]
        if self.removesAll { return all }
        let scan = TextScan(bytes)
        let isText = scan.isASCII || UTF8Scalar.isValid(bytes)
        var found = self.search(bytes, scan, isText: isText, isCut: isCut)
        if isText, scan.mayBeDisguised, var view = TextView(of: bytes) {
            let outer = view
            var layers = 1
            while true {
                found += view.bytes.withUnsafeBufferPointer { bytes in
                    self.search(bytes, TextScan(bytes), isText: true, isCut: isCut).map {
                        Finding(range: view.source(of: $0.range), kind: $0.kind)
                    }
                }
                guard let next = view.next() else { break }
                view = next
                layers += 1
                // Nobody writes like this to be read.
                guard layers <= Self.maxLayers else { return all }
            }
            for index in found.indices { found[index].range = outer.whole(found[index].range) }
        }
        found += self.pathFindings(bytes, at: place)
        guard !found.isEmpty else { return [] }
        found = Finding.merged(found)
        guard JSONPathFinder.looksLikeJSON(bytes), JSONPathFinder.isJSON(bytes) else { return found }
        return JSONText.coveringNumbers(found, in: bytes)
    }

    private static let maxLayers = 8

    private func search(_ bytes: Bytes, _ scan: TextScan, isText: Bool, isCut: Bool) -> [Finding] {
        var found: [Finding] = []
        if self.findsEmails, scan.mayHoldEmail {
            found += EmailFinder.find(in: bytes, isText: isText, isCut: isCut).map { Finding(range: $0, kind: .email) }
        }
        if self.findsCards, scan.mayHoldCard || (isCut && scan.digits >= 8) {
            found += CardFinder.find(in: bytes, isCut: isCut).map { Finding(range: $0, kind: .card) }
        }
        if self.findsTokens, scan.mayHoldToken || isCut {
            found += TokenFinder.find(in: bytes, isCut: isCut).map { Finding(range: $0, kind: .token) }
        }
        for pattern in self.patterns {
            found += pattern.matches(in: bytes).map { Finding(range: $0, kind: .other) }
        }
        return found
    }

    private func pathFindings(_ bytes: Bytes, at place: RedactionPath?) -> [Finding] {
        guard !self.paths.isEmpty else { return [] }
        let progress = self.paths.map { path in place.map { path.progress(along: $0) } ?? RedactionPath.start }
        if zip(self.paths, progress).contains(where: { $0.isComplete($1) }) {
            guard place != nil || JSONPathFinder.looksLikeJSON(bytes) else { return [] }
            return [Finding(range: 0..<bytes.count, kind: .other, isValue: true)]
        }
        guard JSONPathFinder.looksLikeJSON(bytes) else { return [] }
        return JSONPathFinder.find(in: bytes, paths: self.paths, from: progress)
    }

    /// True when the rules name paths, so that where a value stands matters.
    var hasPaths: Bool { !self.paths.isEmpty }

    /// True when a path rule removes something that this place is in.
    func enclose(_ place: RedactionPath) -> Bool { self.paths.contains { $0.encloses(place) } }
}
