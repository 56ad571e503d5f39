"""A gateway whose API wants a token."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def page(start_site, open_page):
    with start_site("--set", "admin.token=right") as site:
        page = open_page(site)
        page.goto("/ui/")
        yield page


def enter(page, token):
    page.get_by_label("The admin token").fill(token)
    page.get_by_role("button", name="Go on").click()


def test_a_wrong_token_is_told_and_the_right_one_shows_the_models(page):
    expect(page.get_by_text("no token", exact=True)).to_be_visible()
    enter(page, "wrong")
    expect(page.get_by_role("alert")).to_contain_text("does not take this token")
    enter(page, "right")
    expect(page.get_by_role("article", name="digits")).to_be_visible()
    expect(page.get_by_text("live", exact=True).first).to_be_visible()
    page.reload()
    expect(page.get_by_role("article", name="digits")).to_be_visible()
