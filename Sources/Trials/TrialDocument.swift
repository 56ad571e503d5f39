package import Comparison
package import ServingCore

/// `GET /admin/v1/models/{model}/trial`: one release with all its running evidence. All means are over pairs; divergences
/// are in 0...1; times are microseconds.
package struct TrialDocument: Sendable, Codable, Equatable {
    package var release: Release
    package var isRunning: Bool
    /// Microseconds since 1970 of the newest pair; nil before the first.
    package var lastPair: Int64?
    package var coverage: Coverage
    package var outcomes: Outcomes
    package var determinism: Determinism
    package var latency: Latency
    /// In declared order; empty until the comparators are chosen.
    package var outputs: [Output]
    package var segments: [SegmentFigures]
    /// Most divergent first, at most 20.
    package var worst: [WorstPair]

    /// What became of the sampled requests. Law: `sampled = paired + dropped + pending`.
    package struct Coverage: Sendable, Codable, Equatable {
        package var counts: ShadowCounts
        /// Pairs in which both versions answered, so that they could be compared.
        package var compared: UInt64
        /// Pairs in which the live version was asked again and answered.
        package var triples: UInt64
        /// The data plane is busy: the mirrored leg gives way now.
        package var isUnderPressure: Bool

        package init(counts: ShadowCounts, compared: UInt64, triples: UInt64, isUnderPressure: Bool) {
            self.counts = counts
            self.compared = compared
            self.triples = triples
            self.isUnderPressure = isUnderPressure
        }
    }

    /// Pairs by `Leg.Outcome.name`, for each leg; outcomes that never happened are left out.
    package struct Outcomes: Sendable, Codable, Equatable {
        package var live: [String: UInt64]
        package var candidate: [String: UInt64]
        package var noise: [String: UInt64]
        /// The newest reasons of candidate answers that were none, with their number; at most 8.
        package var candidateReasons: [String: UInt64]

        package init() {
            self.live = [:]
            self.candidate = [:]
            self.noise = [:]
            self.candidateReasons = [:]
        }
    }

    /// Does the live version give the same answer, bit for bit, when it is asked again?
    package struct Determinism: Sendable, Codable, Equatable {
        package var triples: UInt64
        /// Triples in which the two live answers were not the same bytes.
        package var differing: UInt64
        /// Nil before 200 triples.
        package var isDeterministic: Bool?
        /// For people.
        package var sentence: String

        package init(triples: UInt64, differing: UInt64, isDeterministic: Bool?, sentence: String) {
            self.triples = triples
            self.differing = differing
            self.isDeterministic = isDeterministic
            self.sentence = sentence
        }
    }

    package struct Latency: Sendable, Codable, Equatable {
        package struct Quantiles: Sendable, Codable, Equatable {
            package var count: UInt64
            package var mean: Double
            package var p50: Double
            package var p90: Double
            package var p99: Double
            package var p999: Double
            package var max: Double

            package init(
                count: UInt64,
                mean: Double,
                p50: Double,
                p90: Double,
                p99: Double,
                p999: Double,
                max: Double
            ) {
                self.count = count
                self.mean = mean
                self.p50 = p50
                self.p90 = p90
                self.p99 = p99
                self.p999 = p999
                self.max = max
            }
        }

        /// Geometric mean of the per-pair ratio of two legs' times, with the standard deviation of its logarithm.
        package struct Ratio: Sendable, Codable, Equatable {
            package var count: UInt64
            package var mean: Double
            package var logDeviation: Double

            package init(count: UInt64, mean: Double, logDeviation: Double) {
                self.count = count
                self.mean = mean
                self.logDeviation = logDeviation
            }
        }

        package var live: Quantiles
        package var candidate: Quantiles
        package var noise: Quantiles
        /// Candidate by live answer. The live answer was given on the hot path, the candidate's by a mirrored run.
        package var candidateByLive: Ratio?
        /// Candidate by live asked again: both mirrored runs of the same thread, so the fair comparison.
        package var candidateByNoise: Ratio?

        package init(live: Quantiles, candidate: Quantiles, noise: Quantiles) {
            self.live = live
            self.candidate = candidate
            self.noise = noise
        }
    }

    /// One output: how it is compared and what that showed.
    package struct Output: Sendable, Codable, Equatable {
        package var plan: OutputPlan
        package var compared: UInt64
        /// Pairs outside what the comparator counts as equal.
        package var diverged: UInt64
        package var divergence: Distribution
        /// Live against live asked again.
        package var noise: Distribution
        /// Mean of divergence minus noise over the pairs where both were measured: the change that noise does not explain,
        /// with its standard error.
        package var excess: Double?
        package var excessError: Double?
        /// Pairs whose answers name different classes; nil for outputs that name none.
        package var flips: UInt64?
        /// Pairs by live and candidate class, most frequent disagreement first, agreement last; empty when none are named.
        package var confusion: [Confusion]
        /// Mean of candidate minus live, in the output's unit; regression only.
        package var bias: Double?
        /// Pairs in which the candidate is larger, and smaller; regression only.
        package var larger: UInt64?
        package var smaller: UInt64?
        /// Means of the comparator's further figures by name.
        package var details: [String: Double]
        /// Places in JSON texts that differ, most frequent first.
        package var fields: [Field]
        /// Sentences about missing outputs, datatypes and shapes, with their number; at most 8.
        package var structure: [String: UInt64]

        package init(plan: OutputPlan, divergence: Distribution, noise: Distribution) {
            self.plan = plan
            self.compared = 0
            self.diverged = 0
            self.divergence = divergence
            self.noise = noise
            self.confusion = []
            self.details = [:]
            self.fields = []
            self.structure = [:]
        }
    }

    /// Divergences of one output.
    package struct Distribution: Sendable, Codable, Equatable {
        package var count: UInt64
        package var mean: Double
        package var deviation: Double
        package var max: Double
        /// Pairs by divergence: exactly 0, then up to 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.
        package var histogram: [UInt64]

        package init(count: UInt64, mean: Double, deviation: Double, max: Double, histogram: [UInt64]) {
            self.count = count
            self.mean = mean
            self.deviation = deviation
            self.max = max
            self.histogram = histogram
        }
    }

    package struct Confusion: Sendable, Codable, Equatable {
        package var live: String
        package var candidate: String
        package var count: UInt64

        package init(live: String, candidate: String, count: UInt64) {
            self.live = live
            self.candidate = candidate
            self.count = count
        }
    }

    package struct Field: Sendable, Codable, Equatable {
        package var path: String
        package var kind: FieldDifference.Kind
        package var count: UInt64
        /// How often the same place differs between two live answers.
        package var noise: UInt64
        /// Differs in more than half of the live-live pairs: not compared any more.
        package var isMasked: Bool
        package var example: FieldDifference?

        package init(path: String, kind: FieldDifference.Kind, count: UInt64, noise: UInt64, isMasked: Bool) {
            self.path = path
            self.kind = kind
            self.count = count
            self.noise = noise
            self.isMasked = isMasked
        }
    }

    /// What a declared key's value has to do with divergence.
    package struct SegmentFigures: Sendable, Codable, Equatable {
        /// Values beyond the 64 kept apart are counted as `(other)`.
        package var segment: Segment
        package var pairs: UInt64
        package var compared: UInt64
        package var diverged: UInt64
        /// Of the largest divergence of any output.
        package var meanDivergence: Double
        package var meanNoise: Double?
        package var flips: UInt64
        /// Pairs in which the candidate did not answer.
        package var candidateFailures: UInt64

        package init(segment: Segment) {
            self.segment = segment
            self.pairs = 0
            self.compared = 0
            self.diverged = 0
            self.meanDivergence = 0
            self.flips = 0
            self.candidateFailures = 0
        }
    }

    package struct WorstPair: Sendable, Codable, Equatable {
        /// Nil when the pair is not in the store: it was never kept, is no longer, or waits to be written.
        package var id: Int64?
        package var divergence: Double
        /// What differs most, in one sentence.
        package var sentence: String

        package init(id: Int64?, divergence: Double, sentence: String) {
            self.id = id
            self.divergence = divergence
            self.sentence = sentence
        }
    }

    package init(
        release: Release,
        isRunning: Bool,
        coverage: Coverage,
        determinism: Determinism,
        latency: Latency
    ) {
        self.release = release
        self.isRunning = isRunning
        self.coverage = coverage
        self.outcomes = Outcomes()
        self.determinism = determinism
        self.latency = latency
        self.outputs = []
        self.segments = []
        self.worst = []
    }
}
