"""The page of a trial: what somebody reads who approves a cutover."""

import json
import re

import pytest
from playwright.sync_api import expect

TRIAL = re.compile(r"/admin/v1/models/digits/trial(\?|$)")
GATE = re.compile(r"/gate/digits(\?|$)")
SCRIPT = "<img src=x onerror=\"document.body.dataset.broken='yes'\">"


@pytest.fixture
def page(page):
    """The page asks all the time: an answer may still be on its way when the test is over."""
    yield page
    page.unroute_all(behavior="ignoreErrors")


def changed(page, address, change):
    """The gateway's own answer, after `change(document)`."""

    def answer(route):
        document = route.fetch().json()
        change(document)
        route.fulfill(status=200, content_type="application/json", body=json.dumps(document))

    page.route(address, answer)


def row(page, name):
    return page.get_by_role("row", name=re.compile(re.escape(name)))


def check_of(document, name):
    return next(check for check in document["verdict"]["checks"] if check["check"] == name)


def test_the_decision_is_a_word_with_what_it_means(page, screenshot):
    page.goto("/ui/models/digits")
    strip = page.get_by_role("region", name=re.compile("Hold|Reject|Promote"))
    expect(strip.get_by_role("heading", level=2)).to_have_text(re.compile("^(… Hold|✗ Reject|✓ Promote)$"))
    expect(strip.get_by_text(re.compile("A promotion (is refused|would be let through)"))).to_be_visible()
    expect(strip.get_by_role("heading", name="Why")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("Times of the model's run"))).to_be_visible()
    screenshot(page, "trial")


def test_a_check_is_an_interval_with_its_figures_and_words(page):
    page.goto("/ui/models/digits")
    errors = row(page, "C2 errors")
    drawn = errors.get_by_role("img", name=re.compile(r"C2 errors: .*bounds .*margin 0\.5 %; (pass|undecided)"))
    expect(drawn).to_be_visible()
    expect(errors.get_by_text("Does it fail or time out where live answers?")).to_be_visible()
    expect(errors.get_by_text("margin 0.5 %", exact=True)).to_be_visible()
    expect(errors.get_by_text(re.compile("^(✓ pass|… undecided)$"))).to_be_visible()


def test_an_undecided_check_says_what_it_needs_and_how_long_it_takes(page):
    def wait(document):
        check_of(document, "quality").update(
            state="undecided", count=320, minimum=500, needed=1400, remaining=130_000_000, mean=0.002, sentence="so far"
        )

    changed(page, GATE, wait)
    page.goto("/ui/models/digits")
    quality = row(page, "C5 quality")
    expect(quality).to_contain_text("320 of about 1,400 needed")
    expect(quality).to_contain_text("about 2 min 10 s to go at the present rate")
    expect(quality.get_by_role("progressbar", name="C5 quality: 320 of about 1,400 needed")).to_be_visible()


def test_a_reason_links_to_the_rows_behind_it(page):
    def reject(document):
        check_of(document, "errors").update(state="fail", mean=0.09, lower=0.07, upper=0.11, sentence="errors 9 %")
        document["decision"] = document["verdict"]["decision"] = "reject"
        document["verdict"]["reasons"] = ["C2 errors: errors 9 %"]

    changed(page, GATE, reject)
    page.goto("/ui/models/digits")
    strip = page.get_by_role("region", name="Reject")
    expect(strip.get_by_text("1 of 8 blocking checks fails")).to_be_visible()
    strip.get_by_role("link", name="C2 errors: the errors").click()
    expect(page).to_have_url(re.compile(r"/ui/models/digits/explore\?outcome=error$"))


def test_a_check_links_to_the_pairs_that_diverged(page):
    page.goto("/ui/models/digits")
    page.get_by_role("link", name="C3 flips(label): the pairs that diverged").click()
    expect(page).to_have_url(re.compile(r"/ui/models/digits/explore\?diverged=1$"))


def test_the_times_of_both_sides_are_on_one_axis(page):
    page.goto("/ui/models/digits")
    latency = page.get_by_role("region", name="Latency")
    drawn = latency.get_by_role("img", name=re.compile("live: median .* candidate: median .* live again: median"))
    expect(drawn).to_be_visible()
    expect(latency.get_by_role("row", name=re.compile(r"^candidate [\d,]+ [\d.]+ (µs|ms)"))).to_be_visible()


def test_divergence_stands_beside_noise_with_what_flips_to_what(page):
    page.goto("/ui/models/digits")
    outputs = page.get_by_role("region", name="Divergence beside noise")
    drawn = outputs.get_by_role("img", name=re.compile(r"Divergence of label\. divergence: mean .*; noise: "))
    expect(drawn).to_be_visible()
    flips = outputs.get_by_role("table", name=re.compile("What flips to what"))
    expect(flips.get_by_role("row")).to_have_count(11)
    expect(flips.get_by_role("columnheader", name="8")).to_be_visible()


