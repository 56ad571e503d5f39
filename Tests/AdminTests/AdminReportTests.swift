import Admin
import ServingCore
import TestSupport
import Testing

@Suite struct AdminReportTests {
    @Test("models are an aligned table with one row per slot and no empty column")
    func models() {
        var sentiment = ModelStatus.sample("sentiment", revision: 3)
        sentiment.slots[1] = SlotStatus(slot: .green, role: .none, state: "failed")
        sentiment.slots[1].detail = "model.onnx is truncated"
        let expected = """
            MODEL      REV  SLOT   ROLE       STATE   VERSION  RUNS    WARM-UP  DIGEST        DETAIL
            digits     12   blue   live       ready   1        inline  7.25 µs  0123456789ab
                            green  candidate  ready   2
            sentiment  3    blue   live       ready   1        inline  7.25 µs  0123456789ab
                            green  -          failed                                          model.onnx is truncated

            """
        #expect(AdminReport.models([.sample(), sentiment]) == expected)
        #expect(AdminReport.models([]) == "no models\n")
    }

    @Test("one model comes with its generation and what its manifests say")
    func model() {
        var status = ModelStatus.sample()
        status.draining = [29, 30]
        let expected = """
            MODEL   REV  SLOT   ROLE       STATE  VERSION  RUNS    WARM-UP  DIGEST
            digits  12   blue   live       ready  1        inline  7.25 µs  0123456789ab
                         green  candidate  ready  2

            live blue, revision 12, generation 31, draining generations 29 30
            shadow 100%, noise 10%, as the manifest says
            blue: logistic regression, accuracy 0.9512

            """
        #expect(AdminReport.model(status) == expected)
    }

    @Test("an action is one line")
    func actions() {
        var reply = ActionReply(action: "promote", audit: 41, status: .sample())
        reply.cutoverMicroseconds = 1312.5
        reply.drained = true
        let promoted = "digits: blue (version 1) is live, revision 12, audit row 41, switched in 1.3125 ms, drained\n"
        #expect(AdminReport.action(reply) == promoted)
        let loaded = ActionReply(action: "load", audit: 42, status: .sample())
        let ready = "digits: load of green (version 2), now ready, revision 12, audit row 42\n"
        #expect(AdminReport.action(loaded, slot: .green) == ready)
        var status = ModelStatus.sample()
        status.traffic = TrafficSettings(shadow: 0.125, noise: 0)
        status.isTrafficSet = true
        let mirrored = ActionReply(action: "traffic", audit: 43, status: status)
        let line = "digits: shadow 12.5%, noise 0%, as an operator set them, revision 12, audit row 43\n"
        #expect(AdminReport.action(mirrored) == line)
    }

    @Test("what is mirrored is one line, and says when nothing can be")
    func traffic() {
        var status = ModelStatus.sample()
        let shares = "digits: shadow 100%, noise 10%, as the manifest says, revision 12"
        let none = "\(shares); no trial is running, so nothing is mirrored\n"
        #expect(AdminReport.traffic(status) == none)
        status.release = .sample()
        #expect(AdminReport.traffic(status) == "\(shares)\n")
    }

    @Test("the audit log is a table with the change of the live slot and the reason")
    func audit() {
        var entry = AuditEntry(
            at: 1_700_000_000_000_000,
            model: "digits",
            action: "promote",
            actor: "ada@lab",
            revision: 13
        )
        entry.id = 7
        entry.forced = true
        entry.reason = "green is\nbetter"
        entry.liveBefore = .blue
        entry.liveAfter = .green
        let expected = """
            ROW  TIME                  MODEL   ACTION   LIVE           REV  ACTOR    REASON
            7    2023-11-14T22:13:20Z  digits  promote  blue -> green  13   ada@lab  FORCED; green is better

            """
        #expect(AdminReport.audit([entry]) == expected)
        #expect(AdminReport.audit([]) == "no entries\n")
    }

    @Test("nothing printed can command the terminal")
    func hostile() {
        let hostile = "a\u{1B}]0;title\u{07}b\u{9B}31mc\u{202E}d\u{2066}e\r\nf\u{200B}g\u{7F}h"
        #expect(TerminalText.clean(hostile) == "a]0;titleb31mcde  fgh")
        var status = ModelStatus.sample()
        status.slots[0].detail = hostile
        status.slots[0].description = hostile
        var entry = AuditEntry(at: 0, model: hostile, action: hostile, actor: hostile, revision: 1)
        entry.reason = hostile
        let printed = AdminReport.model(status) + AdminReport.audit([entry])
        #expect(printed.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
        #expect(!printed.contains("\u{202E}"))
    }

    @Test("long text is cut")
    func long() {
        #expect(TerminalText.clean("abcdef", limit: 4) == "abc…")
        #expect(TerminalText.clean("abcd", limit: 4) == "abcd")
        #expect(TerminalText.clean("a\tb\nc", keepsLines: true) == "a\tb\nc")
    }
}
