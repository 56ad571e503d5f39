"""The page of all models: what stands where, how it does, and that fifty of them are no burden."""

import copy
import re

from operators import MANIFEST, repository
from playwright.sync_api import expect


def test_each_model_shows_its_slots_and_who_answers(page, screenshot):
    page.goto("/ui/")
    for model in ("digits", "sentiment"):
        article = page.get_by_role("article", name=model)
        expect(article.get_by_text("blue (version 1) answers all clients")).to_be_visible()
        slots = article.get_by_role("table", name=f"Slots of {model}")
        expect(slots.get_by_role("row", name=re.compile("blue live ready 1 [0-9a-f]{12} 100 %"))).to_be_visible()
        expect(slots.get_by_role("row", name=re.compile("green candidate ready 3 [0-9a-f]{12} 0 %"))).to_be_visible()
        expect(article.get_by_text(re.compile("trial of version 3"))).to_be_visible()
    screenshot(page, "overview")


def test_the_gate_is_told_in_a_word(page):
    page.goto("/ui/")
    badge = page.get_by_role("article", name="digits").get_by_text(re.compile("^[…✗✓] (hold|reject|promote)$"))
    expect(badge).to_be_visible()


def test_live_charts_have_figures_as_text(page):
    page.goto("/ui/")
    article = page.get_by_role("article", name="digits")
    rates = article.get_by_role("table", name="Requests/s, newest figures")
    expect(rates.get_by_role("row", name=re.compile(r"blue [1-9][0-9.]*"))).to_be_visible(timeout=15_000)
    waits = article.get_by_role("table", name="Latency, newest figures")
    expect(waits.get_by_role("row", name=re.compile(r"blue [0-9.]+ (µs|ms) [0-9.]+ (µs|ms)"))).to_be_visible()
    runs = article.get_by_role("table", name="Model run, newest figures")
    expect(runs.get_by_role("row", name=re.compile(r"green [0-9.]+ (µs|ms)"))).to_be_visible(timeout=15_000)
    expect(article.get_by_role("img", name="Requests/s, the last five minutes")).to_be_visible()


def test_a_filter_is_part_of_the_address(page):
    page.goto("/ui/")
    page.get_by_role("searchbox", name="Filter").fill("senti")
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.get_by_role("status").filter(has_text="1 of 2 models")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?q=senti$"))
    page.reload()
    expect(page.get_by_role("article")).to_have_count(1)


def test_each_model_links_to_its_pages(page):
    page.goto("/ui/")
    page.get_by_role("article", name="digits").get_by_role("link", name="Act").click()
    expect(page).to_have_url(re.compile("/ui/models/digits/act$"))
    expect(page.get_by_role("heading", name="digits: act")).to_be_visible()


def many(route):
    """Fifty models, as copies of one."""
    first = route.fetch().json()["models"][0]
    models = []
    for number in range(50):
        status = copy.deepcopy(first)
        status["model"] = f"model-{number:02}"
        models.append(status)
    route.fulfill(json={"models": models})


def test_fifty_models_ask_only_for_what_is_seen(page, screenshot):
    asked = []
    page.route("**/admin/v1/models", many)
    page.route("**/gate/*", lambda route: (asked.append(route.request.url), route.fulfill(status=404, json={})))
    page.goto("/ui/")
    expect(page.get_by_role("article")).to_have_count(50)
    expect(page.get_by_role("article", name="model-00")).to_be_visible()
    page.get_by_role("searchbox", name="Filter").fill("model-49")
    expect(page.get_by_role("article")).to_have_count(1)
    assert len({url for url in asked if "model-3" in url}) == 0
    page.get_by_role("searchbox", name="Filter").fill("")
    screenshot(page, "overview-50")


def test_no_model_is_said_in_words(page):
    page.route("**/admin/v1/models", lambda route: route.fulfill(json={"models": []}))
    page.goto("/ui/")
    expect(page.get_by_text("No model is served: the model repository is empty.")).to_be_visible()


def test_a_failure_of_the_gateway_is_shown_in_its_own_words(page):
    error = {"error": {"code": "store_unavailable", "message": "the control database cannot be used"}}
    page.route("**/admin/v1/models", lambda route: route.fulfill(status=503, json=error))
    page.goto("/ui/")
    expect(page.get_by_role("alert")).to_contain_text("the control database cannot be used")


def test_a_gateway_that_restarts_is_seen_to_be_away_and_back(open_page, start_site, tmp_path):
    models = repository(tmp_path / "models", MANIFEST)
    with start_site(models=models, data=tmp_path / "data") as site:
        page = open_page(site)
        page.goto("/ui/")
        connection = page.get_by_role("banner").get_by_role("status")
        expect(connection).to_have_text("live")
    expect(connection).to_have_text("no connection: figures are old")
    expect(page.get_by_role("article", name="digits")).to_contain_text("blue (version 1) answers all clients")
    port = site.admin_url.rsplit(":", 1)[1]
    with start_site("--admin-port", port, models=models, data=tmp_path / "data") as again:
        again.post("/admin/v1/models/digits/promote", {"force": True, "reason": "while the page was away"})
        expect(connection).to_have_text("live", timeout=20_000)
        expect(page.get_by_role("article", name="digits")).to_contain_text("green (version 2) answers all clients")


def test_the_first_view_is_small(page):
    """`pytest -s` tells how long it took to be there: a figure of the machine, so no test."""
    page.add_init_script("""
      globalThis.shownAt = null;
      new MutationObserver(() => {
        if (shownAt === null && document.querySelector("main table")) shownAt = performance.now();
      }).observe(document, { subtree: true, childList: true });
    """)
    page.goto("/ui/")
    expect(page.get_by_role("table").first).to_be_visible()
    transferred = page.evaluate("""
      [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
        .reduce((sum, entry) => sum + entry.transferSize, 0)
    """)
    print(f"first view after {page.evaluate('shownAt'):.0f} ms, {transferred} bytes")
    assert 10_000 < transferred < 200_000
