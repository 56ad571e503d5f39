/// How the page looks: on a screen, light and dark, and on paper.
enum StyleSheet {
    static let text: Markup = """
        :root {
          --paper: #fff; --ink: #1c2326; --soft: #58646b; --line: #d5dbde; --fill: #f3f6f7;
          --pass: #0b6b62; --fail: #a8321a; --open: #7d5200; --mark: #ffe9a8;
          --blue: #0063a3; --green: #007a55; --hatch: #aab4b9;
        }
        @media screen and (prefers-color-scheme: dark) {
          :root {
            --paper: #14191b; --ink: #e4eaec; --soft: #a2afb6; --line: #39444a; --fill: #1d2427;
            --pass: #56c7ba; --fail: #ff8f73; --open: #e5b454; --mark: #5c4a10;
            --blue: #66b5f0; --green: #4fc79b; --hatch: #5b686f;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink);
          font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
        main { max-width: 940px; margin: 0 auto; padding: 28px 24px 64px; }
        h1 { font-size: 27px; line-height: 1.2; margin: 2px 0 4px; }
        h2 { font-size: 20px; margin: 44px 0 10px; padding-bottom: 4px; border-bottom: 2px solid var(--ink); }
        h3 { font-size: 16px; margin: 22px 0 4px; }
        h4 { font-size: 15px; margin: 14px 0 2px; }
        p { margin: 4px 0 10px; max-width: 78ch; overflow-wrap: anywhere; }
        a { color: inherit; text-underline-offset: 2px; }
        small { font-size: 12.5px; font-weight: normal; color: var(--soft); }
        code { font: 0.92em ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
          overflow-wrap: anywhere; }
        .kicker, .beside, .meta, .note { color: var(--soft); }
        .kicker, .beside { margin: 0; }
        .meta { font-size: 13px; }
        .none { color: var(--soft); }
        mark { background: var(--mark); color: inherit; font-weight: 600; text-decoration: underline;
          text-decoration-thickness: 1.5px; text-underline-offset: 2px; }

        .verdict { margin: 16px 0; border: 1px solid var(--line); border-left: 8px solid var(--tone);
          border-radius: 4px; padding: 14px 20px; background: var(--fill); }
        .verdict.promote { --tone: var(--pass); }
        .verdict.hold { --tone: var(--open); }
        .verdict.reject { --tone: var(--fail); }
        .answer { display: flex; align-items: center; gap: 12px; }
        .answer h2 { margin: 0; padding: 0; border: 0; font-size: 28px; color: var(--tone); }
        .answer p { margin: 0; font-size: 18px; }
        .answer .mark { width: 34px; height: 34px; }
        .columns { display: grid; grid-template-columns: 1fr 1fr; gap: 0 32px; }
        .columns h3 { margin-top: 12px; }
        .columns ol, .columns ul { margin: 4px 0 0; padding-left: 20px; overflow-wrap: anywhere; }
        .columns li { margin-bottom: 5px; }
        .columns ul.missing { list-style: none; padding: 0; }
        .missing li { display: flex; gap: 8px; }
        .missing .mark { flex: none; margin-top: 3px; }
        .facts { display: flex; flex-wrap: wrap; gap: 6px 30px; margin: 0 0 10px; }
        .facts dt { font-size: 12.5px; color: var(--soft); }
        .facts dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
        nav { display: flex; flex-wrap: wrap; gap: 2px 16px; font-size: 14px; }

        table { border-collapse: collapse; width: 100%; margin: 8px 0 14px; font-size: 14px; }
        caption { text-align: left; font-size: 13px; color: var(--soft); padding: 2px 0; }
        th, td { text-align: left; vertical-align: top; padding: 5px 12px 5px 0;
          border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
        th:last-child, td:last-child { padding-right: 0; }
        thead th { font-size: 12.5px; font-weight: 600; color: var(--soft); border-bottom: 1px solid var(--soft);
          vertical-align: bottom; overflow-wrap: normal; }
        tbody th { font-weight: 600; }
        td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
        td small, th small { display: block; }
        .number small { display: inline; }

        .checks { table-layout: fixed; }
        .checks .group th { padding-top: 16px; font-size: 13px; color: var(--soft); border-bottom-color: var(--soft); }
        .checks tbody th p { font-weight: normal; margin: 1px 0 0; color: var(--soft); font-size: 13px; }
        .checks .state { width: 112px; white-space: nowrap; }
        .checks .estimate { width: 164px; }
        .checks .seen { width: 136px; }
        .checks .strip { width: 208px; padding: 0 16px 0 0; position: relative; vertical-align: middle; }
        .checks thead .strip { height: 34px; }
        .strip span { position: absolute; bottom: 4px; transform: translateX(-50%); white-space: nowrap; }
        .strip .neutral { left: 60px; }
        .strip .margin { left: 120px; }
        .strip .beyond { left: 173px; }
        td.strip::before, td.strip::after { content: ""; position: absolute; top: 0; bottom: 0; }
        td.strip::before { left: 60px; border-left: 1px dashed var(--soft); }
        td.strip::after { left: 119px; border-left: 2px solid var(--ink); }
        td.strip.empty::before, td.strip.empty::after { display: none; }
        .checks svg.interval { position: relative; z-index: 1; }
        .checks tr:target { background: var(--fill); }

        figure { margin: 10px 0; }
        figcaption { font-size: 13px; color: var(--soft); }
        article.output, article.pair, article.slice { border-top: 1px solid var(--line); padding-top: 2px; margin-bottom: 26px; }
        h2 + article.pair { border-top: 0; }
        .sides { table-layout: fixed; }
        .sides.numbers { width: auto; min-width: 60%; table-layout: auto; font-variant-numeric: tabular-nums; }
        .sides .text { white-space: pre-wrap; line-height: 1.5; }
        .sides mark { overflow-wrap: anywhere; }
        .inputs th:first-child, .origin th { width: 170px; }
        .slices th.excess { width: 150px; }
        .examples { table-layout: fixed; }
        .examples tbody th { font-weight: normal; }
        .top { font-size: 11.5px; border: 1px solid currentColor; border-radius: 3px; padding: 0 3px; }
        .confusion { width: auto; table-layout: auto; }
        .confusion th, .confusion td { padding: 3px 9px; text-align: right; border: 1px solid var(--line);
          font-variant-numeric: tabular-nums; }
        .confusion .same { background: var(--fill); color: var(--soft); }
        .figures { font-size: 12.5px; }
        .figures td { overflow-wrap: normal; }

        """
}
