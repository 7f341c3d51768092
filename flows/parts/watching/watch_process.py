"""The process of `fairhand serve` that watches folders."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flows.home import Home
from flows.incoming import Round, run_beside_pages
from flows.parts.watching.watch_folders import watch, watched_forms


def _take_in(home: Home, report: Callable[[Round], None]) -> None:
    def ready() -> None:
        for each in home.settings.watch:
            logging.getLogger("fairhand.watch").info("watched:      %s", each)

    watch(home, watched_forms(home.settings), "", report, ready)


if __name__ == "__main__":
    run_beside_pages("watched folder", _take_in)
