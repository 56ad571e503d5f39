import Foundation
import Promotion
import SemanticSearch
import ServingCore
import TestSupport
import Testing

@Suite struct SlicesSectionTests {
    @Test func `a map of many requests keeps two thousand of them, evenly by id`() throws {
        let section = SlicesSection.sample(points: 5_000)
        let map = try #require(section.map)
        #expect(section.mapped == 5_000 && map.ids.count == 2_000 && map.divergence.count == 2_000)
        let gaps = zip(map.ids, map.ids.dropFirst()).map { $1 - $0 }
        #expect(gaps.allSatisfy { (2...3).contains($0) } && map.ids.first == 1 && map.ids.last == 4_998)
        // Of id 1, which was the last of the map it came from.
        #expect(map.x[0] == 1 && map.y[0] == 1 && map.divergence[0] == 1)
    }

    @Test func `a map with columns of unequal length is as long as the shortest`() throws {
        var map = RequestMap.sample(points: 10)
        map.y.removeLast(4)
        #expect(SlicesSection(.sample(), map: map).map?.ids.count == 6)
        map.x = []
        #expect(SlicesSection(.sample(), map: map).map?.ids.isEmpty == true)
    }

    @Test func `a report does without what search cannot say`() async throws {
        let release = Release.sample()
        #expect(await SlicesSection.found(for: release, by: nil) == nil)
        #expect(await SlicesSection.found(for: release, by: FakeSemanticSearch(slices: nil)) == nil)
        let other = FakeSemanticSearch(slices: .sample(release: release.id + 1))
        #expect(await SlicesSection.found(for: release, by: other) == nil)
        let withoutMap = await SlicesSection.found(for: release, by: FakeSemanticSearch(map: nil))
        #expect(withoutMap?.document.findings.slices.count == 2 && withoutMap?.map == nil)
    }

    @Test(.timeLimit(.minutes(1))) func `a report does not wait for a search that takes its time`() async {
        let (never, end) = AsyncStream.makeStream(of: Void.self)
        let search = FakeSemanticSearch(before: { _ in for await _ in never {} })
        #expect(await SlicesSection.found(for: .sample(), by: search, within: .milliseconds(50)) == nil)
        end.finish()
        #expect(await SlicesSection.found(for: .sample(), by: search, within: .seconds(60)) != nil)
    }

    @Test func `a report that search said something for holds it with the map`() async throws {
        let search = FakeSemanticSearch(map: .sample(points: 30))
        let section = try #require(await SlicesSection.found(for: .sample(), by: search))
        #expect(section == SlicesSection(.sample(), map: .sample(points: 30)))
    }

    @Test func `slices are read back as they were written, and reports from before there were any can be read`() throws
    {
        let report = ReleaseReport.sample()
        let text = try ReportFormat.json.render(report)
        #expect(report.slices != nil)
        #expect(try ReportJSON.report(text).slices == report.slices)
        var old = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        old["slices"] = nil
        let read = try ReportJSON.report(
            String(decoding: try JSONSerialization.data(withJSONObject: old), as: UTF8.self)
        )
        #expect(read.slices == nil && read.verdict == report.verdict)
    }
}
