import Telemetry
import Testing

@Suite struct PrometheusTextTests {
    /// One sample line, taken apart by the rules of the format.
    private struct Sample {
        let name: String
        let labels: [String: String]
        let value: Double

        init?(_ line: Substring) {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
                return nil
            }
            self.value = value
            let series = line[..<space]
            guard let brace = series.firstIndex(of: "{") else {
                self.name = String(series)
                self.labels = [:]
                return
            }
            guard series.last == "}" else { return nil }
            self.name = String(series[..<brace])
            guard let labels = Self.labels(series[series.index(after: brace)...].dropLast()) else { return nil }
            self.labels = labels
        }

        private static func labels(_ text: Substring) -> [String: String]? {
            var rest = text
            var labels: [String: String] = [:]
            while !rest.isEmpty {
                guard let equals = rest.firstIndex(of: "=") else { return nil }
                let key = String(rest[..<equals])
                rest = rest[equals...].dropFirst()
                guard rest.first == "\"" else { return nil }
                rest = rest.dropFirst()
                var value = ""
                var isEscaped = false
                while let character = rest.first, isEscaped || character != "\"" {
                    rest = rest.dropFirst()
                    if isEscaped {
                        guard let meant = ["\\": "\\", "\"": "\"", "n": "\n"][character] as Character? else {
                            return nil
                        }
                        value.append(meant)
                        isEscaped = false
                    } else if character == "\\" {
                        isEscaped = true
                    } else {
                        value.append(character)
                    }
                }
                guard rest.first == "\"" else { return nil }
                labels[key] = value
                rest = rest.dropFirst()
                if rest.first == "," { rest = rest.dropFirst() } else if !rest.isEmpty { return nil }
            }
            return labels
        }
    }

    private static func samples(_ text: PrometheusText) throws -> [Sample] {
        try text.text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { try #require(Sample($0)) }
    }

    @Test("A family starts with its help and its type")
    func family() {
        var text = PrometheusText()
        text.family("teal_x", .gauge, "What x is.")
        text.sample("teal_x", [:], 3)
        #expect(text.text == "# HELP teal_x What x is.\n# TYPE teal_x gauge\nteal_x 3\n")
    }

    @Test(
        "Quotes, backslashes and line breaks in label values survive the round trip",
        arguments: [
            "plain", "", "a\"b", "a\\b", "a\nb", "\\n", "ä ✓", "}", "a,b=\"c\"",
        ]
    )
    func escaping(_ value: String) throws {
        var text = PrometheusText()
        text.sample("m", ["k": value, "l": "1"], 7)
        let samples = try Self.samples(text)
        #expect(samples.map(\.labels) == [["k": value, "l": "1"]])
        #expect(samples.map(\.value) == [7])
    }

    @Test("A histogram's buckets grow, end with +Inf, and agree with its count and sum")
    func histogram() throws {
        var histogram = LatencyHistogram()
        for nanoseconds in [1, 20_000, 300_000, 300_000, 5_000_000_000, 1 << 40] as [UInt64] {
            histogram.record(nanoseconds: nanoseconds)
        }
        var text = PrometheusText()
        text.histogram("d_seconds", ["slot": "blue"], histogram)
        let samples = try Self.samples(text)
        let buckets = samples.filter { $0.name == "d_seconds_bucket" }
        let edges = buckets.compactMap { Double(($0.labels["le"] ?? "").replacing("+Inf", with: "inf")) }
        #expect(edges.count == buckets.count)
        #expect(edges == edges.sorted() && edges.last == .infinity)
        #expect(buckets.map(\.value) == buckets.map(\.value).sorted())
        #expect(buckets.last?.value == 6)
        #expect(buckets.dropLast().last?.value == 5)
        #expect(samples.allSatisfy { $0.labels["slot"] == "blue" })
        #expect(samples.first { $0.name == "d_seconds_count" }?.value == 6)
        let sum = try #require(samples.first { $0.name == "d_seconds_sum" }?.value)
        #expect(abs(sum - Double(histogram.sumNanoseconds) / 1e9) < 1e-6)
    }

    @Test("A histogram without labels is written without empty braces and commas")
    func unlabelled() throws {
        var text = PrometheusText()
        text.histogram("d", [:], LatencyHistogram())
        #expect(text.text.contains("d_bucket{le=\"+Inf\"} 0\n"))
        #expect(text.text.hasSuffix("d_sum 0.0\nd_count 0\n"))
        _ = try Self.samples(text)
    }
}
