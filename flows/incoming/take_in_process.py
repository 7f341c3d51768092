"""The process of `fairhand serve` that takes in what was sent."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flows.home import Home
from flows.incoming.taking_in import Incoming, Round, run_beside_pages, take_in_files, take_in_rounds


def _take_in(home: Home, report: Callable[[Round], None]) -> None:
    take_in_rounds(home, [Incoming(home, partial(take_in_files, home))], report, lambda: None)


if __name__ == "__main__":
    run_beside_pages("serve", _take_in)
