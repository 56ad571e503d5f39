import Promotion
import Testing

@Suite("Figures of reports")
struct FiguresTests {
    @Test(
        "numbers have three significant digits and no more noughts than they need",
        arguments: [
            (0, "0"), (1, "1"), (-0.0, "0"), (1_234_567.4, "1,234,567"), (123.46, "123"), (12.345, "12.3"),
            (1.005, "1"),
            (-1.239, "−1.24"), (0.1, "0.1"), (0.01234, "0.0123"), (0.00123, "0.00123"), (0.000123, "1.23e-4"),
            (9.999e-7, "1e-6"), (1e12, "1e12"), (1.5e300, "1.5e300"), (.nan, "–"),
            (.infinity, "–"),
        ] as [(Double, String)]
    )
    func number(value: Double, expected: String) {
        #expect(Figures.number(value) == expected)
    }

    @Test(
        "times have the unit in which they are read best",
        arguments: [
            (0, "0 µs"), (7.25, "7.25 µs"), (999, "999 µs"), (1_312.5, "1.31 ms"), (31_500, "31.5 ms"),
            (5_000_000, "5 s"),
            (.nan, "–"),
        ] as [(Double, String)]
    )
    func duration(microseconds: Double, expected: String) {
        #expect(Figures.duration(microseconds) == expected)
    }

    @Test(
        "waiting is told in its two largest units",
        arguments: [
            (-5, "0 s"), (0, "0 s"), (45, "45 s"), (600, "10 min"), (601, "10 min 1 s"), (7_800, "2 h 10 min"),
            (86_400, "1 d"), (273_600, "3 d 4 h"), (90_001, "1 d 1 h"),
        ] as [(Int64, String)]
    )
    func span(seconds: Int64, expected: String) {
        #expect(Figures.span(seconds * 1_000_000) == expected)
    }

    @Test("shares are percentages, of nothing they are left out")
    func share() {
        #expect(Figures.count(34, of: 1_200) == "34 (2.83 %)")
        #expect(Figures.count(0, of: 0) == "0")
        #expect(Figures.percent(0.00004) == "0.004 %" && Figures.percent(1) == "100 %" && Figures.percent(.nan) == "–")
    }
}
