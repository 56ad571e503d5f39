"""What changed, and where: the map, the slices, search, and the pairs."""

import math
import random
import re
import time

from playwright.sync_api import expect

POINTS = 20_000
FRAMES = """
() => {
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...values) {
    globalThis.drawn.push(performance.now());
    return put.apply(this, values);
  };
}
"""


def a_map(count=POINTS):
    generator = random.Random(7)
    spread = lambda width: [round(generator.gauss(0, width), 4) for _ in range(count)]
    divergence = [round(generator.random() ** 4, 4) for _ in range(count)]
    ids = [1700000000000000 + index for index in range(count)]
    points = {"ids": ids, "x": spread(1), "y": spread(0.6), "divergence": divergence, "explained": [0.1, 0.07]}
    return {"model": "digits", "release": 1, "map": points}


def answer(page, path, **reply):
    """The gateway's answer to calls whose address ends so, made up."""
    page.route(re.compile(rf"/admin/v1/models/digits/{path}(\?.*)?$"), lambda route: route.fulfill(**reply))


def refusal(code, message):
    return {"error": {"code": code, "message": message}}


def slice_of(gateway):
    """The most changed part of the traffic of digits, once there is one."""
    deadline = time.monotonic() + 120
    while True:
        found = gateway.get("/admin/v1/models/digits/slices")["findings"]["slices"]
        if found:
            return found[0]
        assert time.monotonic() < deadline, "no slice was found"
        time.sleep(0.2)


def map_of(page):
    chart = page.get_by_role("application", name="Map of requests")
    expect(chart).to_be_visible()
    expect(page.get_by_text(re.compile("[0-9,]+ requests?, the newest of this trial"))).to_be_visible()
    return chart


def test_a_slice_filters_the_pairs_and_is_part_of_the_address(page, gateway, screenshot):
    found = slice_of(gateway)
    page.goto("/ui/models/digits/explore")
    map_of(page)
    button = page.get_by_role("region", name="Slices").get_by_role("button").first
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page).to_have_url(re.compile(r"\?slice=[0-9a-f]{16}$"))
    pairs = page.get_by_role("region", name="Pairs")
    expect(pairs.get_by_text(re.compile("pairs that pass the filter.*of them are ringed on the map"))).to_be_visible()
    page.goto(f"/ui/models/digits/explore?slice={found['id']}")
    expect(page.get_by_role("button", pressed=True)).to_be_visible()
    expect(pairs.get_by_role("row").nth(1)).to_be_visible()
    screenshot(page, "explore")


def test_a_search_by_meaning_finds_requests(page):
    page.goto("/ui/models/sentiment/explore")
    page.get_by_role("searchbox", name="By meaning").fill("not good")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=not\+good$"))
    pairs = page.get_by_role("region", name="Pairs")
    expect(pairs.get_by_text("like “not good”")).to_be_visible()
    expect(pairs.get_by_role("row").nth(1)).to_contain_text(re.compile(r"\b(not|good)\b", re.IGNORECASE))
    pairs.get_by_role("row").nth(1).get_by_role("link").click()
    expect(page.get_by_role("region", name="Output label")).to_be_visible()


def test_pairs_are_turned_page_by_page(page):
    page.goto("/ui/models/digits/explore")
    pairs = page.get_by_role("region", name="Pairs")
    expect(pairs.get_by_role("row")).to_have_count(26)
    first = pairs.get_by_role("row").nth(1).get_by_role("link").get_attribute("href")
    page.get_by_role("button", name="Older pairs").click()
    expect(page).to_have_url(re.compile(r"before=\d+"))
    expect(pairs.get_by_role("row").nth(1).get_by_role("link")).not_to_have_attribute("href", first)
    expect(page.get_by_role("button", name="Newer pairs")).to_be_visible()


def test_a_row_tells_the_request_and_both_answers(page):
    page.goto("/ui/models/sentiment/explore?diverged=1&order=divergence")
    row = page.get_by_role("region", name="Pairs").get_by_role("row").nth(1)
    row.scroll_into_view_if_needed()
    expect(row).to_contain_text(re.compile("label (negative|positive); probabilities 0"))
    expect(row).to_contain_text("▲ diverged")
    expect(page.get_by_role("checkbox", name="only diverged")).to_be_checked()


