"""Changing a model from the page: asked about, acknowledged, and clear to everybody when somebody was faster."""

import re

import pytest
from operators import MANIFEST, MODEL, repository
from playwright.sync_api import expect
from sites import wait_for_pairs

# What is mirrored runs only when nothing else wants the processor.
pytestmark = pytest.mark.timeout(180)

# Decided within dozens of pairs: margins are wide, and nothing is asked of time.
GATE = """
gate:
  minimumTime: 0s
  acceptUnlabelled: true
  checks:
    data_quality: {margin: 0.5, pairs: 1}
    validity: {margin: 0.5, pairs: 10}
    errors: {margin: 0.5, pairs: 10}
    quality: {margin: 0.5, pairs: 10}
    latency_p50: {enforce: off}
    latency_p99: {enforce: off}
    segments: {enforce: off}
"""
HOLD = "\ngate: {minimumTime: 1h}\n"
API = f"/admin/v1/models/{MODEL}"
PAGE = f"/ui/models/{MODEL}/act"


@pytest.fixture
def site_of(start_site, tmp_path):
    """Starts a gateway with the smallest bundled model and this gate, for a `with` block."""

    def start(gate, *flags):
        return start_site(*flags, models=repository(tmp_path / "models", MANIFEST + gate))

    return start


@pytest.fixture
def holding(site_of):
    with site_of(HOLD) as site:
        yield site


@pytest.fixture
def promotable(site_of, traffic):
    """A candidate that the gate lets through, while load runs."""
    with site_of(GATE) as site, traffic(site, MODEL, rate=100):
        wait_for_pairs(site, MODEL, 100)
        yield site


def acting(open_page, site):
    page = open_page(site)
    page.goto(PAGE)
    expect(page.get_by_role("heading", name=f"{MODEL}: act")).to_be_visible()
    return page


def trail(page):
    return page.get_by_role("region", name="Audit trail")


def acknowledged(page, title):
    expect(page.get_by_role("status", name="Results")).to_contain_text(f"Acknowledged: {title}")
    expect(page.get_by_role("dialog")).to_have_count(0)


def promote(page):
    page.get_by_role("button", name=re.compile(r"^Promote green \(version 2\)…$")).click()
    page.get_by_role("dialog").get_by_role("button", name="Promote", exact=True).click()


def test_promotion_and_rollback_by_clicks_under_load(open_page, promotable, screenshot):
    page = acting(open_page, promotable)
    page.get_by_label("Your name, for the audit log").fill("Ada")
    page.get_by_label("Your name, for the audit log").press("Tab")
    expect(page.get_by_text(re.compile("^✓ promote$"))).to_be_visible(timeout=30_000)
    promote(page)
    acknowledged(page, "Promote green (version 2)")
    assert promotable.get(API)["live"] == "green"
    expect(page.get_by_role("combobox", name="Slot")).to_have_value("blue")
    newest = trail(page).get_by_role("row").nth(1)
    expect(newest).to_contain_text("promote")
    expect(newest).to_contain_text("Ada")
    expect(newest.get_by_role("link", name=re.compile(r"^verdict \d+$"))).to_be_visible()
    expect(page.get_by_text(re.compile("ready: blue .version 1. is loaded, its last answer was"))).to_be_visible(
        timeout=30_000
    )
    screenshot(page, "act-promoted")
    page.get_by_role("button", name="Roll back…").click()
    page.get_by_role("dialog").get_by_role("button", name="Roll back").click()
    acknowledged(page, "Roll back")
    assert promotable.get(API)["live"] == "blue"
    expect(trail(page).get_by_role("row").nth(1)).to_contain_text("rollback")


def test_a_hold_is_overridden_only_with_a_reason(open_page, holding, screenshot):
    page = acting(open_page, holding)
    page.get_by_role("button", name="Promote green (version 2) by force…").click()
    dialog = page.get_by_role("dialog", name="Promote green (version 2)")
    expect(dialog).to_contain_text("The gate says hold.")
    screenshot(page, "act-force")
    force = dialog.get_by_role("button", name="Promote by force")
    reason = dialog.get_by_role("textbox", name=re.compile("^Reason .needed"))
    force.click()
    assert holding.get(API)["live"] == "blue"
    reason.fill("   ")
    force.click()
    expect(reason).to_be_focused()
    assert holding.get(API)["live"] == "blue"
    reason.fill("the old one is on fire")
    force.click()
    acknowledged(page, "Promote green (version 2)")
    newest = trail(page).get_by_role("row").nth(1)
    expect(newest).to_contain_text("forced")
    expect(newest).to_contain_text("the old one is on fire")


