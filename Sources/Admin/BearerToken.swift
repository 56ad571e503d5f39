/// The admin token, compared in a time that does not depend on where a guess goes wrong.
struct BearerToken: Sendable {
    private let bytes: [UInt8]

    /// `token` must not be empty.
    init(_ token: String) { self.bytes = Array(token.utf8) }

    /// `header` is the value of `Authorization`.
    func accepts(_ header: String?) -> Bool {
        guard let header, header.count > 7, header.prefix(7).lowercased() == "bearer " else { return false }
        let guess = Array(header.utf8.dropFirst(7))
        guard !guess.isEmpty else { return false }
        var difference = UInt8(self.bytes.count == guess.count ? 0 : 1)
        for index in self.bytes.indices {
            difference |= self.bytes[index] ^ guess[index % guess.count]
        }
        return difference == 0
    }
}
