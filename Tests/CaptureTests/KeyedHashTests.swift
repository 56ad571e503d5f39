import Capture
import ServingCore
import Testing

@Suite("Hashes that feedback goes by")
struct KeyedHashTests {
    private static let hash = KeyedHash(key: [UInt8](repeating: 1, count: 32))

    @Test("The hash of a request depends on its id, its model and the key, and on nothing else")
    func requests() {
        let hashes = [
            Self.hash.request("42", model: "digits"), Self.hash.request("43", model: "digits"),
            Self.hash.request("42", model: "digit"), Self.hash.request("s42", model: "digit"),
            Self.hash.request("", model: "digits42"),
            KeyedHash(key: [UInt8](repeating: 2, count: 32)).request("42", model: "digits"),
        ]
        #expect(Set(hashes).count == hashes.count)
        #expect(KeyedHash(key: [UInt8](repeating: 1, count: 32)).request("42", model: "digits") == hashes[0])
    }

    @Test("An id that was cut at 128 bytes has the hash of the whole, also when a character was cut in two")
    func cutIDs() {
        let id = String(repeating: "a", count: 126) + "ééé"
        let cut = String(decoding: id.utf8.prefix(128 - 1), as: UTF8.self)
        #expect(Self.hash.request(cut, model: "digits") == Self.hash.request(id, model: "digits"))
        let other = String(repeating: "a", count: 119) + "b"
        #expect(Self.hash.request(other, model: "digits") != Self.hash.request(id, model: "digits"))
    }

    @Test("What was told about a pair has one hash, anything else and any other pair another")
    func truths() {
        let hashes = [
            Self.hash.truth(.label("cat"), of: 1), Self.hash.truth(.label("dog"), of: 1),
            Self.hash.truth(.label(""), of: 1), Self.hash.truth(.label("cat"), of: 2),
            Self.hash.truth(.scores(live: 0, candidate: 1), of: 1),
            Self.hash.truth(.scores(live: 1, candidate: 0), of: 1),
        ]
        #expect(Set(hashes).count == hashes.count)
        #expect(Self.hash.truth(.label("cat"), of: 1) == hashes[0])
        #expect(Self.hash.truth(.scores(live: -0.0, candidate: 1), of: 1) == hashes[4])
    }
}