def test_two_tabs_that_promote_at_once_both_know_what_happened(open_page, promotable, screenshot):
    pages = [acting(open_page, promotable), acting(open_page, promotable)]
    for page in pages:
        expect(page.get_by_text(re.compile("^✓ promote$"))).to_be_visible(timeout=30_000)
        page.get_by_role("button", name=re.compile(r"^Promote green \(version 2\)…$")).click()
    for page in pages:
        page.get_by_role("dialog").get_by_role("button", name="Promote", exact=True).click(no_wait_after=True)
    first, second = pages
    acknowledged(first, "Promote green (version 2)")
    dialog = second.get_by_role("dialog")
    expect(dialog).to_contain_text("Nothing was done: the model has changed since you looked (revision 2 to 3).")
    expect(dialog.get_by_role("table", name="What changed meanwhile")).to_contain_text("promote green version 2")
    expect(dialog).to_contain_text("green (version 2) is live already: there is nothing to promote.")
    screenshot(second, "act-stale")
    dialog.get_by_role("button", name="Close").click()
    expect(second.get_by_role("heading", name="green (version 2) answers all clients")).to_be_visible()
    entries = promotable.get("/admin/v1/audit?limit=1000")["entries"]
    assert [entry["action"] for entry in entries].count("promote") == 1


def test_a_stale_revision_shows_the_changes_and_asks_again(open_page, holding):
    page = acting(open_page, holding)
    page.get_by_label("Shadow, %").fill("25")
    page.get_by_role("button", name="Set mirroring…").click()
    holding.post(f"{API}/traffic", {"noise": 0.5, "reason": "somebody else"})
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Set").click()
    expect(dialog).to_contain_text("Nothing was done")
    expect(dialog.get_by_role("table", name="What changed meanwhile")).to_contain_text("somebody else")
    expect(dialog).to_contain_text("asked again for 50 % of these")
    dialog.get_by_role("button", name="Set").click()
    acknowledged(page, "Mirror 25 %, ask 10 % of it again")
    assert holding.get(API)["traffic"]["shadow"] == 0.25


def test_nothing_is_called_done_before_the_gateway_has_said_so(open_page, holding):
    page = acting(open_page, holding)
    waiting = []
    page.route(f"**{API}/traffic", lambda route: waiting.append(route))
    page.get_by_label("Shadow, %").fill("25")
    page.get_by_role("button", name="Set mirroring…").click()
    page.get_by_role("dialog").get_by_role("button", name="Set").click()
    expect(page.get_by_role("dialog")).to_contain_text("nothing is done before")
    expect(page.get_by_role("region", name="State now")).to_contain_text("mirrored (shadow) 100 %")
    expect(page.get_by_role("status", name="Results")).to_be_empty()
    waiting[0].continue_()
    acknowledged(page, "Mirror 25 %, ask 10 % of it again")
    expect(page.get_by_role("region", name="State now")).to_contain_text("mirrored (shadow) 25 %")


def test_an_answer_that_got_lost_is_asked_for_with_the_same_key(open_page, holding):
    page = acting(open_page, holding)
    keys = []

    def lose(route):
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            return route.continue_()
        route.fetch()
        return route.abort()

    page.route(f"**{API}/traffic", lose)
    page.get_by_label("Noise, %").fill("30")
    page.get_by_role("button", name="Set mirroring…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Set").click()
    expect(dialog.get_by_role("alert")).to_contain_text("it is not known whether it was done")
    dialog.get_by_role("button", name="Send again").click()
    acknowledged(page, "Mirror 100 %, ask 30 % of it again")
    expect(page.get_by_role("status", name="Results")).to_contain_text("It had been done before")
    assert len(set(keys)) == 1
    assert holding.get(API)["revision"] == 3


