import ServingCore
import Trials

/// A leg's median (disc) and p99 (diamond) on the latency axis, joined by the leg's line, so that it is the legend too.
enum QuantileLane {
    static func markup(_ leg: LatencyLeg, _ axis: Scale, y: Double) -> Markup {
        let (middle, tail) = (axis.place(leg.quantiles.p50), axis.place(leg.quantiles.p99))
        return """
            <text class="leg" x="\(at: axis.start - 6)" y="\(at: y + 4)" text-anchor="end">\(leg.name)</text>\
            <path class="span \(leg.style)" d="M\(at: middle) \(at: y)H\(at: max(tail, middle + 1))"></path>\
            <circle class="median \(leg.slot.rawValue)" cx="\(at: middle)" cy="\(at: y)" r="4.5"></circle>\
            <path class="tail \(leg.slot.rawValue)" d="M\(at: tail - 5.5) \(at: y)L\(at: tail) \(at: y - 5.5)\
            L\(at: tail + 5.5) \(at: y)L\(at: tail) \(at: y + 5.5)Z"></path>\
            \(self.labels(leg, axis, middle, tail, y: y - 9))
            """
    }

    /// Beside each other when they would lie on each other.
    private static func labels(_ leg: LatencyLeg, _ axis: Scale, _ middle: Double, _ tail: Double, y: Double) -> Markup
    {
        let isNarrow = tail - middle < 110
        let isAtEnd = tail > axis.end - 50
        let place: Markup = isNarrow && !isAtEnd ? "start" : isAtEnd ? "end" : "middle"
        return """
            <text class="value" x="\(at: isNarrow ? middle + 6 : middle)" y="\(at: y)" \
            text-anchor="\(isNarrow ? "end" : "middle" as Markup)">p50 \(Figures.duration(leg.quantiles.p50))</text>\
            <text class="value" x="\(at: isNarrow && !isAtEnd ? max(tail - 6, middle + 14) : tail)" y="\(at: y)" \
            text-anchor="\(place)">p99 \(Figures.duration(leg.quantiles.p99))</text>
            """
    }
}
