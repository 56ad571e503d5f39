import SemanticSearch
import TestSupport
import Testing

/// The plane that requests are drawn in.
struct RequestMapTests {
    private static let dimension = 12

    /// Most of the variance along two directions that are no axes, the rest noise.
    private static func vectors(_ count: Int, seed: UInt64) -> [Float] {
        var random = SeededRandom(seed: seed)
        return (0..<count).flatMap { _ in
            let (a, b) = (Float.random(in: -3...3, using: &random), Float.random(in: -2...2, using: &random))
            return (0..<Self.dimension).map { place in
                let noise = Float.random(in: -0.1...0.1, using: &random)
                return (place < 6 ? a : 0) + (place % 2 == 0 ? b : -b) + 1 + noise
            }
        }
    }

    private static func dot(_ one: [Float], _ other: [Float]) -> Float {
        zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
    }

    @Test func `the plane has nearly all of the variance, its axes length 1 and a right angle`() throws {
        let plane = try #require(PrincipalPlane(Self.vectors(800, seed: 1), dimension: Self.dimension))
        #expect(plane.explained.reduce(0, +) > 0.99)
        #expect(plane.explained[0] >= plane.explained[1])
        #expect(abs(Self.dot(plane.axes[0], plane.axes[0]) - 1) < 1e-4)
        #expect(abs(Self.dot(plane.axes[0], plane.axes[1])) < 1e-4)
        #expect(plane.axes.allSatisfy { axis in (axis.max { abs($0) < abs($1) } ?? 0) > 0 })
    }

    private static let turns: [[Float]] = [
        [1, 0, 0, 1], [-1, 0, 0, -1], [1, 0, 0, -1], [0, 1, 1, 0], [0.6, -0.8, 0.8, 0.6],
    ]

    @Test(arguments: Self.turns)
    func `however an earlier map lies, its orientation is kept when requests are added`(turn: [Float]) throws {
        let vectors = Self.vectors(400, seed: 2)
        var first = try #require(PrincipalPlane(vectors, dimension: Self.dimension))
        let axes = first.axes
        for axis in 0...1 {
            first.axes[axis] = zip(axes[0], axes[1]).map { turn[2 * axis] * $0 + turn[2 * axis + 1] * $1 }
        }
        let more = vectors + Self.vectors(600, seed: 3)
        let second = try #require(PrincipalPlane(more, dimension: Self.dimension, previous: first))
        for axis in 0...1 { #expect(Self.dot(first.axes[axis], second.axes[axis]) > 0.99) }
        #expect(second.explained.reduce(0, +) > 0.99)
    }

    @Test func `an earlier plane of another dimension is not followed`() throws {
        let vectors = Self.vectors(100, seed: 4)
        let other = try #require(PrincipalPlane(vectors, dimension: 6))
        let plane = try #require(PrincipalPlane(vectors, dimension: Self.dimension))
        #expect(PrincipalPlane(vectors, dimension: Self.dimension, previous: other) == plane)
    }

    @Test func `a map has a point for each pair with a vector`() throws {
        var vectors = Self.vectors(50, seed: 5)
        for place in 0..<Self.dimension { vectors[place] = 0 }
        let pairs = (0..<50).map { SlicePair(id: Int64(100 + $0), divergence: Double($0) / 50) }
        let input = SliceInput(pairs: pairs, vectors: vectors, dimension: Self.dimension)
        let map = try #require(RequestMap.make(input)).map
        #expect(map.ids == (101..<150).map { Int64($0) })
        #expect(map.x.count == 49 && map.y.count == 49 && map.divergence.count == 49)
        #expect(map.divergence.first == 0.02)
        #expect(abs(map.x.reduce(0, +)) < 0.1)
        #expect(RequestMap.make(input)?.map == map)
    }

    @Test func `there is no map of what has no plane`() {
        #expect(PrincipalPlane([], dimension: 4) == nil)
        #expect(PrincipalPlane([1, 0, 1, 0], dimension: 2) == nil)
        #expect(PrincipalPlane([Float](repeating: 0.5, count: 40), dimension: 4) == nil)
        #expect(PrincipalPlane([Float](repeating: .nan, count: 40), dimension: 4) == nil)
        #expect(PrincipalPlane([1, 2, 3, 4, 5], dimension: 2) == nil)
        #expect(PrincipalPlane([1, 2, 3], dimension: 0) == nil)
        // Only one direction.
        #expect(PrincipalPlane((0..<40).flatMap { [Float($0), 2 * Float($0), 0] }, dimension: 3) == nil)
    }
}
