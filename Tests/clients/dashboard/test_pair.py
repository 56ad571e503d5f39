"""One pair side by side."""

import json
import re

import pytest
from playwright.sync_api import expect

LIVE = "the quick brown fox jumps over the lazy dog"
CANDIDATE = "the slow brown fox jumps over the dog"


def tensor(name, elements, datatype="BYTES"):
    return {"name": name, "datatype": datatype, "shape": [len(elements)], "elements": elements, "count": len(elements)}


def output(name, live, candidate, datatype="BYTES", noise=None, **more):
    differing = [index for index, pair in enumerate(zip(live, candidate)) if pair[0] != pair[1]]
    told = {"name": name, "live": tensor(name, live, datatype), "candidate": tensor(name, candidate, datatype)}
    told |= {"noise": tensor(name, noise, datatype)} if noise else {}
    return told | {"diverged": live != candidate, "differing": differing, "fields": [], "details": {}} | more


def pair(*outputs, **summary):
    """What the API says of a pair; for what the bundled models never answer."""
    return {
        "summary": {
            "id": 1700000000000007, "release": 1700000000000000, "model": "digits", "requestID": "r-17",
            "segments": [{"key": "tenant", "value": "acme"}], "live": "answered", "candidate": "answered",
            "liveNanoseconds": 812_000, "candidateNanoseconds": 790_000, "divergence": 0.4, "diverged": True,
        } | summary,
        "mode": "full", "inputs": [tensor("text", ["a question"])], "outputs": list(outputs),
    }


@pytest.fixture
def show(page):
    """Opens the page of a made-up pair."""

    def open_pair(document):
        page.route(re.compile(r"/admin/v1/models/digits/pairs/\d+$"), lambda route: route.fulfill(json=document))
        page.goto("/ui/models/digits/pairs/1700000000000007")
        return page

    return open_pair


def newest_diverged(gateway, model, limit=3):
    return gateway.get(f"/admin/v1/models/{model}/pairs?diverged=true&limit={limit}")["pairs"]


def test_both_answers_stand_side_by_side(page, gateway, screenshot):
    found = newest_diverged(gateway, "digits")[0]
    page.goto(f"/ui/models/digits/pairs/{found['id']}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(found["requestID"])
    table = page.get_by_role("region", name="Output probabilities").get_by_role("table")
    expect(table.get_by_role("row")).to_have_count(11)
    expect(page.get_by_role("row", name=re.compile("^Model run .*s .*s"))).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("x drawn as 8 times 8"))).to_be_visible()
    expect(page.get_by_role("region", name="Neighbours").get_by_role("row").nth(1)).to_be_visible()
    screenshot(page, "pair")


def test_a_pair_of_texts_shows_its_neighbours_with_links(page, gateway):
    # Not the newest, which may wait to be embedded.
    found = newest_diverged(gateway, "sentiment", limit=100)[-1]
    page.goto(f"/ui/models/sentiment/pairs/{found['id']}")
    near = page.get_by_role("region", name="Neighbours")
    near.get_by_role("row").nth(1).get_by_role("link").click()
    expect(page).not_to_have_url(re.compile(str(found["id"])))
    expect(page.get_by_role("region", name="Output label")).to_be_visible()


def test_arrow_keys_go_through_the_diverged_pairs(page, gateway):
    newest, older, _ = (pair["id"] for pair in newest_diverged(gateway, "digits"))
    page.goto(f"/ui/models/digits/pairs/{newest}")
    expect(page.get_by_text(f"(pair {newest})")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text(f"(pair {older})")).to_be_visible()
    expect(page).to_have_url(re.compile(f"/pairs/{older}$"))
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text(f"(pair {newest})")).to_be_visible()


