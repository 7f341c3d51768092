"""The browser of the tests: Chromium without a window."""

from __future__ import annotations

import shutil

from playwright.sync_api import ConsoleMessage, Page

FOCUSED_BY_SCRIPT = "Autofocus processing was blocked because a document already has a focused element."
"""What Chromium notes where the page's own script was first to focus the box: which of both is first is chance."""

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--in-process-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
"""What it is started with. Drawing in the browser's own process takes a seventh less time."""


def chromium() -> str:
    """The path of Chromium's headless shell, else of Chromium; FileNotFoundError where neither is installed.

    The pages are drawn and run alike. The shell has no window of its own to draw, which costs four times the page.
    """
    found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if found is None:
        raise FileNotFoundError("Browser tests need chromium: apt-get install chromium-headless-shell")
    return found


def said_by(page: Page) -> list[str]:
    """What a page says in its console or as an error, from now on: a list that grows, each line after its address."""
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.text != FOCUSED_BY_SCRIPT:
            said.append(f"{page.url} {message.text}")

    page.on("console", note)
    page.on("pageerror", lambda error: said.append(f"{page.url} {error}"))
    return said
