"""What clients and models write is shown, and never obeyed."""

import re

import pytest
from attacks import ATTACKS
from captures import Client, echo_repository, settled
from playwright.sync_api import expect

pytestmark = pytest.mark.timeout(300)

MANIFEST = "segments: [{parameter: user}]\ncapture: {mode: full}\n"
# Told from the page's own script: what an attack would call, and what it would bring onto the page.
WATCH = "globalThis.attacks = 0; globalThis.attack = () => { globalThis.attacks += 1; };"
STRANGERS = "script, iframe, object, embed, base, meta, img, audio, video, style, [onerror], [onload], [onclick]"
# As Dashboard/texts.js: marks that hide or turn text are named.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def visible(text):
    return _HIDDEN.sub(lambda mark: "␍" if mark[0] == "\r" else f"⟨U+{ord(mark[0]):04X}⟩", text)


def one_line(text):
    return re.sub(r"\s+", " ", text).strip()


@pytest.fixture(scope="module")
def attacked(start_site, tmp_path_factory):
    """Each attack is the id, a parameter and the text of one request, and in both answers to it."""
    models = echo_repository(tmp_path_factory.mktemp("models"), MANIFEST)
    with start_site(models=models) as site:
        with Client(site.process.http) as client, Client(site.process.admin) as admin:
            for attack in ATTACKS:
                request = {
                    "id": attack,
                    "parameters": {"user": attack},
                    "inputs": [{"name": "x", "datatype": "BYTES", "shape": [1], "data": [attack]}],
                }
                client.infer("echo", request)
            settled(admin, "echo")
            yield site, admin.json("/admin/v1/models/echo/pairs?limit=1000")["pairs"]


@pytest.fixture
def watched(open_page, attacked):
    """A page that counts what attacks do to it: there must be nothing at the end."""
    site, _ = attacked
    page = open_page(site)
    page.add_init_script(WATCH)
    outside = []
    page.on("request", lambda request: request.url.startswith(site.admin_url) or outside.append(request.url))
    page.on("dialog", lambda dialog: (outside.append(dialog.message), dialog.dismiss()))
    yield page
    assert page.evaluate("attacks") == 0
    assert page.locator("main").locator(STRANGERS).count() == 0
    assert not outside


def test_a_hundred_attacks_are_shown_as_text_in_pairs(watched, attacked):
    _, pairs = attacked
    assert {pair["requestID"] for pair in pairs} == set(ATTACKS)
    for pair in pairs:
        watched.goto(f"/ui/models/echo/pairs/{pair['id']}")
        expect(watched.get_by_role("heading", level=1)).to_contain_text(one_line(visible(pair["requestID"])))
        request = watched.get_by_role("region", name="Input x").locator("pre")
        expect(request).to_have_text(visible(pair["requestID"]), use_inner_text=True)
        for side in ("Live", "Candidate"):
            answer = watched.get_by_label(side, exact=True).inner_text()
            assert one_line(visible(pair["requestID"])) in one_line(answer)
        assert watched.evaluate("attacks") == 0


def test_a_hundred_attacks_are_shown_as_text_in_lists(watched, attacked):
    watched.goto("/ui/models/echo/explore")
    table = watched.get_by_role("region", name="Pairs")
    seen = ""
    for turn in range(4):
        expect(table.get_by_role("row")).to_have_count(26)
        for row in table.get_by_role("row").all():
            row.scroll_into_view_if_needed()
        expect(table.get_by_text("…", exact=True)).to_have_count(0)
        seen += table.inner_text()
        if turn < 3:
            first = table.get_by_role("link").first.get_attribute("href")
            watched.get_by_role("button", name="Older pairs").click()
            expect(table.get_by_role("link").first).not_to_have_attribute("href", first)
    missing = [attack for attack in ATTACKS if one_line(visible(attack)) not in one_line(seen)]
    assert not missing


def test_attacks_do_nothing_in_what_is_searched_and_chosen(watched):
    watched.goto("/ui/models/echo/explore")
    for attack in ATTACKS[::10]:
        watched.get_by_role("searchbox", name="By meaning").fill(attack)
        watched.get_by_role("textbox", name="segment").fill(f"user={attack}")
        watched.get_by_role("button", name="Search", exact=True).click()
        expect(watched.get_by_role("region", name="Pairs")).not_to_contain_text("Loading…")
        watched.reload()
        expect(watched.get_by_role("region", name="Pairs")).not_to_contain_text("Loading…")


def test_attacks_do_nothing_in_the_trial_and_the_overview(watched):
    watched.goto("/ui/models/echo")
    expect(watched.get_by_role("heading", level=1)).to_contain_text("echo")
    expect(watched.get_by_text("attack()").first).to_be_visible()
    watched.goto("/ui/")
    expect(watched.get_by_role("article", name="echo")).to_be_visible()
