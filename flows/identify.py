"""A scan of an unknown form: a person is asked which it is, and what they say is taken as its form."""

from __future__ import annotations

from collections.abc import Sequence

from transcribe.model import WHOLE, Reading, Task

REASON = "form unknown"


def which_form(scan: str) -> Task:
    """The task of saying which form a scan is."""
    return Task(scan=scan, key=WHOLE, kind="identify", reason=REASON)


def identified(readings: Sequence[Reading]) -> tuple[str, int] | None:
    """The form (name, version) that a person said last; None where nobody has, or nobody knew."""
    said = [each.text for each in readings if each.key == WHOLE and each.kind != "machine" and each.text]
    name, slash, version = said[-1].rpartition("/") if said else ("", "", "")
    return (name, int(version)) if slash and version.isdigit() else None
