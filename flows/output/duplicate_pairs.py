"""Scans that may be the same order, in words and for other programs."""

from __future__ import annotations

from collections.abc import Sequence

from flows.home import Home
from transcribe.model import Duplicate


def duplicates_of(home: Home, batch: str | None = None) -> list[Duplicate]:
    """The pairs of a home, or of those whose newer scan is of this batch."""
    return [each for each in home.store.duplicates() if batch in (None, each.batch)]


def waiting_duplicates(pairs: Sequence[Duplicate]) -> list[str]:
    """Of how many scans an operator is to settle pairs, and how many are only linked, a line each."""
    waiting = len({each.newer for each in pairs if each.waits})
    linked = len({each.newer for each in pairs if each.policy == "link" and each.settled == "open"})
    lines = [f"{waiting} may be an order that came before: fairhand scan duplicates --open."] if waiting else []
    return [*lines, *([f"{linked} look like an order that came before: fairhand scan duplicates."] if linked else [])]


def duplicate_in_words(pair: Duplicate, scan: str) -> str:
    """What a pair says of one of its two scans."""
    other = pair.older if scan == pair.newer else pair.newer
    which = "earlier" if scan == pair.newer else "later"
    how = f"settled as {pair.settled}" if pair.settled != "open" else f"found by {found_by(pair)}, not settled"
    return f"The {which} scan {other[:12]} may be the same order: {how}."


def found_by(pair: Duplicate) -> str:
    """How a pair was found: by picture, by values, or named by an operator."""
    how = ["picture"] if pair.differing is not None else []
    how += ["values"] if pair.same_values is not None else []
    return ", ".join(how) or "an operator"


def duplicate_json(pair: Duplicate) -> dict[str, object]:
    """A pair for other programs."""
    return {
        "newer": pair.newer,
        "older": pair.older,
        "batch": pair.batch,
        "differing": pair.differing,
        "same_values": pair.same_values,
        "policy": pair.policy,
        "found_at": pair.found_at.isoformat(),
        "settled": pair.settled,
        "waits": pair.waits,
    }