def test_a_filter_holds_for_the_list(page):
    page.goto("/ui/models/digits/explore")
    page.get_by_role("textbox", name="segment").fill("label=8")
    page.get_by_role("checkbox", name="only diverged").check()
    expect(page).to_have_url(re.compile("diverged=1.*segment=label%3D8|segment=label%3D8.*diverged=1"))
    pairs = page.get_by_role("region", name="Pairs")
    expect(pairs.get_by_text("▲ diverged")).to_have_count(25)


def test_where_search_is_off_the_table_works_and_says_why_there_is_no_map(page):
    reply = {"status": 503, "json": refusal("not_ready", "search is switched off (search.enabled)")}
    for path in ("map", "slices", "search"):
        answer(page, path, **reply)
    page.goto("/ui/models/digits/explore")
    expect(page.get_by_text("There is no map: search is switched off (search.enabled)")).to_be_visible()
    expect(page.get_by_text("There are no slices: search is switched off")).to_be_visible()
    expect(page.get_by_role("region", name="Pairs").get_by_role("row")).to_have_count(26)
    page.get_by_role("searchbox", name="By meaning").fill("x")
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Pairs")).to_contain_text("search is switched off (search.enabled)")


def test_a_model_without_a_trial_says_what_to_do(page):
    answer(page, "releases", json={"releases": []})
    answer(page, "pairs", json={"pairs": []})
    for path in ("map", "slices"):
        answer(page, path, status=404, json=refusal("not_found", "digits has no kept pairs"))
    page.goto("/ui/models/digits/explore")
    expect(page.get_by_role("link", name="load a candidate")).to_be_visible()
    expect(page.get_by_text("No pair is like that.")).to_be_visible()


def test_the_map_is_moved_and_a_request_opened_by_keyboard(page):
    page.goto("/ui/models/digits/explore")
    map_of(page).focus()
    for key in ("+", "ArrowLeft", "ArrowRight", "-", "0"):
        page.keyboard.press(key)
    expect(page.get_by_text(re.compile("^divergence [0-9.]+.*Request: "))).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/ui/models/digits/pairs/\d+$"))


def test_the_request_under_the_pointer_is_told_and_a_click_opens_it(page):
    points = a_map(1) | {"map": {"ids": [17], "x": [0.5], "y": [0.5], "divergence": [0.3], "explained": [1, 0]}}
    answer(page, "map", json=points)
    page.goto("/ui/models/digits/explore")
    chart = map_of(page)
    chart.hover()
    expect(page.get_by_text("divergence 0.3", exact=True)).to_be_visible()
    chart.click()
    expect(page).to_have_url(re.compile("/ui/models/digits/pairs/17$"))


def frames_a_second(page, chart):
    """How often the map is drawn while somebody drags it."""
    box = chart.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.evaluate("globalThis.drawn = []")
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(120):
        page.mouse.move(x + 150 * math.sin(step / 20), y + 80 * math.cos(step / 17))
    page.mouse.up()
    drawn = page.evaluate("drawn")
    return (len(drawn) - 1) * 1000 / (drawn[-1] - drawn[0])


def test_twenty_thousand_points_follow_the_pointer(page):
    """`pytest -s` tells how many times a second the map is drawn: a figure of the machine, so no test."""
    answer(page, "map", json=a_map())
    page.goto("/ui/models/digits/explore")
    chart = map_of(page)
    page.evaluate("globalThis.drawn = []")
    page.evaluate(FRAMES)
    # Others may want the processor too: what the map can do is what it does at its best.
    rate = max(frames_a_second(page, chart) for _ in range(5))
    print(f"{rate:.1f} frames a second with {POINTS} points")
    assert page.evaluate("drawn.length") > 2


def test_vectors_are_saved_as_a_file(page):
    page.goto("/ui/models/digits/explore")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Vectors of the newest 10,000 pairs (.npz)").click()
    assert saved.value.suggested_filename == "digits-vectors.npz"
    with open(saved.value.path(), "rb") as file:
        assert file.read(2) == b"PK"


def test_an_address_that_is_no_text_is_no_page(page):
    page.goto("/ui/models/%E0%A4%A/explore")
    expect(page.get_by_role("heading", name="No such page")).to_be_visible()


def test_all_that_is_shown_is_of_the_same_trial(page, gateway):
    newest = gateway.get("/admin/v1/models/digits/releases")["releases"][0]["id"]
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/ui/models/digits/explore")
    map_of(page)
    expect(page.get_by_text(re.compile("pairs, the newest first to last"))).to_be_visible()
    for path in ("map", "slices", "pairs"):
        queries = [url for url in asked if re.search(rf"/models/digits/{path}\?", url)]
        assert queries and all(f"release={newest}" in url for url in queries), (path, queries)
