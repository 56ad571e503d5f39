/// Requests in two dimensions, near each other where their meaning is: column by column, a place for each pair with a
/// vector.
package struct RequestMap: Sendable, Codable, Equatable {
    package var ids: [Int64]
    /// Rounded to 1e-4.
    package var x: [Float]
    package var y: [Float]
    package var divergence: [Float]
    /// Shares of the variance that lie along x and y.
    package var explained: [Double]

    /// Nil when there are too few vectors; see `PrincipalPlane`. Cost for 20,000 rows of 384: some tenths of a second.
    /// - Parameter previous: The plane of an earlier map, whose orientation is kept.
    package static func make(
        _ input: SliceInput,
        previous: PrincipalPlane? = nil
    ) -> (map: RequestMap, plane: PrincipalPlane)? {
        guard let plane = PrincipalPlane(input.vectors, dimension: input.dimension, previous: previous) else {
            return nil
        }
        var map = RequestMap(ids: [], x: [], y: [], divergence: [], explained: plane.explained)
        for (pair, point) in zip(input.pairs, plane.project(input.vectors)) {
            guard let point else { continue }
            map.ids.append(pair.id)
            map.x.append(Self.rounded(point.x))
            map.y.append(Self.rounded(point.y))
            map.divergence.append(Self.rounded(Float(pair.loss ?? 0)))
        }
        return (map, plane)
    }

    private static func rounded(_ value: Float) -> Float { (value * 10_000).rounded() / 10_000 }

    package init(ids: [Int64], x: [Float], y: [Float], divergence: [Float], explained: [Double]) {
        self.ids = ids
        self.x = x
        self.y = y
        self.divergence = divergence
        self.explained = explained
    }
}
