"""What became of a model: trials with their reports, verdicts that open, and what was done."""

import json
import pathlib
import re
import xml.etree.ElementTree

import pytest
from playwright.sync_api import expect

PAGE = "/ui/models/digits/history"


def test_releases_verdicts_and_actions_are_listed(page, screenshot):
    page.goto(PAGE)
    releases = page.get_by_role("region", name="Releases")
    running = re.compile("candidate blue version 1 .* green version 3 .* runs")
    expect(releases.get_by_role("row", name=running)).to_be_visible()
    expect(releases.get_by_role("row", name=re.compile("green version 2 .* abandoned"))).to_be_visible()
    actions = page.get_by_role("region", name="Actions")
    expect(actions.get_by_role("row", name=re.compile("load green version 3"))).to_be_visible()
    screenshot(page, "history")


def test_a_verdict_opens_with_its_checks_and_has_an_address(page):
    page.goto(PAGE)
    verdicts = page.get_by_role("region", name="Verdicts")
    verdicts.get_by_text(re.compile(r"verdict \d+, ")).first.click()
    table = verdicts.get_by_role("table", name=re.compile(r"^Checks of verdict \d+$"))
    expect(table.get_by_role("rowheader", name="C2 errors")).to_be_visible()
    expect(verdicts.get_by_text("Signed by this gateway")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?verdict=\d+$"))
    page.reload()
    expect(table).to_be_visible()


@pytest.mark.parametrize("name, ending", [("HTML", "html"), ("Markdown", "md"), ("JSON", "json"), ("JUnit", "xml")])
def test_a_report_is_downloaded_in_each_format(page, tmp_path, name, ending):
    page.goto(PAGE)
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile(f"^{name} report of the trial")).first.click()
    path = pathlib.Path(tmp_path, "report")
    download.value.save_as(path)
    assert re.fullmatch(rf"digits-\d+\.{ending}", download.value.suggested_filename)
    text = path.read_text(encoding="utf-8")
    assert "digits" in text
    if ending == "json":
        assert json.loads(text)
    if ending == "xml":
        assert xml.etree.ElementTree.fromstring(text).iter("testcase")
    if ending == "html":
        assert text.startswith("<!doctype html>") or text.startswith("<!DOCTYPE html>")


def test_a_report_that_fails_says_why(page):
    error = {"error": {"code": "store_unavailable", "message": "the capture database cannot be used"}}
    page.route("**/report?*", lambda route: route.fulfill(status=503, json=error))
    page.goto(PAGE)
    page.get_by_role("button", name=re.compile("^JSON report")).first.click()
    expect(page.get_by_role("alert")).to_have_text("the capture database cannot be used")


def test_a_model_without_a_past_says_what_to_do(page):
    page.route("**/releases?*", lambda route: route.fulfill(json={"releases": []}))
    page.route("**/verdicts?*", lambda route: route.fulfill(json={"verdicts": []}))
    page.route("**/audit?*", lambda route: route.fulfill(json={"entries": []}))
    page.goto(PAGE)
    expect(page.get_by_text("No trial has run.")).to_be_visible()
    expect(page.get_by_text("The gate has given no verdict yet")).to_be_visible()
    expect(page.get_by_text("Nothing was ever done to this model.")).to_be_visible()
