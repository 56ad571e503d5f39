import ServingCore
import Testing

@Suite struct ModelNameTests {
    @Test(
        "Names that follow the rule are taken as they are",
        arguments: ["a", "0", "digits", "a.b_c-d", "7b", String(repeating: "x", count: 64)]
    )
    func accepted(_ text: String) {
        #expect(ModelName(text)?.description == text)
    }

    @Test(
        "Anything that could leave its folder, spoil a metric label or be misread is refused",
        arguments: [
            "", ".", "..", "../x", "a/b", "-a", "_a", ".a", "A", "aB", "a b", "ä", "a\u{301}", "a\n", "a\0", "a\"",
            String(repeating: "x", count: 65),
        ]
    )
    func refused(_ text: String) {
        #expect(ModelName(text) == nil)
    }

    @Test("A slot's other slot is the other one")
    func otherSlot() {
        #expect(Slot.allCases.map(\.other) == [.green, .blue])
    }
}
