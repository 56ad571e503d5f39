import SemanticSearch
import Telemetry

extension MetricsPage {
    /// The index of kept pairs.
    func searched(_ page: inout PrometheusText) {
        guard let models = self.search?.figures().models.sorted(by: { $0.key < $1.key }) else { return }
        page.family("teal_search_pairs", .gauge, "Kept pairs that can be searched, those without vectors yet included.")
        for (model, figure) in models { page.sample("teal_search_pairs", ["model": model], figure.pairs) }
        page.family("teal_search_backlog", .gauge, "Kept pairs that have no vectors yet.")
        for (model, figure) in models { page.sample("teal_search_backlog", ["model": model], figure.backlog) }
        page.family("teal_search_lag_seconds", .gauge, "Age of the oldest kept pair that has no vectors yet.")
        for (model, figure) in models {
            page.sample("teal_search_lag_seconds", ["model": model], Double(figure.lag) / 1_000_000)
        }
        page.family(
            "teal_search_sentence_backlog",
            .gauge,
            "Kept pairs that the sentence model is to embed and has not: the most divergent and a sample."
        )
        for (model, figure) in models {
            page.sample("teal_search_sentence_backlog", ["model": model], figure.sentenceBacklog)
        }
        page.family(
            "teal_search_vectors",
            .gauge,
            "Distinct contents with a vector, by what they are and who embedded them."
        )
        for (model, figure) in models {
            for (space, count) in figure.vectors.sorted(by: { $0.key < $1.key }) {
                page.sample("teal_search_vectors", ["model": model, "space": space], count)
            }
        }
        page.family("teal_search_bytes", .gauge, "Memory of the vectors.")
        for (model, figure) in models { page.sample("teal_search_bytes", ["model": model], figure.bytes) }
    }
}
