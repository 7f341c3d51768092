"""The process of `fairhand serve` that takes in what is put into folders or sent. It says counts, and no names."""

from __future__ import annotations

import os
import sys

from flows.home import act_as, load_settings, open_home
from flows.runtime import ended_in_words
from flows.watching.incoming import watch, watched_forms
from flows.watching.watched_folder import Round

NICENESS = 10
"""Pages come first: a person notices 100 ms, a folder does not. Chosen by hand."""


def said(done: Round) -> list[str]:
    """What a look brought, in lines."""
    known = f", {done.known} known already" if done.known else ""
    lines = [f"files that came: {done.taken - done.known} taken in{known}, {len(done.aside)} set aside"]
    return (lines if done.taken or done.aside else []) + [f"watched folder: {each}" for each in done.troubles]


def _run() -> None:
    act_as("watched folder")
    settings = load_settings()
    home = open_home(settings)

    def report(done: Round) -> None:
        for line in said(done):
            print(f"fairhand: {line}", file=sys.stderr, flush=True)

    watch(home, watched_forms(settings), "", report, lambda: None, incoming=True)


if __name__ == "__main__":
    os.nice(NICENESS)
    with ended_in_words():
        _run()
