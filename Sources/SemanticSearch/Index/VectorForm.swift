import CVectorMath

/// The instructions that the arithmetic uses. All give the same bits; `CVectorMath.h` says what each function does.
package enum VectorForm: Int32, CaseIterable, Sendable {
    case portable = 0
    case avx2 = 1
    case avx512 = 2

    /// The fastest that this processor can run.
    package static let best = VectorForm(rawValue: vm_best_form()) ?? .portable

    /// Those that this processor can run, slowest first.
    package static var available: [VectorForm] { self.allCases.filter { $0.rawValue <= self.best.rawValue } }

    /// Dot products of a query with `count` rows of `stride` bytes, 128 times the query's sum too large.
    package func scan(
        _ query: UnsafePointer<Int8>,
        _ rows: UnsafePointer<UInt8>,
        _ stride: Int,
        _ count: Int,
        _ out: UnsafeMutablePointer<Int32>
    ) {
        vm_scan(self.rawValue, query, rows, stride, count, out)
    }

    /// The same for the rows at `positions`.
    package func scan(
        _ query: UnsafePointer<Int8>,
        _ rows: UnsafePointer<UInt8>,
        _ stride: Int,
        at positions: UnsafePointer<UInt32>,
        _ count: Int,
        _ out: UnsafeMutablePointer<Int32>
    ) {
        vm_scan_at(self.rawValue, query, rows, stride, positions, count, out)
    }

    /// Dot product of a query with a row's full codes.
    package func dot(
        _ query: UnsafePointer<Float>,
        _ high: UnsafePointer<UInt8>,
        _ low: UnsafePointer<Int8>,
        _ stride: Int
    ) -> Float {
        vm_dot(self.rawValue, query, high, low, stride)
    }

    /// Adds a row to `sums`.
    package func accumulate(
        _ sums: UnsafeMutablePointer<Float>,
        _ scale: Float,
        _ high: UnsafePointer<UInt8>,
        _ low: UnsafePointer<Int8>,
        _ stride: Int
    ) {
        vm_accumulate(self.rawValue, sums, scale, high, low, stride)
    }

    /// Scores of `count` blocks of eight rows by one bit for each value.
    package func scanBits(
        _ planes: UnsafePointer<UInt64>,
        _ blocks: UnsafePointer<UInt64>,
        _ words: Int,
        _ count: Int,
        _ out: UnsafeMutablePointer<UInt16>
    ) {
        vm_scan_bits(self.rawValue, planes, blocks, words, count, out)
    }

    /// CRC-32C of the bytes, continued from `crc`.
    package func checksum(_ crc: UInt32, _ bytes: UnsafePointer<UInt8>, _ count: Int) -> UInt32 {
        vm_crc32c(self.rawValue, crc, bytes, count)
    }
}
