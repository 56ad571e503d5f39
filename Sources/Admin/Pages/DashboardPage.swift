import Hummingbird
import NIOCore

/// The dashboard's files. They are in the binary, hold nothing of any model, and are open to whoever reaches the port: what
/// they show they ask the API for, with the token if there is one.
struct DashboardPage {
    /// The page decides itself which view an address is; one document serves them all.
    static let document = Self(PackageResources.index_html, .html)

    private static let files: [String: Self] = [
        "act-forms.js": Self(PackageResources.act_forms_js, .script),
        "act-verdict.js": Self(PackageResources.act_verdict_js, .script),
        "act.js": Self(PackageResources.act_js, .script),
        "action-dialog.js": Self(PackageResources.action_dialog_js, .script),
        "api.js": Self(PackageResources.api_js, .script),
        "app.js": Self(PackageResources.app_js, .script),
        "audit-table.js": Self(PackageResources.audit_table_js, .script),
        "audit.js": Self(PackageResources.audit_js, .script),
        "briefs.js": Self(PackageResources.briefs_js, .script),
        "chart-distribution.js": Self(PackageResources.chart_distribution_js, .script),
        "chart-interval.js": Self(PackageResources.chart_interval_js, .script),
        "chart-live.js": Self(PackageResources.chart_live_js, .script),
        "checks-table.js": Self(PackageResources.checks_table_js, .script),
        "cutover.css": Self(PackageResources.cutover_css, .style),
        "diff-words.js": Self(PackageResources.diff_words_js, .script),
        "dom.js": Self(PackageResources.dom_js, .script),
        "explore-form.js": Self(PackageResources.explore_form_js, .script),
        "explore-map.js": Self(PackageResources.explore_map_js, .script),
        "explore-pairs.js": Self(PackageResources.explore_pairs_js, .script),
        "explore-slices.js": Self(PackageResources.explore_slices_js, .script),
        "explore.css": Self(PackageResources.explore_css, .style),
        "explore.js": Self(PackageResources.explore_js, .script),
        "format.js": Self(PackageResources.format_js, .script),
        "history.js": Self(PackageResources.history_js, .script),
        "icon.svg": Self(PackageResources.icon_svg, .svg),
        "live.js": Self(PackageResources.live_js, .script),
        "map-canvas.js": Self(PackageResources.map_canvas_js, .script),
        "map-points.js": Self(PackageResources.map_points_js, .script),
        "model-charts.js": Self(PackageResources.model_charts_js, .script),
        "model-state.js": Self(PackageResources.model_state_js, .script),
        "morph.js": Self(PackageResources.morph_js, .script),
        "overview.js": Self(PackageResources.overview_js, .script),
        "pair-numbers.js": Self(PackageResources.pair_numbers_js, .script),
        "pair-outputs.js": Self(PackageResources.pair_outputs_js, .script),
        "pair-text.js": Self(PackageResources.pair_text_js, .script),
        "pair.js": Self(PackageResources.pair_js, .script),
        "style.css": Self(PackageResources.style_css, .style),
        "texts.js": Self(PackageResources.texts_js, .script),
        "trial-outputs.js": Self(PackageResources.trial_outputs_js, .script),
        "trial-sections.js": Self(PackageResources.trial_sections_js, .script),
        "trial-text.js": Self(PackageResources.trial_text_js, .script),
        "trial-verdict.js": Self(PackageResources.trial_verdict_js, .script),
        "trial.css": Self(PackageResources.trial_css, .style),
        "trial.js": Self(PackageResources.trial_js, .script),
    ]

    let bytes: [UInt8]
    let type: Response.MediaType

    private init(_ bytes: [UInt8], _ type: Response.MediaType) {
        self.bytes = bytes
        self.type = type
    }

    static func asset(_ name: String) -> Self? { Self.files[name] }

    /// Whether a path is one of the page's own, for which no token is asked.
    static func serves(_ path: String) -> Bool {
        path == "/" || path == "/ui" || path.hasPrefix("/ui/") || path.hasPrefix("/assets/")
    }

    /// No script but ours and no markup from strings: what traffic holds can only ever be text.
    private static let policy =
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; "
        + "require-trusted-types-for 'script'"

    var response: Response {
        var response = Response.bytes(ByteBuffer(bytes: self.bytes), self.type)
        response.headers.set("Content-Security-Policy", Self.policy)
        return response
    }
}

extension Router<AdminContext> {
    /// `/` leads to the page, `/ui` and all below it are the page, `/assets` has its files.
    func addDashboard() {
        self.get("/") { _, _ in Response.redirect(to: "/ui/", type: .found) }
        self.get("/ui") { _, _ in DashboardPage.document.response }
        self.get("/ui/**") { _, _ in DashboardPage.document.response }
        self.get("/assets/{file}") { _, context in
            guard let file = context.parameters.get("file").flatMap(DashboardPage.asset) else {
                throw HTTPError(.notFound)
            }
            return file.response
        }
    }
}
