"""Fixtures of the review pages' tests: a site, a client, and Debian's Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.chromium import FLAGS, chromium
from tests.patience import PATIENCE
from tests.transcribe.review.cable import Cable, cable
from tests.transcribe.review.site import Site, form_of, make_site, served
from transcribe.model import Transcriber

PATIENCE_MS = 120_000
"""What a browser test waits for is a matter of seconds on a machine that does much else at the same time."""
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": chromium(), "args": FLAGS, "headless": True}


@pytest.fixture(scope="session")
def browser(browser: Browser) -> Browser:
    """The browser; whatever context a test makes has our patience."""
    make = browser.new_context

    def patient(**how: Any) -> BrowserContext:
        made = make(**how)
        made.set_default_timeout(PATIENCE_MS)
        return made

    vars(browser)["new_context"] = patient
    return browser


@pytest.fixture(autouse=True)
def _contexts_end(request: pytest.FixtureRequest) -> Iterator[None]:
    """Close what contexts a test has made: their pages would run on until all tests have ended."""
    made: Browser | None = request.getfixturevalue("browser") if "browser" in request.fixturenames else None
    yield
    for each in made.contexts if made else ():
        each.close()


@pytest.fixture
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """A site, with the forms that a module names as FORMS."""
    made = make_site(tmp_path, forms=getattr(request.module, "FORMS", form_of))
    yield made
    made.store.close()


@pytest.fixture
def address(site: Site) -> Iterator[str]:
    with served(site.app) as url:
        yield url


@pytest.fixture
def line(address: str) -> Iterator[Cable]:
    """The line between the browser and the site, to be cut and mended."""
    with cable(address) as made:
        yield made


@pytest.fixture
def sign_in(site: Site, address: str) -> Iterator[Callable[[Transcriber], httpx.Client]]:
    """Gives a client that is signed in as this person."""
    clients = []

    def signed_in(person: Transcriber) -> httpx.Client:
        client = httpx.Client(base_url=address, timeout=PATIENCE)
        clients.append(client)
        assert client.post(f"/in/{site.link(person)}").status_code == 303
        return client

    yield signed_in
    for client in clients:
        client.close()


@pytest.fixture
def enter(site: Site, line: Cable, page: Page) -> Callable[[Transcriber], Page]:
    """Signs a person in by their link in Chromium and waits for the work page."""

    def entered(person: Transcriber) -> Page:
        page.goto(f"{line.address}/in/{site.link(person)}")
        page.locator("main button").click()
        page.wait_for_url("**/work")
        page.locator("html[data-ready]").wait_for()
        return page

    return entered
