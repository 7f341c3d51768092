"""A scan of an unknown form: a person is asked which it is, and what they say is taken as its form."""

from __future__ import annotations

from collections.abc import Sequence

from transcribe.model import WHOLE, Reading, Task

REASON = "form unknown"


def which_form(scan: str, readings: Sequence[Reading] = ()) -> Task:
    """The task of saying which form a scan is; who has said "none of these" leaves it to an expert."""
    asked = sum(each.key == WHOLE and each.kind != "machine" for each in readings)
    return Task(
        scan=scan, key=WHOLE, kind="identify", reason=REASON, slot=1 + asked, pool="expert" if asked else "read"
    )


def identified(readings: Sequence[Reading]) -> tuple[str, int] | None:
    """The form (name, version) that a person said last ("name/version turn"); None where nobody knew one."""
    said = [each.text for each in readings if each.key == WHOLE and each.kind != "machine" and each.text]
    form = said[-1].split()[0] if said and said[-1].split() else ""
    name, slash, version = form.rpartition("/")
    return (name, int(version)) if slash and version.isdigit() else None