def test_words_that_differ_are_marked(show):
    page = show(pair(output("answer", [LIVE], [CANDIDATE], noise=[LIVE]), noise="answered", noiseNanoseconds=800_000))
    expect(page.get_by_label("Live", exact=True)).to_have_text(LIVE)
    expect(page.get_by_role("deletion")).to_have_text(["quick", "lazy "])
    expect(page.get_by_label("Candidate", exact=True)).to_have_text(CANDIDATE)
    expect(page.get_by_role("insertion")).to_have_text(["slow"])
    expect(page.get_by_label("Live, asked again", exact=True)).to_have_text(LIVE)
    expect(page.get_by_text("Live, asked again: the same text")).to_be_visible()


def test_json_is_told_by_field(show):
    live, candidate = {"name": "Ada", "age": 36}, {"name": "Ada", "age": 37, "new": None}
    fields = [
        {"path": "$.age", "kind": "value", "live": "36", "candidate": "37"},
        {"path": "$.new", "kind": "extra", "candidate": "null"},
    ]
    page = show(pair(output("answer", [json.dumps(live)], [json.dumps(candidate)], fields=fields)))
    table = page.get_by_role("table", name="2 fields of the JSON text differ")
    expect(table.get_by_role("row", name="$.age another value 36 37")).to_be_visible()
    expect(table.get_by_role("row", name="$.new only the candidate has it – null")).to_be_visible()


def test_of_many_numbers_those_that_differ_most_come_first(show):
    live = [0.5] * 200
    candidate = [*live[:150], 0.9, "NaN", *live[152:]]
    page = show(pair(output("vector", live, candidate, "FP32")))
    table = page.get_by_role("region", name="Output vector").get_by_role("table")
    rows = ["Place", "151.*NaN.*≠", "150.*0.9.*≠"]
    expect(table.get_by_role("row")).to_have_text([re.compile(row) for row in rows])
    page.get_by_role("button", name="Show all 200, in order").click()
    expect(table.get_by_role("row")).to_have_count(201)


def test_a_candidate_without_an_answer_says_why(show):
    page = show(pair(candidate="timeout", reason="no answer within 2 s", divergence=1))
    expect(page.get_by_role("row", name="Outcome answered ✕ timeout")).to_be_visible()
    expect(page.get_by_role("row", name="Reason no answer within 2 s")).to_be_visible()


def test_both_texts_can_be_put_together_again_from_their_differences(page):
    page.goto("/ui/")
    wrong = page.evaluate("""async () => {
      const { diffWords } = await import("/assets/diff-words.js");
      const parts = ["a", "b", " ", "\\n", ", ", "über", "数据", "{", '"', "."];
      let seed = 1;
      const below = (bound) => (seed = (seed * 48271) % 2147483647) % bound;
      const text = (size) => Array.from({ length: below(size) }, () => parts[below(parts.length)]).join("");
      const side = (runs, other) => runs.filter((run) => run.kind !== other).map((run) => run.text).join("");
      for (let turn = 0; turn < 3000; turn += 1) {
        const [before, after] = [text(turn % 100 ? 40 : 4000), text(turn % 100 ? 40 : 4000)];
        const runs = diffWords(before, after);
        if (side(runs, "added") !== before || side(runs, "removed") !== after) return [before, after, runs];
      }
      return null;
    }""")
    assert wrong is None


def test_texts_of_a_megabyte_are_compared(show):
    words = [f"word{index * 7919 % 5003}" for index in range(120_000)]
    live = " ".join(words)
    for index in range(0, len(words), 1000):
        words[index] = "changed"
    assert len(live) > 1_000_000
    page = show(pair(output("answer", [live], [" ".join(words)])))
    expect(page.get_by_role("insertion").first).to_be_visible()
    expect(page.get_by_role("insertion")).to_have_count(120)
    expect(page.get_by_role("button", name=re.compile("characters alike")).first).to_be_visible()


def test_a_pair_that_is_gone_says_so(page):
    page.goto("/ui/models/digits/pairs/17")
    expect(page.get_by_role("alert")).to_contain_text("That did not work")
