"""The dashboard in a real browser, against a real gateway that gets real traffic."""

import contextlib
import os
import pathlib
import shutil

import pytest
from gateway import MODELS, ROOT, Gateway
from sites import Site, Traffic, wait_for_pairs

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
# Below a folder that git ignores; one picture for each name, scheme and width.
SCREENSHOTS = ROOT / ".build" / "screenshots"
WIDTHS = (900, 1400)
BROKEN_CANDIDATE = 3
# What the gateway answers to the page's own calls is for the page to show: a refusal is no failure of the page.
API = ("/admin/v1/", "/gate/", "/metrics")

# Chromium prints them itself; this says the same where it does not.
_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


# Pages from this folder instead of those in the binary: while they are being written, nothing has to be built.
FILES = os.environ.get("TEAL_DASHBOARD_FILES")
TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}
POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; "
POLICY += "require-trusted-types-for 'script'"


def pytest_collection_modifyitems(items):
    for item in items:
        if pathlib.Path(__file__).parent in item.path.parents and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(180))


@pytest.fixture(scope="session")
def start_site(tmp_path_factory):
    """Starts a gateway for a `with` block, with these models and flags: for tests that change what others look at.

    `data`: the data folder of a gateway that ran before.
    """

    @contextlib.contextmanager
    def start(*flags, models=MODELS, data=None):
        with Gateway(tmp_path_factory.mktemp("dashboard"), *flags, models=models, data=data) as process:
            yield Site(f"http://{process.admin}", f"http://{process.http}", process)

    return start


@pytest.fixture(scope="session")
def traffic(tmp_path_factory):
    """Sends requests for a `with` block: `with traffic(site, "digits", rate=100):`."""
    return lambda site, model, rate=50: Traffic(site, model, rate, tmp_path_factory.mktemp("traffic"))


@pytest.fixture(scope="session")
def gateway(start_site, traffic):
    """The bundled models, a broken candidate beside each, and traffic that goes on: for tests that only look.

    Whoever writes pages may name a running gateway in TEAL_DASHBOARD (and its inference address in TEAL_INFERENCE).
    """
    if "TEAL_DASHBOARD" in os.environ:
        yield Site(os.environ["TEAL_DASHBOARD"], os.environ.get("TEAL_INFERENCE", ""))
        return
    with start_site() as site, contextlib.ExitStack() as stack:
        for model in ("digits", "sentiment"):
            site.post(f"/admin/v1/models/{model}/slots/green/load", {"version": BROKEN_CANDIDATE})
            stack.enter_context(traffic(site, model))
        for model in ("digits", "sentiment"):
            wait_for_pairs(site, model)
        yield site


@pytest.fixture(scope="module")
def browser():
    """For one file: as long as it is there an event loop runs in this thread, where other files run theirs."""
    if not CHROMIUM:
        pytest.skip("chromium is missing: install the Debian package, or name the program in CHROMIUM")
    playwright = pytest.importorskip("playwright.sync_api", reason="the Python package playwright is missing")
    # A page on two busy cores takes its time; what never comes is noticed all the same.
    playwright.expect.set_options(timeout=30_000)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser):
    """Opens a page of its own, as another tab of another person would be. No page may fail in any way at the end."""
    with contextlib.ExitStack() as stack:
        problems = []

        def start(site, **options):
            options = {"viewport": {"width": 1400, "height": 900}, "color_scheme": "light"} | options
            context = browser.new_context(base_url=site.admin_url, **options)
            stack.callback(context.close)
            context.add_init_script(_VIOLATIONS)
            if FILES:
                context.route("**/ui/**", lambda route: _serve(route, "index.html"))
                context.route("**/assets/**", lambda route: _serve(route, route.request.url.rsplit("/", 1)[1]))
            page = context.new_page()
            page.on("pageerror", lambda error: problems.append(f"exception: {error}"))
            page.on("console", lambda message: problems.extend(_problems(message)))
            return page

        yield start
        assert not problems, "\n".join(problems)


def _serve(route, name):
    file = pathlib.Path(FILES, name)
    head = {"Content-Type": TYPES[file.suffix], "Content-Security-Policy": POLICY}
    route.fulfill(status=200 if file.exists() else 404, path=file if file.exists() else None, headers=head)


def _problems(message):
    is_answer = message.text.startswith("Failed to load resource:") and any(
        path in message.location.get("url", "") for path in API
    )
    return [f"console: {message.text}"] if message.type == "error" and not is_answer else []


@pytest.fixture
def page(open_page, gateway):
    """A page at 1400 x 900 on the shared gateway; addresses are relative: `page.goto("/ui/")`."""
    return open_page(gateway)


@pytest.fixture
def screenshot():
    """Takes a page as it is in both schemes and all widths: `screenshot(page, "trial")`."""

    def take(page, name):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        before = page.viewport_size
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                page.screenshot(path=pathlib.Path(SCREENSHOTS, f"{name}-{scheme}-{width}.png"), full_page=True)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(before)

    return take
