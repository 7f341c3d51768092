"""The browser of the tests: Chromium without a window."""

from __future__ import annotations

import shutil

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
