/// Groups of requests of like meaning, at several numbers of clusters: what changed may be a broad topic or a narrow
/// one.
struct MeaningClusters {
    /// Enough to place 40 centres; more rows only make the fit slow.
    private static let mostFitted = 2_000
    private static let iterations = 50
    private static let restarts = 4
    private static let sizes = [10, 20, 40]
    /// Rows of a cluster, on average, below which there are no more clusters.
    private static let leastRows = 50

    struct Level {
        let count: Int
        /// Cluster of each of the input's rows; -1 for one without a vector.
        let clusters: [Int32]
    }

    let levels: [Level]

    /// Fitted on rows that `halves` had at its epoch, by their vectors alone; then every row is put to its nearest
    /// centre. Cost for 20,000 rows of 384: about a second.
    init(_ input: SliceInput, _ halves: SliceHalves) {
        let rows = halves.early.filter { input.hasVector($0) }
        let sizes = Self.sizes.filter { $0 * Self.leastRows <= rows.count }
        guard !sizes.isEmpty else {
            self.levels = []
            return
        }
        var fitted: [Float] = []
        let count = min(rows.count, Self.mostFitted)
        for place in 0..<count {
            let row = rows[place * rows.count / count]
            fitted += input.vectors[row * input.dimension..<(row + 1) * input.dimension]
        }
        let isThere = input.pairs.indices.map { input.hasVector($0) }
        self.levels = sizes.map { size in
            let fit = SphericalKMeans.fit(
                rows: fitted,
                dimension: input.dimension,
                k: size,
                seed: input.seed,
                iterations: Self.iterations,
                restarts: Self.restarts
            )
            let nearest = UnitRows(fit.centroids, dimension: input.dimension).nearest(toEachOf: input.vectors)
            return Level(count: size, clusters: zip(nearest, isThere).map { $1 ? $0 : -1 })
        }
    }
}
