import ServingCore

/// What search filters pairs by, in columns; a row for each pair. Rows are numbered in the order in which they came and keep
/// their number until `compacted`.
struct PairTable: Sendable {
    private struct Flags: OptionSet {
        let rawValue: UInt8
        static let diverged = Flags(rawValue: 1)
        static let removed = Flags(rawValue: 2)
    }

    private(set) var ids: [Int64] = []
    private(set) var releases: [Int64] = []
    private(set) var divergences: [Float] = []
    /// NaN where noise was not measured.
    private(set) var noises: [Float] = []
    private var flags: [Flags] = []
    private var liveOutcomes: [UInt8] = []
    private var candidateOutcomes: [UInt8] = []
    /// Place in `segmentSets`.
    private var segmentPlaces: [Int32] = []
    private var segmentSets: [[Segment]] = []
    private var placesOfSets: [[Segment]: Int32] = [:]
    private var rows: [Int64: UInt32] = [:]

    /// Rows, removed ones included.
    var count: Int { self.ids.count }
    /// Pairs.
    var pairCount: Int { self.rows.count }

    func row(of id: Int64) -> UInt32? { self.rows[id] }

    func isDiverged(_ row: Int) -> Bool { self.flags[row].contains(.diverged) }
    func isThere(_ row: Int) -> Bool { !self.flags[row].contains(.removed) }
    func segments(_ row: Int) -> [Segment] { self.segmentSets[Int(self.segmentPlaces[row])] }
    func liveOutcome(_ row: Int) -> Leg.Outcome { Leg.Outcome(rawValue: self.liveOutcomes[row]) ?? .invalid }
    func candidateOutcome(_ row: Int) -> Leg.Outcome { Leg.Outcome(rawValue: self.candidateOutcomes[row]) ?? .invalid }

    /// The pair's row; nil when it is there already.
    mutating func append(_ pair: CapturedPair.Summary) -> UInt32? {
        guard self.rows[pair.id] == nil, let row = UInt32(exactly: self.ids.count) else { return nil }
        self.rows[pair.id] = row
        self.ids.append(pair.id)
        self.releases.append(pair.release)
        self.divergences.append(Float(pair.divergence))
        self.noises.append(pair.noiseDivergence.map { Float($0) } ?? .nan)
        self.flags.append(pair.diverged ? .diverged : [])
        self.liveOutcomes.append((Leg.Outcome(name: pair.live) ?? .invalid).rawValue)
        self.candidateOutcomes.append((Leg.Outcome(name: pair.candidate) ?? .invalid).rawValue)
        let place = self.placesOfSets[pair.segments] ?? Int32(clamping: self.segmentSets.count)
        if Int(place) == self.segmentSets.count {
            self.segmentSets.append(pair.segments)
            self.placesOfSets[pair.segments] = place
        }
        self.segmentPlaces.append(place)
        return row
    }

    /// Keeps the row's number out of use.
    mutating func remove(_ id: Int64) {
        guard let row = self.rows.removeValue(forKey: id) else { return }
        self.flags[Int(row)].insert(.removed)
    }

    /// Rows of pairs that pass; of slices it knows nothing. Linear, some nanoseconds a row.
    func rows(matching filter: PairFilter) -> [UInt32] {
        let sets = filter.segment.map { segment in self.segmentSets.map { $0.contains(segment) } }
        let least = filter.leastDivergence.map { Float($0) } ?? -.infinity
        let most = filter.mostDivergence.map { Float($0) } ?? .infinity
        var found: [UInt32] = []
        for row in self.ids.indices {
            let id = self.ids[row]
            guard self.isThere(row), filter.release.map({ $0 == self.releases[row] }) ?? true,
                !filter.divergedOnly || self.isDiverged(row), self.divergences[row] >= least,
                self.divergences[row] <= most,
                filter.liveOutcome.map({ $0.rawValue == self.liveOutcomes[row] }) ?? true,
                filter.candidateOutcome.map({ $0.rawValue == self.candidateOutcomes[row] }) ?? true,
                sets.map({ $0[Int(self.segmentPlaces[row])] }) ?? true, filter.from.map({ id >= $0 }) ?? true,
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
        var newest: (id: Int64, release: Int64)?
        for row in self.ids.indices where self.isThere(row) && self.ids[row] > newest?.id ?? .min {
            newest = (self.ids[row], self.releases[row])
        }
        return newest?.release
    }

    func pairCount(of release: Int64) -> Int {
        self.releases.indices.count { self.releases[$0] == release && self.isThere($0) }
    }

    func hasPairs(of release: Int64) -> Bool {
        self.releases.indices.contains { self.releases[$0] == release && self.isThere($0) }
    }

    /// Newest first.
    func newestRows(of release: Int64, limit: Int) -> [UInt32] {
        let rows = self.releases.indices.filter { self.releases[$0] == release && self.isThere($0) }
        return rows.sorted { self.ids[$0] > self.ids[$1] }.prefix(limit).map { UInt32($0) }
    }
}
