import Promotion
import SemanticSearch
import TestSupport

extension SlicesSection {
    static func sample(points: Int = 60) -> SlicesSection { SlicesSection(.sample(), map: .sample(points: points)) }
}
