package import Comparison
package import ServingCore
package import Trials

/// All that people and pipelines are told about one release: the verdict, what it rests on, and what was done. One value;
/// its renderings are pure functions of it (`ReportFormat`). Times are microseconds.
package struct ReleaseReport: Sendable, Codable, Equatable {
    /// Of this value's JSON; grows when a reader would have to change.
    package static let currentFormat = 1
    package static let pairLimit = 10
    package static let auditLimit = 100

    package var format: Int
    /// The gateway's version.
    package var gateway: String
    /// Microseconds since 1970.
    package var generated: Int64
    package var verdict: Verdict
    /// How the verdict was stored; nil when it was formed for this report alone.
    package var seal: Seal?
    package var trial: TrialDocument
    package var latency: LatencyCurves
    /// Those of the verdict's worst pairs that are kept, most divergent first; at most 10.
    package var pairs: [PairDocument]
    /// What was done to the model, newest first; at most 100.
    package var audit: [AuditEntry]
    /// Nil when no feedback was given.
    package var feedback: FeedbackFigures?
    /// Nil without search, or when it knows nothing of the release.
    package var slices: SlicesSection?

    /// What makes a stored verdict one that can be acted on.
    package struct Seal: Sendable, Codable, Equatable {
        package var id: Int64
        /// Microseconds since 1970.
        package var created: Int64
        package var expires: Int64
        /// Lower-case hex HMAC-SHA256.
        package var signature: String

        package init(_ verdict: StoredVerdict) {
            self.id = verdict.id
            self.created = verdict.created
            self.expires = verdict.expires
            self.signature = verdict.signature.map(Self.hex).joined()
        }

        private static func hex(_ byte: UInt8) -> String {
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }

    /// Labels and scores that arrived for this release's pairs.
    package struct FeedbackFigures: Sendable, Codable, Equatable {
        /// Pairs with a label or a score.
        package var pairs: UInt64
        /// Mean losses over these, 0...1.
        package var liveLoss: Double
        package var candidateLoss: Double

        package init(pairs: UInt64, liveLoss: Double, candidateLoss: Double) {
            self.pairs = pairs
            self.liveLoss = liveLoss
            self.candidateLoss = candidateLoss
        }
    }

    /// - Parameter stored: the row that holds `verdict`, if there is one.
    package init(
        verdict: Verdict,
        stored: StoredVerdict?,
        trial: TrialDocument,
        latency: LatencyEvidence,
        pairs: [PairDocument],
        audit: [AuditEntry],
        feedback: FeedbackFigures?,
        slices: SlicesSection? = nil,
        gateway: String,
        generated: Int64
    ) {
        self.format = Self.currentFormat
        self.gateway = gateway
        self.generated = generated
        self.verdict = verdict
        self.seal = stored.map { Seal($0) }
        self.trial = trial
        self.latency = LatencyCurves(latency)
        self.pairs = Array(pairs.prefix(Self.pairLimit))
        self.audit = Array(audit.prefix(Self.auditLimit))
        self.feedback = feedback
        self.slices = slices
    }
}
