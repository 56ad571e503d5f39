import Gateway
import Telemetry
import Testing

@Suite("ConnectionAdmission")
struct ConnectionAdmissionTests {
    @Test("no more connections than allowed come in, and one that leaves makes room")
    func total() {
        let admission = ConnectionAdmission(total: 2, perAddress: 10)
        #expect(admission.enter("a") == nil)
        #expect(admission.enter("b") == nil)
        #expect(admission.enter("c") == .tooManyConnections)
        admission.leave("a")
        #expect(admission.enter("c") == nil)
    }

    @Test("one address cannot take all the room")
    func perAddress() {
        let admission = ConnectionAdmission(total: 10, perAddress: 1)
        #expect(admission.enter("a") == nil)
        #expect(admission.enter("a") == .tooManyFromAddress)
        #expect(admission.enter("b") == nil)
        admission.leave("a")
        #expect(admission.enter("a") == nil)
    }

    @Test("who is refused takes no room")
    func refused() {
        let admission = ConnectionAdmission(total: 2, perAddress: 1)
        #expect(admission.enter("a") == nil)
        for _ in 0..<5 { #expect(admission.enter("a") == .tooManyFromAddress) }
        #expect(admission.enter("b") == nil)
    }
}
