import ServingCore
import Synchronization
import Testing

@Suite struct TensorBytesTests {
    private final class Owner: Sendable {
        let start: UnsafeSendablePointer
        let isFreed: Flag

        init(_ isFreed: Flag) {
            self.isFreed = isFreed
            let memory = UnsafeMutableRawPointer.allocate(byteCount: 4, alignment: 16)
            memory.copyMemory(from: [1, 2, 3, 4] as [UInt8], byteCount: 4)
            self.start = UnsafeSendablePointer(memory)
        }

        deinit {
            self.start.pointer.deallocate()
            self.isFreed.set()
        }
    }

    private final class Flag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { self.value.load(ordering: .sequentiallyConsistent) }
        func set() { self.value.store(true, ordering: .sequentiallyConsistent) }
    }

    /// `@unchecked Sendable`: written once before it is shared.
    private struct UnsafeSendablePointer: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer
        init(_ pointer: UnsafeMutableRawPointer) { self.pointer = pointer }
    }

    private static func array(_ bytes: TensorBytes) -> [UInt8] { bytes.withUnsafeBytes { Array($0) } }

    private static func address(_ bytes: TensorBytes) -> Int {
        bytes.withUnsafeBytes { Int(bitPattern: $0.baseAddress) }
    }

    @Test("Own memory is 16-byte aligned, whatever its size", arguments: [0, 1, 15, 16, 17, 4_097])
    func alignment(_ count: Int) {
        let bytes = TensorBytes(copying: [UInt8](repeating: 7, count: count))
        #expect(bytes.count == count)
        #expect(bytes.isAligned(to: 16))
        #expect(Self.array(bytes) == [UInt8](repeating: 7, count: count))
    }

    @Test("A slice shares the memory of the whole")
    func slice() {
        let whole = TensorBytes(copying: 0..<32 as Range<UInt8>)
        let part = whole[3..<9]
        #expect(Self.address(part) == Self.address(whole) + 3)
        #expect(Self.array(part) == [3, 4, 5, 6, 7, 8])
        #expect(Self.array(part[1..<2]) == [4])
        #expect(!part.isAligned(to: 2))
    }

    @Test("An empty slice at either end is allowed")
    func emptySlices() {
        let whole = TensorBytes(copying: [1, 2])
        #expect(whole[0..<0].count == 0)
        #expect(whole[2..<2].count == 0)
    }

    @Test("The owner lives as long as the last slice, and no longer")
    func lifetime() {
        let isFreed = Flag()
        var part: TensorBytes?
        do {
            let owner = Owner(isFreed)
            part = TensorBytes(owner: owner, start: UnsafeRawPointer(owner.start.pointer), count: 4)[2..<4]
        }
        #expect(!isFreed.isSet)
        #expect(part.map(Self.array) == [3, 4])
        part = nil
        #expect(isFreed.isSet)
    }

    @Test("A failing fill passes its error on")
    func failingFill() {
        struct Odd: Error {}
        #expect(throws: Odd.self) { try TensorBytes(count: 8) { _ throws(Odd) in throw Odd() } }
    }

    @Test("A slice outside the bytes ends the process instead of reading strange memory")
    func outOfRange() async {
        await #expect(processExitsWith: .failure) {
            _ = TensorBytes(copying: [1, 2])[1..<3]
        }
    }
}