def test_outcomes_of_the_candidate_link_to_their_pairs(page):
    def fail(document):
        document["outcomes"]["candidate"] = {"answered": 90, "error": 10}
        document["outcomes"]["candidateReasons"] = {"it did not feel like it": 10}

    changed(page, TRIAL, fail)
    page.goto("/ui/models/digits")
    outcomes = page.get_by_role("region", name="Outcomes")
    expect(outcomes.get_by_role("cell", name="it did not feel like it")).to_be_visible()
    outcomes.get_by_role("link", name="10 (10 %) error: see the pairs").click()
    expect(page).to_have_url(re.compile(r"explore\?outcome=error$"))


def test_drops_are_counted_by_reason_with_what_it_means(page):
    def drop(document):
        counts = {"sampled": 200, "paired": 150, "dropped": {"queue_full": 50}, "pending": 0, "optedOut": 3}
        document["coverage"]["counts"] = counts

    changed(page, TRIAL, drop)
    page.goto("/ui/models/digits")
    coverage = page.get_by_role("region", name="Coverage and drops")
    dropped = coverage.get_by_role("row", name="Dropped: queue_full 50 25 % too much waited to be mirrored already")
    expect(dropped).to_be_visible()
    expect(coverage.get_by_role("img", name="Sampled requests: paired 75 %, dropped 25 %")).to_be_visible()


def test_a_segment_links_to_its_pairs(page):
    page.goto("/ui/models/digits")
    segments = page.get_by_role("region", name="Segments").get_by_role("table")
    segments.get_by_role("link", name="label=8", exact=True).click()
    expect(page).to_have_url(re.compile(r"/ui/models/digits/explore\?segment=label%3D8$"))


def test_fresh_figures_leave_scroll_focus_and_open_details_alone(page):
    seen = []

    def count(document):
        seen.append(1)
        document["coverage"]["counts"]["optedOut"] = 1000 + len(seen)

    changed(page, TRIAL, count)
    page.goto("/ui/models/digits")
    details = page.get_by_role("group").filter(has_text="Compare it in another way").first
    details.get_by_text("Compare it in another way").click()
    link = page.get_by_role("region", name="Segments").get_by_role("link", name="label=8").first
    link.focus()
    expect(page.get_by_role("row", name=re.compile("^Opted out 1,00[1-9]"))).to_be_visible()
    place = link.bounding_box()["y"]
    before = len(seen)
    expect(page.get_by_role("row", name=f"Opted out 1,{before + 2:03}")).to_be_visible(timeout=15_000)
    expect(link).to_be_focused()
    expect(details.get_by_text("In the live version's model.yaml")).to_be_visible()
    assert abs(link.bounding_box()["y"] - place) <= 40, "what was read has moved away"


def test_figures_are_called_old_until_the_gateway_answers_again(page):
    page.goto("/ui/models/digits")
    expect(page.get_by_text(re.compile("they refresh by themselves"))).to_be_visible()
    page.route(TRIAL, lambda route: route.abort())
    old = page.get_by_text(re.compile("^The figures are old: .* The gateway does not answer"))
    expect(old).to_be_visible(timeout=15_000)
    expect(row(page, "C2 errors")).to_be_visible()
    page.unroute(TRIAL)
    expect(page.get_by_text(re.compile("they refresh by themselves"))).to_be_visible(timeout=15_000)


def test_without_a_trial_the_page_says_what_to_do(page):
    words = "model `digits` has had no trial yet: one begins when a second version is ready in its other slot"
    body = json.dumps({"error": {"code": "not_found", "message": words}})
    page.route(TRIAL, lambda route: route.fulfill(status=404, content_type="application/json", body=body))
    page.goto("/ui/models/digits")
    nothing = page.locator("#main section").filter(has=page.get_by_role("heading", name="No trial"))
    expect(nothing).to_contain_text("Model digits has had no trial yet")
    nothing.get_by_role("link", name="Load a version").click()
    expect(page).to_have_url(re.compile("/ui/models/digits/act$"))


def test_without_a_verdict_the_gates_own_words_are_shown(page):
    body = json.dumps({"error": {"code": "not_ready", "message": "a promotion stands, so there is no candidate"}})
    page.route(GATE, lambda route: route.fulfill(status=409, content_type="application/json", body=body))
    page.goto("/ui/models/digits")
    strip = page.get_by_role("region", name="No verdict")
    expect(strip.get_by_text("A promotion stands, so there is no candidate.")).to_be_visible()
    expect(page.get_by_role("region", name="Latency")).to_be_visible()


