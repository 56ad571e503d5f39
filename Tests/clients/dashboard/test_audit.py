"""The audit log of all models: filtered by model, page by page."""

import re

from playwright.sync_api import expect

EMPTY_DIGEST = "0" * 64


def test_rows_of_all_models_are_filtered_by_one(page, screenshot):
    page.goto("/ui/audit")
    table = page.get_by_role("table", name=re.compile("newest first$"))
    for model in ("digits", "sentiment"):
        expect(table.get_by_role("row", name=re.compile(f"{model} load green version 3"))).to_be_visible()
    screenshot(page, "audit")
    page.get_by_role("combobox", name="Model").select_option("digits")
    expect(table.get_by_role("link", name="sentiment")).to_have_count(0)
    expect(table.get_by_role("row", name=re.compile("digits load green version 3"))).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?model=digits$"))
    page.reload()
    expect(page.get_by_role("combobox", name="Model")).to_have_value("digits")


def test_older_rows_are_pages_with_addresses(page):
    def answer(route):
        before = int(re.search(r"before=(\d+)", route.request.url + "&before=1000001").group(1))
        ids = range(before - 1, max(0, before - 51), -1)
        entries = [
            {
                "id": row, "at": 1_795_666_538_477_837, "model": "digits", "action": "traffic", "actor": "Ada",
                "forced": False, "revision": row, "digests": {"blue": EMPTY_DIGEST},
            }
            for row in ids
        ]
        route.fulfill(json={"entries": entries, "next": entries[-1]["id"]})

    page.route("**/admin/v1/audit?*", answer)
    page.goto("/ui/audit")
    expect(page.get_by_role("table", name="Rows 999951 to 1000000, newest first")).to_be_visible()
    expect(page.get_by_role("button", name="Newest")).to_be_disabled()
    page.get_by_role("button", name="Older").click()
    older = page.get_by_role("table", name="Rows 999901 to 999950, newest first")
    expect(older).to_be_visible()
    expect(page).to_have_url(re.compile("before=999951$"))
    page.reload()
    expect(older).to_be_visible()
    page.get_by_role("button", name="Newest").click()
    expect(page.get_by_role("table", name="Rows 999951 to 1000000, newest first")).to_be_visible()


def test_what_actors_write_is_only_text(page):
    script = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    entry = {
        "id": 1, "at": 1_795_666_538_477_837, "model": "digits", "action": "load", "actor": script, "reason": script,
        "detail": script, "forced": True, "revision": 1, "digests": {},
    }
    page.route("**/admin/v1/audit?*", lambda route: route.fulfill(json={"entries": [entry]}))
    page.goto("/ui/audit")
    row = page.get_by_role("row", name=re.compile("load"))
    expect(row).to_contain_text(f"{script} forced“{script}”")
    expect(row.get_by_text(script, exact=True)).to_have_count(1)
    assert page.evaluate("document.querySelectorAll('main img, main script').length") == 0
