"""`make test` tries once more what the browser broke off, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

AGAIN = re.search(r"^AGAIN := (.*)$", (Path(__file__).parents[1] / "Makefile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    ("failure", "again"),
    [
        ("Error: Page.goto: net::ERR_NETWORK_CHANGED at http://127.0.0.1:1/", True),
        ("Error: Page.evaluate: Execution context was destroyed, most likely because of a navigation", True),
        ("TargetClosedError: Locator.click: Target page, context or browser has been closed", True),
        ("TimeoutError: Page.wait_for_url: Timeout 30000ms exceeded.", True),
        ("AssertionError: Locator expected to be visible", True),
        ("AssertionError: assert ['/: Failed to load resource: net::ERR_CONNECTION_RESET'] == []", False),
        ("AssertionError: assert 'Target page has been closed' == ''", False),
        ("AssertionError: assert ['', '0'] == ['False', '0']", False),
        ("Error: Page.evaluate: ReferenceError: queue is not defined", False),
        ("TimeoutError: the server does not answer", False),
        ("OperationalError: the server closed: Target is closed", False),
    ],
)
def test_only_what_is_the_browsers_is_tried_again(failure: str, again: bool) -> None:
    assert AGAIN is not None
    assert bool(re.search(AGAIN[1], failure)) == again
