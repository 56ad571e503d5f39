import Admin
import ServingCore
import Testing

@Suite("What operators write") struct OperatorInputTests {
    @Test(
        "a share is a percentage or a fraction",
        arguments: [
            ("25%", 0.25), ("0.25", 0.25), ("0", 0), ("1", 1), ("100%", 1), ("12.5%", 0.125), ("33.3%", 0.333),
            ("0.1%", 0.001), ("1%", 0.01), ("1.0", 1), ("007%", 0.07),
        ]
    )
    func share(_ text: String, _ share: Double) {
        #expect(Share.parse(text) == share)
    }

    @Test(
        "what is no share is refused",
        arguments: [
            "", "%", "25", "50", "1.01", "101%", "100.1%", "-1%", "+0.5", "-0", "1e-3", "1e-3%", "nan", "inf", "0x1p-2",
            ".5", "5.%", "0,5", "25 %", " 0.5", "25%%", "٢٥%", "0.5.5", "1/2",
        ]
    )
    func noShare(_ text: String) {
        #expect(Share.parse(text) == nil)
    }

    @Test(
        "a ramp is percentages between commas",
        arguments: [
            ("1,5,25,50,100", [0.01, 0.05, 0.25, 0.5, 1]), ("0.5%,100%", [0.005, 1]), ("7", [0.07]),
            ("50,25", [0.5, 0.25]),
        ]
    )
    func ramp(_ text: String, _ ramp: [Double]) {
        #expect(Share.parseRamp(text) == ramp)
    }

    @Test(
        "what is no ramp is refused",
        arguments: ["", ",", "1,,5", "1,5,", "1;5", "1 , 5", "101", "1,x", "-1", "1e1"]
    )
    func noRamp(_ text: String) {
        #expect(Share.parseRamp(text) == nil)
    }

    @Test(
        "a span is a whole number and a unit",
        arguments: [
            ("90s", 90_000_000), ("15m", 900_000_000), ("1h", 3_600_000_000), ("2d", 172_800_000_000), ("0s", 0),
        ]
            as [(String, Int64)]
    )
    func span(_ text: String, _ span: Int64) {
        #expect(Span.microseconds(text) == span)
    }

    @Test(
        "what is no span is refused",
        arguments: ["", "s", "1", "1.5h", "-1h", "1 h", "1w", "9223372036854775807d", "٢h"]
    )
    func noSpan(_ text: String) {
        #expect(Span.microseconds(text) == nil)
    }

    @Test(
        "a point in time is microseconds, ISO 8601, or a span before now",
        arguments: [
            ("1700000000000000", 1_700_000_000_000_000), ("2023-11-14T22:13:20Z", 1_700_000_000_000_000),
            ("2023-11-14T22:13:20.25Z", 1_700_000_000_250_000), ("2023-11-14T22:13:20.1234567Z", 1_700_000_000_123_456),
            ("2023-11-15T00:13:20+02:00", 1_700_000_000_000_000), ("2023-11-14T17:43:20-0430", 1_700_000_000_000_000),
            ("2023-11-14T22:13Z", 1_699_999_980_000_000), ("1970-01-01", 0), ("2024-02-29", 1_709_164_800_000_000),
            ("2000-03-01", 951_868_800_000_000), ("0", 0), ("90s", 999_910_000_000), ("15m", 999_100_000_000),
            ("1h", 996_400_000_000), ("2d", 827_200_000_000), ("999d", 0),
        ] as [(String, Int64)]
    )
    func time(_ text: String, _ time: Int64) {
        #expect(PointInTime.microseconds(text, before: 1_000_000_000_000) == time)
    }

    @Test(
        "what is no time is refused",
        arguments: [
            "", "h", "1w", "-1h", "1.5h", "9223372036854775807d", "9223372036854775808", "yesterday", "2023-02-29",
            "2023-13-01", "2023-00-10", "2023-11-31", "1900-02-29", "2023-11-14T22:13:20", "2023-11-14T24:00:00Z",
            "2023-11-14T22:60:00Z", "2023-11-14T22:13:60Z", "2023-11-14T22:13:20Zx", "2023-11-14 22:13:20Z",
            "23-11-14", "2023-11-14T22:13:20+24:00", "٢٠٢٣-11-14", "99999-01-01",
        ]
    )
    func noTime(_ text: String) {
        #expect(PointInTime.microseconds(text, before: 1_000_000_000_000) == nil)
    }

    @Test("a time given to the API is absolute")
    func absolute() {
        #expect(PointInTime.microseconds("1h") == nil)
        #expect(PointInTime.microseconds("2023-11-14T22:13:20Z") == 1_700_000_000_000_000)
    }

    @Test("a segment is cut at its first equals sign")
    func segment() {
        #expect(Segment("a=b=c") == Segment(key: "a", value: "b=c"))
        #expect(Segment("a=") == Segment(key: "a", value: ""))
        #expect(Segment("=b") == nil && Segment("ab") == nil && Segment("") == nil)
    }
}
