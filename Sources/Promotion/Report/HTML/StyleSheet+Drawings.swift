extension StyleSheet {
    /// Of the drawings, and what paper changes.
    static let drawings: Markup = """
        svg { max-width: 100%; }
        svg text { font-size: 12px; fill: var(--ink); font-family: inherit; font-variant-numeric: tabular-nums; }
        svg .tick { fill: var(--soft); }
        svg.divergence .value { font-size: 11px; }
        svg.patterns { position: absolute; }
        svg.latency, svg.divergence, svg.coverage, svg.map { display: block; height: auto; }
        .mark { vertical-align: -3px; }
        svg.pass { --tone: var(--pass); }
        svg.fail { --tone: var(--fail); }
        svg.undecided { --tone: var(--open); }
        svg.absent { --tone: var(--soft); }
        .mark .solid { fill: var(--tone); }
        .mark .sign { fill: none; stroke: var(--paper); stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
        .mark .ring, .mark .hands { fill: none; stroke: var(--tone); stroke-width: 1.8; stroke-linecap: round; }
        .hatch-beyond { stroke: var(--hatch); stroke-width: 0.8; opacity: 0.55; }
        .hatch-noise { stroke: var(--soft); stroke-width: 1.2; }
        .hatch-dropped { stroke: var(--fail); stroke-width: 1.6; }
        .interval .beyond { fill: url(#hatch-beyond); }
        .interval .bar { stroke-width: 1.5; }
        .bar.pass { fill: var(--pass); stroke: var(--pass); }
        .bar.fail { fill: var(--fail); stroke: var(--fail); }
        .bar.undecided { fill: var(--paper); stroke: var(--open); }
        .bar.absent { fill: none; stroke: var(--soft); }
        .interval .mean { fill: var(--paper); stroke: var(--ink); stroke-width: 1.6; }
        .grid { stroke: var(--line); stroke-width: 1; fill: none; }
        .axis { stroke: var(--soft); stroke-width: 1; fill: none; }
        .blue { --tone: var(--blue); }
        .green { --tone: var(--green); }
        .curve { stroke: var(--tone); stroke-width: 2; fill: none; }
        .curve.live { fill: var(--tone); fill-opacity: 0.16; stroke-width: 1.4; }
        .curve.candidate { stroke-width: 2.6; }
        .curve.again, .span.again { stroke-dasharray: 5 3; }
        .span { stroke: var(--tone); stroke-width: 2; fill: none; }
        .span.candidate { stroke-width: 3.5; }
        .median, .tail { fill: var(--paper); stroke: var(--tone); stroke-width: 2; }
        rect.divergence { fill: var(--ink); }
        rect.noise { fill: url(#hatch-noise); stroke: var(--soft); }
        rect.paired { fill: var(--pass); }
        rect.dropped { fill: url(#hatch-dropped); stroke: var(--fail); }
        rect.pending { fill: none; stroke: var(--soft); stroke-dasharray: 3 2; }
        .probability { vertical-align: -1px; margin-right: 7px; }
        .probability .frame { fill: none; stroke: var(--line); }
        .probability .share { fill: var(--soft); }
        svg.excess { display: block; }
        .excess .extent { fill: var(--hatch); }
        .excess .mean { fill: var(--ink); }
        .map .place { fill: none; stroke-linecap: round; }
        .place.near { stroke: var(--soft); stroke-width: 2.4; stroke-opacity: 0.55; }
        .place.some { stroke: var(--blue); stroke-width: 5; stroke-opacity: 0.75; }
        .place.much { stroke: var(--open); stroke-width: 2; }
        .map .place.apart { fill: var(--fail); stroke: var(--paper); stroke-width: 0.7; }
        @media (max-width: 700px) {
          .columns { grid-template-columns: 1fr; }
          section { overflow-x: auto; }
        }
        @page { margin: 13mm; }
        @media print {
          body { font-size: 9.5pt; }
          main { max-width: none; padding: 0; }
          nav { display: none; }
          h2, h3, h4, caption, .meta { break-after: avoid; }
          tr, figure, .verdict { break-inside: avoid; }
          thead { display: table-header-group; }
          h2 { margin-top: 26px; }
          table { font-size: 8.8pt; }
          .checks .state { width: 84px; }
          .checks .estimate { width: 120px; }
          .checks .seen { width: 96px; }
          .checks, .figures { font-size: 8.2pt; }
          .checks tbody th p, small { font-size: 8pt; }
          mark { background: none; }
          .verdict { background: none; }
        }

        """
}
