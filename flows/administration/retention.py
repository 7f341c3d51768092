"""Keeping a promise to people: what was kept long enough is forgotten."""

from __future__ import annotations

from dataclasses import dataclass

from flows.administration.records import READER_WAIT_SECONDS
from flows.home import Home, now
from flows.steps import ErasureUnfinished, finish_erasures
from transcribe.errors import FairhandError


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """The scans that were forgotten as they were kept long enough.

    `unfinished` says why the erasure is not finished, where it is not. `failed` has the scans that could not be
    forgotten, each with the reason.
    """

    forgotten: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    unfinished: str = ""


def keep_retention(home: Home, wait_seconds: float = READER_WAIT_SECONDS) -> Retention:
    """Forget every scan that was kept longer than its form says. One that cannot be does not keep the others.

    Where a program that reads keeps words in the files for `wait_seconds`, later publishing finishes the erasure.
    """
    forgotten: list[str] = []
    failed: list[tuple[str, str]] = []
    for scan in home.store.past_retention(now()):
        try:
            home.store.forget(scan, now())
            forgotten.append(scan)
        except FairhandError as error:
            failed.append((scan, str(error)))
    unfinished = ""
    if forgotten:
        try:
            finish_erasures(home, wait_seconds)
        except ErasureUnfinished as error:
            unfinished = str(error)
    return Retention(forgotten=tuple(forgotten), failed=tuple(failed), unfinished=unfinished)
