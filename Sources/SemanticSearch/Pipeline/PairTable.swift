import ServingCore

/// What search filters pairs by, in columns; a row for each pair. Rows are numbered in the order in which they came, anew
/// when some are let go of: whoever waits meanwhile remembers ids.
struct PairTable: Sendable {
    private(set) var ids: [Int64] = []
    private(set) var releases: [Int64] = []
    private(set) var divergences: [Float] = []
    /// NaN where noise was not measured.
    private(set) var noises: [Float] = []
    private var diverged: [Bool] = []
    private var liveOutcomes: [UInt8] = []
    private var candidateOutcomes: [UInt8] = []
    /// Place in `segmentSets`.
    private var segmentPlaces: [Int] = []
    private var segmentSets: [[Segment]] = []
    private var placesOfSets: [[Segment]: Int] = [:]
    private var rows: [Int64: UInt32] = [:]

    var count: Int { self.ids.count }
    var oldest: Int64? { self.ids.min() }

    func row(of id: Int64) -> UInt32? { self.rows[id] }

    func isDiverged(_ row: Int) -> Bool { self.diverged[row] }
    func segments(_ row: Int) -> [Segment] { self.segmentSets[self.segmentPlaces[row]] }
    func liveOutcome(_ row: Int) -> Leg.Outcome { Leg.Outcome(rawValue: self.liveOutcomes[row]) ?? .invalid }
    func candidateOutcome(_ row: Int) -> Leg.Outcome { Leg.Outcome(rawValue: self.candidateOutcomes[row]) ?? .invalid }

    func hasPairs(of segment: Segment) -> Bool { self.segmentSets.contains { $0.contains(segment) } }

    /// False when the pair is there already.
    mutating func append(_ pair: CapturedPair.Summary) -> Bool {
        guard self.rows[pair.id] == nil, let row = UInt32(exactly: self.ids.count) else { return false }
        self.rows[pair.id] = row
        self.ids.append(pair.id)
        self.releases.append(pair.release)
        self.divergences.append(Float(pair.divergence))
        self.noises.append(pair.noiseDivergence.map { Float($0) } ?? .nan)
        self.diverged.append(pair.diverged)
        self.liveOutcomes.append((Leg.Outcome(name: pair.live) ?? .invalid).rawValue)
        self.candidateOutcomes.append((Leg.Outcome(name: pair.candidate) ?? .invalid).rawValue)
        self.appendSegments(pair.segments)
        return true
    }

    /// Lets go of all rows but these; the first of them is row 0 from now on.
    mutating func keep(_ kept: [Int]) {
        let segments = kept.map { self.segments($0) }
        self.ids = kept.map { self.ids[$0] }
        self.releases = kept.map { self.releases[$0] }
        self.divergences = kept.map { self.divergences[$0] }
        self.noises = kept.map { self.noises[$0] }
        self.diverged = kept.map { self.diverged[$0] }
        self.liveOutcomes = kept.map { self.liveOutcomes[$0] }
        self.candidateOutcomes = kept.map { self.candidateOutcomes[$0] }
        (self.segmentPlaces, self.segmentSets, self.placesOfSets) = ([], [], [:])
        for set in segments { self.appendSegments(set) }
        self.rows = [:]
        for (row, id) in self.ids.enumerated() { self.rows[id] = UInt32(clamping: row) }
    }

    private mutating func appendSegments(_ segments: [Segment]) {
        let place = self.placesOfSets[segments] ?? self.segmentSets.count
        if place == self.segmentSets.count {
            self.segmentSets.append(segments)
            self.placesOfSets[segments] = place
        }
        self.segmentPlaces.append(place)
    }

    /// Rows of pairs that pass; of slices it knows nothing. Linear, some nanoseconds a row.
    func rows(matching filter: PairFilter) -> [UInt32] {
        let sets = filter.segment.map { segment in self.segmentSets.map { $0.contains(segment) } }
        let least = filter.leastDivergence.map { Float($0) } ?? -.infinity
        let most = filter.mostDivergence.map { Float($0) } ?? .infinity
        var found: [UInt32] = []
        for row in self.ids.indices {
            let id = self.ids[row]
            guard filter.release.map({ $0 == self.releases[row] }) ?? true,
                !filter.divergedOnly || self.isDiverged(row), self.divergences[row] >= least,
                self.divergences[row] <= most,
                filter.liveOutcome.map({ $0.rawValue == self.liveOutcomes[row] }) ?? true,
                filter.candidateOutcome.map({ $0.rawValue == self.candidateOutcomes[row] }) ?? true,
                sets.map({ $0[self.segmentPlaces[row]] }) ?? true, filter.from.map({ id >= $0 }) ?? true,
                filter.until.map({ id < $0 }) ?? true
            else { continue }
            found.append(UInt32(row))
        }
        return found
    }
}

// MARK: Releases

extension PairTable {
    /// That of the newest pair.
    var newestRelease: Int64? {
        self.ids.indices.max { self.ids[$0] < self.ids[$1] }.map { self.releases[$0] }
    }

    func pairCount(of release: Int64) -> Int { self.releases.count { $0 == release } }

    func hasPairs(of release: Int64) -> Bool { self.releases.contains(release) }

    /// Newest first.
    func newestRows(of release: Int64, limit: Int) -> [UInt32] {
        let rows = self.releases.indices.filter { self.releases[$0] == release }
        return rows.sorted { self.ids[$0] > self.ids[$1] }.prefix(limit).map { UInt32($0) }
    }

    /// Newest first.
    func newestIDs(of release: Int64, limit: Int) -> [Int64] {
        self.newestRows(of: release, limit: limit).map { self.ids[Int($0)] }
    }
}

/// How far a look at a release's pairs reached.
struct Reach: Sendable {
    let release: Int64
    private let pairs: Int
    private let newest: Int64

    init(_ release: Int64, in table: PairTable) {
        self.release = release
        self.pairs = table.pairCount(of: release)
        self.newest = table.newestIDs(of: release, limit: 1).first ?? .min
    }

    /// Pairs have come since, this share of those that were there or more. Their number alone would tell nothing once the
    /// oldest go as new ones come.
    func isBehind(_ table: PairTable, by share: Double) -> Bool {
        let news = table.ids.indices.count { table.ids[$0] > self.newest && table.releases[$0] == self.release }
        return news > 0 && Double(news) >= share * Double(self.pairs)
    }
}
