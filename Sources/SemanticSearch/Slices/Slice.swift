/// A part of the traffic whose requests are alike, and how much more the candidate diverges there than elsewhere.
///
/// What is said of means and shares is about all pairs. What is inferred (`excess`, `eValue`, `gate`) is about distinct
/// requests of the half that did not propose the slice. All figures are finite.
package struct Slice: Sendable, Codable, Equatable {
    /// 16 hexadecimal digits; the same in every run for the same predicates.
    package var id: String
    /// For people, e.g. `requests with "not"`.
    package var label: String
    /// All of them are true of a request in the slice.
    package var predicates: [SlicePredicate]
    /// Words that tell its requests from the others, best first; at most 5.
    package var terms: [Term]
    /// Declared keys whose value is nearly always the same here, and elsewhere is not.
    package var segments: [SegmentShare]
    /// Pairs; and as a share of all.
    package var support: Int
    package var share: Double
    /// Mean divergence, and shares of pairs that diverged and whose candidate or live leg failed, here and elsewhere.
    package var inside: Figures
    package var outside: Figures
    /// In standard errors, on the half that proposed the slice.
    package var score: Double
    /// Of mean divergence inside over outside, on the other half.
    package var excess: Excess
    /// Against "the mean divergence inside is no larger than outside", weighted for its epoch.
    package var eValue: Double
    /// Among the slices confirmed together at most a share of `SliceFindings.alpha` is expected to be false.
    package var confirmed: Bool
    package var gate: GateEvidence
    /// Ids of pairs: the most typical requests of the slice, and its most divergent pairs; of each request one.
    package var examples: [Int64]
    package var mostDivergent: [Int64]

    package struct Term: Sendable, Codable, Equatable {
        package var word: String
        /// c-TF-IDF of the slice less that of all other requests.
        package var weight: Double
        /// Shares of the distinct requests that contain it.
        package var inside: Double
        package var outside: Double

        package init(word: String, weight: Double, inside: Double, outside: Double) {
            self.word = word
            self.weight = weight
            self.inside = inside
            self.outside = outside
        }
    }

    package struct SegmentShare: Sendable, Codable, Equatable {
        package var key: String
        package var value: String
        package var inside: Double
        package var outside: Double

        package init(key: String, value: String, inside: Double, outside: Double) {
            self.key = key
            self.value = value
            self.inside = inside
            self.outside = outside
        }
    }

    package struct Figures: Sendable, Codable, Equatable {
        package var divergence: Double
        package var diverged: Double
        package var candidateFailed: Double
        package var liveFailed: Double

        package init(divergence: Double, diverged: Double, candidateFailed: Double, liveFailed: Double) {
            self.divergence = divergence
            self.diverged = diverged
            self.candidateFailed = candidateFailed
            self.liveFailed = liveFailed
        }
    }

    package struct Excess: Sendable, Codable, Equatable {
        /// Distinct requests of the slice on which it rests.
        package var requests: Int
        package var mean: Double
        /// Both bounds hold at all times with chance 95 %, of this slice alone.
        package var lower: Double
        package var upper: Double

        package init(requests: Int, mean: Double, lower: Double, upper: Double) {
            self.requests = requests
            self.mean = mean
            self.lower = lower
            self.upper = upper
        }
    }

    /// Evidence on the mean divergence inside, in excess of noise, against the margin that the gate gave.
    package struct GateEvidence: Sendable, Codable, Equatable {
        package var margin: Double
        /// Against "it is at least the margin".
        package var passE: Double
        /// Against "it is at most the margin"; weighted for its epoch, as the slice was looked for.
        package var failE: Double

        package init(margin: Double, passE: Double, failE: Double) {
            self.margin = margin
            self.passE = passE
            self.failE = failE
        }
    }
}

extension Slice {
    /// Without any figures.
    package init(id: String, label: String, predicates: [SlicePredicate] = []) {
        let nothing = Figures(divergence: 0, diverged: 0, candidateFailed: 0, liveFailed: 0)
        self.init(
            id: id,
            label: label,
            predicates: predicates,
            terms: [],
            segments: [],
            support: 0,
            share: 0,
            inside: nothing,
            outside: nothing,
            score: 0,
            excess: Excess(requests: 0, mean: 0, lower: -1, upper: 1),
            eValue: 1,
            confirmed: false,
            gate: GateEvidence(margin: 0, passE: 1, failE: 1),
            examples: [],
            mostDivergent: []
        )
    }
}
