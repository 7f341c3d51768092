"""What later readings teach about earlier probabilities: how often machines alone were right where people read too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconcile.calibrate import Lesson, fit
from reconcile.circumstances import Circumstances, circumstances
from reconcile.facts import ScanFacts
from reconcile.known import Known
from reconcile.posterior import Weighed
from reconcile.sheet import Sheet, sheet
from reconcile.weigh import weigh_together
from transcribe.model import FieldKey

SETTLED = 0.99
"""From this probability on, what people and machines together say is taken for the truth."""


@dataclass(frozen=True, slots=True)
class _Before:
    """What machines alone said of a field, and whether it was right."""

    key: FieldKey
    seen: Circumstances
    share: float
    right: bool


def taught(scans: Sequence[ScanFacts], learnt: Known) -> dict[str, object]:
    """Calibration, and the audited tallies of each situation in which machines decide alone."""
    found: list[Lesson] = []
    audited: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for scan in scans:
        for before in _machines_alone(scan, learnt):
            found.append(
                Lesson(stage=before.seen.stage, family=before.seen.family, share=before.share, right=before.right)
            )
            if before.key in scan.audited and before.seen.situation:
                audited[before.seen.situation][0] += not before.right
                audited[before.seen.situation][1] += 1
    return {"calibration": fit(found), "audited": dict(audited)}


def _machines_alone(scan: ScanFacts, learnt: Known) -> Iterator[_Before]:
    """Fields that people read too, or whose truth is known, as the machines alone would have had them."""
    made = sheet(scan.form)
    settled = _settled(scan, made, learnt)
    if not settled:
        return
    machines = [reading for reading in scan.readings if reading.kind == "machine"]
    for key, weighed in weigh_together(made, machines, learnt).items():
        if key in settled:
            read = [says for says, origin in weighed.origins.items() if origin == "read"]
            best = max(read, key=lambda says: (weighed.shares[says], says))
            seen = circumstances(made.spots[key.name], weighed, best)
            if not seen.by_ink:
                yield _Before(key, seen, weighed.shares[best], best == settled[key])


def _settled(scan: ScanFacts, made: Sheet, learnt: Known) -> dict[FieldKey, str]:
    """What is known of fields by now, as comparable text."""
    people = {reading.key for reading in scan.readings if reading.kind != "machine" and reading.shown is None}
    together: dict[FieldKey, Weighed] = weigh_together(made, scan.readings, learnt) if people else {}
    settled = {}
    for key in people:
        says, share = max(together[key].shares.items(), key=lambda each: (each[1], each[0]))
        if share >= SETTLED and together[key].origins[says] == "read":
            settled[key] = says
    truths = {key: made.spots[key.name].normal(text) for key, text in scan.truths.items()}
    return {**settled, **truths}
