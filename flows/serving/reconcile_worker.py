"""The process of `fairhand serve` that reconciles, apart from the pages so that weighing never holds one up.

Each byte on its standard input wakes it (a reading was kept); without one it looks every few seconds. It ends when its
input closes, that is with `serve`, however that ended.
"""

from __future__ import annotations

import logging
import os
import select
import sys
import time

from flows.administration import refresh_quality
from flows.home import Home, act_as, load_settings, now, open_home
from flows.runtime import ended_in_words, set_up_log
from flows.steps import reconcile_home
from reconcile.inference import ScanMemory
from transcribe.errors import FairhandError

logger = logging.getLogger("fairhand.rounds")

NICENESS = 19
"""Pages come first: a person notices 100 ms, a record does not. At 15, a tenth fewer readings were kept a second."""

GATHER_SECONDS = 0.25
"""Seconds in which further readings join one round: a round costs more than most of its scans."""


SUMMING_SECONDS = 0.5
"""Summaries are brought up to date for so long at most after each round: weighing comes first. Chosen by hand."""

SUMMING_PAUSE_SECONDS = 0.2
"""The wait between two rounds while more is to be summed up, so that others can write. Chosen by hand."""


def run_worker(home: Home, stdin: int, seconds: float) -> None:
    """Reconcile at once, then whenever woken or `seconds` have passed, until the input closes."""
    memory, is_first = ScanMemory(), True
    while True:
        try:
            done = reconcile_home(home, memory)
            for scan, message in done.failed:
                logger.error("scan %s: %s", scan[:12], message, extra={"scan": scan})
            if is_first:
                refresh_quality(home, only_missing=True)
            is_first = False
        except FairhandError as error:
            logger.error("%s", error)
        more = sum_up(home, SUMMING_SECONDS)
        ready, _, _ = select.select([stdin], [], [], min(seconds, SUMMING_PAUSE_SECONDS) if more else seconds)
        if ready:
            time.sleep(GATHER_SECONDS)
            if not os.read(stdin, 65536):
                return


def sum_up(home: Home, seconds: float) -> bool:
    """Bring the summaries of the operators' pages up to date for so long at most. Gives whether more is to be done."""
    until = time.monotonic() + seconds
    try:
        while home.store.sum_up(now()):
            if time.monotonic() > until:
                return True
    except FairhandError as error:
        logger.error("%s", error)
    return False


if __name__ == "__main__":
    os.nice(NICENESS)
    act_as("serve")
    with ended_in_words():
        settings = load_settings()
        set_up_log(settings)
        run_worker(open_home(settings), sys.stdin.fileno(), settings.reconcile_seconds)
