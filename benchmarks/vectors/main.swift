// Teal's vector index under `run.py`, which sends commands by standard input and reads one JSON object for each.
// `TEAL_BENCHMARKS=1 swift run -c release VectorsBenchmark BASE DIMENSION QUERIES`: files of little-endian floats
import Glibc
import SemanticSearch

struct Failure: Error, CustomStringConvertible {
    let description: String
}

func bytes(of path: String) throws -> [UInt8] {
    guard let bytes = AtomicFile.read(path, limit: .max) else { throw Failure(description: "cannot read \(path)") }
    return bytes
}

func vectors(of path: String, dimension: Int) throws -> [[Float]] {
    try bytes(of: path).withUnsafeBytes { raw in
        let values = raw.bindMemory(to: Float.self)
        return stride(from: 0, to: values.count, by: dimension).map { Array(values[$0..<$0 + dimension]) }
    }
}

func rows(of path: String) throws -> RowSet {
    try bytes(of: path).withUnsafeBytes { raw in
        var set = RowSet()
        for key in raw.bindMemory(to: UInt32.self) { set.insert(key) }
        return set
    }
}

func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
}

struct Bench {
    let base: [[Float]]
    let queries: [[Float]]
    let identity: EmbedderIdentity
    var index: VectorIndex
    var allowed: RowSet?

    init(_ arguments: [String]) throws {
        guard arguments.count == 4, let dimension = Int(arguments[2]), dimension > 0 else {
            throw Failure(description: "usage: VectorsBenchmark BASE DIMENSION QUERIES")
        }
        self.base = try vectors(of: arguments[1], dimension: dimension)
        self.queries = try vectors(of: arguments[3], dimension: dimension)
        self.identity = EmbedderIdentity(name: "bench", digest: "0123456789abcdef", dimension: dimension)
        self.index = VectorIndex(identity: self.identity, seed: 1)
    }

    /// From raw vectors to everything arranged; also the longest piece of background work.
    mutating func build() -> String {
        let clock = ContinuousClock()
        self.index = VectorIndex(identity: self.identity, seed: 1)
        let started = clock.now
        for (key, vector) in self.base.enumerated() { self.index.append(key: UInt32(key), vector: vector) }
        let appended = clock.now
        var longest = Duration.zero
        var working = true
        while working {
            let start = clock.now
            working = self.index.maintain()
            longest = max(longest, clock.now - start)
        }
        let all = seconds(clock.now - started)
        return """
            {"seconds": \(all), "append_seconds": \(seconds(appended - started)), \
            "longest_piece_seconds": \(seconds(longest)), "bytes": \(self.index.bytes), "count": \(self.index.count)}
            """
    }

    /// Ten neighbours of each query, one after the other.
    func search() -> String {
        var found: [String] = []
        var times: [Double] = []
        for query in self.queries {
            var neighbours: [Neighbour] = []
            let time = ContinuousClock().measure {
                neighbours = self.index.search(query, count: 10, allowed: self.allowed)
            }
            times.append(seconds(time))
            found.append("[" + neighbours.map { "\($0.key)" }.joined(separator: ",") + "]")
        }
        return "{\"seconds\": \(times), \"found\": [\(found.joined(separator: ","))]}"
    }

    mutating func save(to folder: String) throws -> String {
        let saving = try ContinuousClock().measure { try self.index.save(to: folder, mark: "bench") }
        var problems: [String] = []
        let loading = ContinuousClock().measure {
            (self.index, problems) = VectorIndex.load(from: folder, identity: self.identity, seed: 1, mark: "bench")
        }
        guard problems.isEmpty else { throw Failure(description: problems.joined(separator: "; ")) }
        return "{\"save_seconds\": \(seconds(saving)), \"load_seconds\": \(seconds(loading))}"
    }
}

var bench = try Bench(CommandLine.arguments)
print("{\"base\": \(bench.base.count), \"queries\": \(bench.queries.count)}")
fflush(nil)
while let line = readLine() {
    let words = line.split(separator: " ", maxSplits: 1).map(String.init)
    switch (words.first, words.count) {
    case ("build", 1): print(bench.build())
    case ("search", 1): print(bench.search())
    case ("allow", 1):
        bench.allowed = nil
        print("{}")
    case ("allow", 2):
        bench.allowed = try rows(of: words[1])
        print("{}")
    case ("save", 2): print(try bench.save(to: words[1]))
    default: throw Failure(description: "no such command: \(line)")
    }
    fflush(nil)
}
