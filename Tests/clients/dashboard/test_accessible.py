"""Every view for people with a screen reader, a keyboard, or other eyes."""

import pytest
from accessible import focus_problems, problems
from playwright.sync_api import expect

VIEWS = ("/ui/", "/ui/audit", *(f"/ui/models/sentiment{view}" for view in ("", "/explore", "/act", "/history")))


def show(page, view):
    page.goto(view)
    expect(page.locator("main h1")).to_be_visible()
    expect(page.locator("main table").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_names_structure_and_contrast(page, view, scheme):
    page.emulate_media(color_scheme=scheme)
    show(page, view)
    assert problems(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_names_structure_and_contrast_of_a_pair(page, gateway, scheme):
    page.emulate_media(color_scheme=scheme)
    pair = gateway.get("/admin/v1/models/sentiment/pairs?diverged=true&limit=1")["pairs"][0]["id"]
    show(page, f"/ui/models/sentiment/pairs/{pair}")
    assert problems(page) == []


@pytest.mark.parametrize("view", VIEWS)
def test_the_focus_goes_in_order_and_is_seen(page, view):
    show(page, view)
    assert focus_problems(page) == []


def test_the_checks_find_what_is_wrong(page):
    show(page, "/ui/")
    page.evaluate("""() => {
      const main = document.querySelector("main");
      const add = (tag, parts) => main.append(Object.assign(document.createElement(tag), parts));
      add("input", {});
      add("h5", { textContent: "too deep" });
      add("img", { src: "/assets/icon.svg" });
      add("p", { textContent: "pale", id: "pale" });
      document.getElementById("pale").style.color = "#999";
      document.getElementById("pale").style.backgroundColor = "#aaa";
    }""")
    found = problems(page)
    for problem in ("no name: input", "a level is left out", "no text: img", "contrast"):
        assert any(problem in one for one in found), (problem, found)