def test_another_trial_can_be_chosen_and_is_part_of_the_address(page, gateway):
    newest = gateway.get("/admin/v1/models/digits/releases")["releases"][0]["id"]
    page.goto("/ui/models/digits")
    choice = page.get_by_role("combobox", name="Trial")
    choice.select_option(str(newest))
    expect(page).to_have_url(re.compile(f"release={newest}$"))
    expect(page.get_by_role("link", name="C3 flips(label): the pairs that diverged")).to_have_attribute(
        "href", re.compile(f"diverged=1&release={newest}$")
    )
    expect(page.get_by_role("combobox", name="Trial")).to_have_value(str(newest))


def test_an_unknown_trial_is_said_with_a_way_back(page):
    page.goto("/ui/models/digits?release=5")
    expect(page.get_by_text(re.compile("has no release 5"))).to_be_visible()
    page.get_by_role("link", name="See the trial that runs, or the newest").click()
    expect(page.get_by_role("heading", name="Checks")).to_be_visible()


def test_what_traffic_holds_stays_text(page):
    def poison(document):
        example = {"path": SCRIPT, "kind": "value", "live": SCRIPT, "candidate": SCRIPT}
        document["segments"][0]["segment"] = {"key": SCRIPT, "value": SCRIPT}
        document["outputs"][0]["confusion"][0]["candidate"] = SCRIPT
        document["outputs"][0]["fields"] = [
            {"path": SCRIPT, "kind": "value", "count": 1, "noise": 0, "isMasked": False, "example": example}
        ]
        document["outcomes"]["candidateReasons"] = {SCRIPT: 1}
        document["worst"][0]["sentence"] = SCRIPT

    changed(page, TRIAL, poison)
    page.goto("/ui/models/digits")
    expect(page.get_by_role("region", name="Segments").get_by_text(SCRIPT).first).to_be_visible()
    assert page.locator("#main img").count() == 0
    assert page.evaluate("document.body.dataset.broken") is None


def test_many_outputs_and_segments_are_cut_with_their_number(page):
    def multiply(document):
        document["outputs"] = [
            output | {"plan": output["plan"] | {"name": f"{output['plan']['name']}-{number}"}}
            for number in range(20)
            for output in document["outputs"]
        ]
        document["segments"] = [
            part | {"segment": {"key": "tenant", "value": f"{number}-{part['segment']['value']}"}}
            for number in range(100)
            for part in document["segments"]
        ]

    changed(page, TRIAL, multiply)
    page.goto("/ui/models/digits")
    expect(page.get_by_text("28 more outputs, which diverge less, are in the table alone.")).to_be_visible()
    expect(page.get_by_text("980 more segments diverge less")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Divergence of "))).to_have_count(12)


def test_everything_is_reached_with_the_keyboard(page):
    page.goto("/ui/models/digits")
    expect(page.get_by_role("link", name="C2 errors: the errors").first).to_be_visible()
    page.get_by_role("navigation", name="Contents").get_by_role("link", name="Coverage").press("Enter")
    expect(page.get_by_role("region", name="Coverage and drops")).to_be_focused()
    expect(page).to_have_url(re.compile("#coverage$"))


def test_a_trial_that_begins_meanwhile_takes_the_place_of_the_other(page):
    def begin(document):
        document["release"].update(id=document["release"]["id"] + 1, kind="standby")
        document["coverage"]["counts"]["optedOut"] = 77

    page.goto("/ui/models/digits")
    expect(page.get_by_role("heading", name="Checks")).to_be_visible()
    changed(page, TRIAL, begin)
    expect(page.get_by_role("row", name="Opted out 77")).to_be_visible(timeout=15_000)
    expect(page.get_by_text(re.compile("^The standby green .* beside live blue"))).to_be_visible()
    expect(page.get_by_role("region", name="No verdict")).to_be_visible()


def test_figures_that_cost_more_may_fail_alone(page):
    body = json.dumps({"error": {"code": "store_unavailable", "message": "the store is busy"}})
    page.route(
        re.compile(r"/digits/report\?"),
        lambda route: route.fulfill(status=503, content_type="application/json", body=body),
    )
    page.goto("/ui/models/digits")
    latency = page.get_by_role("region", name="Latency")
    expect(latency.get_by_text("New ones could not be fetched: The store is busy.")).to_be_visible()
    expect(row(page, "C2 errors")).to_be_visible()
    expect(page.get_by_text(re.compile("they refresh by themselves"))).to_be_visible()


def test_what_is_missing_links_to_its_check(page):
    def lack(document):
        check_of(document, "quality").update(state="undecided", count=0, minimum=500, sentence="no label has come")

    changed(page, GATE, lack)
    page.goto("/ui/models/digits")
    page.get_by_role("link", name="C5 quality", exact=True).click()
    expect(row(page, "C5 quality")).to_be_focused()
    expect(page).to_have_url(re.compile("#check-C5_quality$"))
