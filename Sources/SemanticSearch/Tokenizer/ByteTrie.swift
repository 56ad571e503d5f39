/// A trie over bytes with tokens at some of its nodes: one probe of a hash table a byte, no pointers.
struct ByteTrie: Sendable {
    /// Keeps node numbers inside three bytes of a key.
    static let byteLimit = 1 << 23
    private static let none: Int32 = -1

    /// Open addressing: key (node and byte) in the upper half, the node it leads to in the lower. An empty place is 0.
    private var edges: [UInt64]
    private let mask: Int
    /// The token that ends at each node.
    private var tokens: [Int32]

    /// - Parameters:
    ///   - roots: how many tries share the memory; they are nodes 0, 1, ...
    ///   - bytes: of all that will be inserted, at most `byteLimit`.
    init(roots: Int, bytes: Int) {
        // Twice as many places as there can be nodes.
        let capacity = 1 << (Int.bitWidth - (2 * min(bytes, Self.byteLimit) + 64).leadingZeroBitCount)
        self.mask = capacity - 1
        self.edges = [UInt64](repeating: 0, count: capacity)
        self.tokens = [Int32](repeating: Self.none, count: roots)
    }

    /// The token of the longest of the strings that `text` begins with from `start`, and where it ends.
    func longestMatch(in text: UnsafeBufferPointer<UInt8>, from start: Int, root: UInt32) -> (token: Int32, end: Int)? {
        var node = root
        var (longest, end) = (Self.none, start)
        var at = start
        while at < text.count, let next = self.child(of: node, byte: text[at]) {
            node = next
            at += 1
            let token = self.tokens[Int(node)]
            if token != Self.none { (longest, end) = (token, at) }
        }
        return longest == Self.none ? nil : (longest, end)
    }

    /// Of equal strings the last one's token stays.
    mutating func insert(_ bytes: ArraySlice<UInt8>, root: UInt32, token: Int32) {
        var node = root
        for byte in bytes {
            if let next = self.child(of: node, byte: byte) {
                node = next
                continue
            }
            let (key, next) = (node << 8 | UInt32(byte), UInt32(self.tokens.count))
            var place = self.place(of: key)
            while self.edges[place] != 0 { place = (place + 1) & self.mask }
            self.edges[place] = UInt64(key) << 32 | UInt64(next)
            self.tokens.append(Self.none)
            node = next
        }
        self.tokens[Int(node)] = token
    }

    private func child(of node: UInt32, byte: UInt8) -> UInt32? {
        let key = node << 8 | UInt32(byte)
        var place = self.place(of: key)
        while self.edges[place] != 0 {
            if UInt32(self.edges[place] >> 32) == key { return UInt32(truncatingIfNeeded: self.edges[place]) }
            place = (place + 1) & self.mask
        }
        return nil
    }

    /// Multiplicative hashing (Knuth) by the golden ratio.
    private func place(of key: UInt32) -> Int {
        Int((UInt64(key) &* 0x9E37_79B9_7F4A_7C15) >> 32) & self.mask
    }
}
