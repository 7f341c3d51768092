"""A line so slow that what a page sends stays on its way until a test lets it go on."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page, Route

from tests.patience import PATIENCE

LOOK_EVERY_MS = 50
"""Between two looks at what is on its way. Chosen by hand."""


class SlowLine:
    """Readings that a page sends are held from now on, until the line goes on."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.held: list[Route] = []
        self.is_slow = True
        page.route(re.compile(r"/work/[^/]+$"), self._hold)

    def _hold(self, route: Route) -> None:
        if self.is_slow and route.request.method == "POST":
            self.held.append(route)
        else:
            route.continue_()

    def wait_for_one(self) -> None:
        """Wait until a reading is on its way; AssertionError where none is."""
        end = time.monotonic() + PATIENCE
        while not self.held:
            assert time.monotonic() < end, "nothing was sent"
            self.page.wait_for_timeout(LOOK_EVERY_MS)

    def goes_on(self) -> None:
        """Let the first reading that is held go on, and all that come after it."""
        self.is_slow = False
        self.held[0].continue_()
