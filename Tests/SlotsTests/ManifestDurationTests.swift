import Slots
import Testing

@Suite struct ManifestDurationTests {
    @Test(
        "A whole number and a unit is a duration",
        arguments: [
            ("0s", 0), ("200us", 200_000), ("2ms", 2_000_000), ("30s", 30_000_000_000), ("5m", 300_000_000_000),
            ("007ms", 7_000_000), ("9223372036s", 9_223_372_036_000_000_000),
        ] as [(String, UInt64)]
    )
    func valid(_ text: String, _ nanoseconds: UInt64) {
        #expect(ManifestDuration(text)?.nanoseconds == nanoseconds)
    }

    @Test(
        "Anything else is not",
        arguments: [
            "", "5", "s", "ms", "-1s", "+1s", "1.5s", "1 s", " 1s", "1s ", "1w", "1S", "1sec", "٣s", "½s",
            "9223372037s", "18446744073709551616us", "99999999999999999999m",
        ]
    )
    func invalid(_ text: String) {
        #expect(ManifestDuration(text) == nil)
    }

    @Test(
        "A duration is described in its largest whole unit of s, ms and us",
        arguments: [
            ("90s", "90s"), ("2m", "120s"), ("1500ms", "1500ms"), ("2000us", "2ms"), ("1us", "1us"), ("0us", "0s"),
        ]
    )
    func description(_ text: String, _ expected: String) {
        #expect(ManifestDuration(text)?.description == expected)
    }
}
