import ServingCore
package import Trials

/// A model's trials, for people.
package enum ReleaseReport {
    /// Newest first, as the server sends them.
    package static func table(_ document: ReleasesDocument) -> String {
        guard !document.releases.isEmpty else {
            return "no trials yet: one begins when a second version is ready in the other slot\n"
        }
        var table = TextTable(["RELEASE", "KIND", "LIVE", "CANDIDATE", "STARTED", "ENDED", "HOW", "PAIRS"])
        for entry in document.releases {
            let release = entry.release
            table.add([
                "\(release.id)", release.kind.rawValue, self.side(release.live), self.side(release.candidate),
                Timestamp.iso8601(microseconds: release.id), release.ended.map(Timestamp.iso8601) ?? "-",
                release.ended == nil ? "running" : release.end?.rawValue ?? "ended",
                entry.pairs.map { ReportText.count($0) } ?? "unknown",
            ])
        }
        return table.text
    }

    private static func side(_ side: Release.Side) -> String {
        "\(side.slot.rawValue) v\(side.version) \(side.digest.prefix(12))"
    }
}