def test_a_gateway_that_restarts_is_waited_for(open_page, start_site, tmp_path):
    models = repository(tmp_path / "models", MANIFEST + HOLD)
    with start_site(models=models, data=tmp_path / "data") as site:
        page = acting(open_page, site)
        page.get_by_label("Shadow, %").fill("50")
    page.get_by_role("button", name="Set mirroring…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Set").click()
    expect(dialog.get_by_role("alert")).to_contain_text("it is not known whether it was done")
    port = site.admin_url.rsplit(":", 1)[1]
    with start_site("--admin-port", port, models=models, data=tmp_path / "data") as again:
        assert again.admin_url == site.admin_url
        dialog.get_by_role("button", name="Send again").click()
        acknowledged(page, "Mirror 50 %, ask 10 % of it again")
        expect(page.get_by_role("region", name="State now")).to_contain_text("mirrored (shadow) 50 %")
        assert again.get(API)["traffic"]["shadow"] == 0.5


def test_load_and_unload_tell_what_the_gateway_said(open_page, holding):
    page = acting(open_page, holding)
    page.get_by_label("Version", exact=True).fill("3")
    page.get_by_role("button", name="Load…", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("It replaces green (version 2) (candidate, ready)")
    page.get_by_role("dialog").get_by_role("button", name="Load").click()
    acknowledged(page, "Load version 3 into green")
    expect(page.get_by_role("row", name=re.compile("green candidate ready 3"))).to_be_visible()
    page.get_by_role("button", name="Unload…").click()
    page.get_by_role("dialog").get_by_role("button", name="Unload").click()
    acknowledged(page, "Unload green (version 3)")
    expect(page.get_by_role("button", name=re.compile("^Promote"))).to_be_disabled()
    page.get_by_label("Version", exact=True).fill("99")
    page.get_by_role("button", name="Load…", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Load").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("The gateway refused; nothing was changed.")


def test_a_split_goes_up_and_ends(open_page, holding):
    page = acting(open_page, holding)
    page.get_by_label("Clients, %").fill("5")
    page.get_by_role("button", name="Set split…").click()
    page.get_by_role("dialog").get_by_role("button", name="Set").click()
    acknowledged(page, "Split: 5 % of the clients")
    expect(page.get_by_role("heading", name=re.compile("answers 95 % of the clients, green .* 5.0 %"))).to_be_visible()
    page.get_by_role("button", name="End the split…").click()
    page.get_by_role("dialog").get_by_role("button", name="End it").click()
    acknowledged(page, "End the split")
    assert holding.get(API)["split"]["share"] == 0


def test_contract_differences_are_shown_before_they_are_overridden(open_page, promotable):
    page = acting(open_page, promotable)
    expect(page.get_by_text(re.compile("^✓ promote$"))).to_be_visible(timeout=30_000)
    sent = []

    def refuse(route):
        sent.append(route.request.post_data_json)
        if sent[-1].get("force"):
            return route.continue_()
        error = {"code": "contract_broken", "message": "not every request"}
        error["details"] = ["input `pixels`: INT64, not FP32"]
        return route.fulfill(status=409, json={"error": error})

    page.route(f"**{API}/promote", refuse)
    promote(page)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("input `pixels`: INT64, not FP32")
    assert promotable.get(API)["live"] == "blue"
    dialog.get_by_role("button", name="Force with a reason…").click()
    dialog.get_by_role("textbox", name=re.compile("^Reason .needed")).fill("clients were told")
    dialog.get_by_role("button", name="Promote by force").click()
    acknowledged(page, "Promote green (version 2)")
    assert ("verdict" in sent[0], "verdict" in sent[1]) == (True, False)


def test_rolling_back_is_always_offered_and_a_refusal_is_shown(open_page, holding):
    page = acting(open_page, holding)
    page.get_by_role("button", name="Roll back…").click()
    dialog = page.get_by_role("dialog", name="Roll back")
    expect(dialog).to_contain_text("No promotion stands")
    dialog.get_by_role("button", name="Roll back").click()
    expect(dialog.get_by_role("alert")).to_contain_text("The gateway refused; nothing was changed.")
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Roll back…")).to_be_focused()


def test_what_others_do_appears_without_reloading(open_page, holding):
    page = acting(open_page, holding)
    holding.post(f"{API}/traffic", {"shadow": 0.75, "reason": "from elsewhere"})
    expect(trail(page)).to_contain_text("from elsewhere", timeout=15_000)
    expect(page.get_by_role("region", name="State now")).to_contain_text("mirrored (shadow) 75 %")
    expect(page.get_by_label("Shadow, %")).to_have_value("75")
