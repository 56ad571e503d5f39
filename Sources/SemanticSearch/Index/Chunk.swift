import CVectorMath
import Glibc

/// Rows of a vector index: for each its key, scale and codes (see `CVectorMath.h`), two bytes for each value.
///
/// `@unchecked Sendable`: a row is written before the count that covers it is handed out, and never after.
final class Chunk: @unchecked Sendable {
    let stride: Int
    let capacity: Int
    /// Columns of each row, one after the other: the upper bytes alone are scanned.
    let high: UnsafeMutablePointer<UInt8>
    let low: UnsafeMutablePointer<Int8>
    let scales: UnsafeMutablePointer<Float>
    let keys: UnsafeMutablePointer<UInt32>
    /// How the rows lie by cell; nil when they lie by key.
    let arrangement: CellArrangement?

    init(stride: Int, capacity: Int, arrangement: CellArrangement? = nil) {
        self.stride = stride
        self.capacity = capacity
        self.arrangement = arrangement
        self.high = Self.allocate(stride * capacity)
        self.low = Self.allocate(stride * capacity)
        self.scales = Self.allocate(capacity)
        self.keys = Self.allocate(capacity)
    }

    deinit {
        free(self.high)
        free(self.low)
        free(self.scales)
        free(self.keys)
    }

    /// Pages that are never written take no memory.
    private static func allocate<Value>(_ count: Int) -> UnsafeMutablePointer<Value> {
        let bytes = (max(count, 1) * MemoryLayout<Value>.stride + 63) & ~63
        guard let memory = aligned_alloc(64, bytes) else { fatalError("out of memory for vectors") }
        return memory.bindMemory(to: Value.self, capacity: max(count, 1))
    }

    /// Of the first `rows` rows and how they lie.
    func bytes(rows: Int) -> Int {
        rows * Self.bytesPerRow(stride: self.stride) + (self.arrangement.map { $0.bytes } ?? 0)
    }

    static func bytesPerRow(stride: Int) -> Int { 2 * stride + 8 }

    static let mostRows = 8_192

    /// Rows of a full chunk: enough that a cell's rows make a long run, few enough that copying them is short work.
    static func rows(stride: Int) -> Int { min(Self.mostRows, max(1_024, (6 << 20) / (2 * stride))) }

    /// Values in a row, a whole number of cache lines.
    static func stride(dimension: Int) -> Int { (dimension + 63) & ~63 }

    /// False, and nothing usable at `row`, for vectors without a direction.
    func encode(_ vector: [Float], key: UInt32, at row: Int) -> Bool {
        let offset = row * self.stride
        let scale = vm_encode(vector, vector.count, self.stride, self.high + offset, self.low + offset)
        self.scales[row] = scale
        self.keys[row] = key
        return scale > 0
    }

    func copy(_ row: Int, of other: Chunk, to target: Int) {
        memcpy(self.high + target * self.stride, other.high + row * self.stride, self.stride)
        memcpy(self.low + target * self.stride, other.low + row * self.stride, self.stride)
        self.scales[target] = other.scales[row]
        self.keys[target] = other.keys[row]
    }

    /// Cosine of a row to the query, but for rounding.
    func cosine(_ row: Int, to query: EncodedQuery) -> Float {
        let place = row * self.stride
        return VectorForm.best.dot(query.values, self.high + place, self.low + place, self.stride) * self.scales[row]
    }

    func decode(_ row: Int, dimension: Int) -> [Float] {
        let (high, low) = (self.high + row * self.stride, self.low + row * self.stride)
        let scale = self.scales[row]
        return (0..<dimension).map { Float((Int32(high[$0]) - 128) * 256 + Int32(low[$0])) * scale }
    }
}
