"""Right minorities: fields whose right value was read, but by fewer than another one. How many are saved, and how many
right majorities are broken for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from reconcile.forms.prepared_form import PreparedField, prepared
from reconcile.inference.votes import votes
from reconcile.inference.weigh import weigh
from reconcile.policy import POLICY
from tests.bench.generator import Shape, World, make
from tests.bench.generator.paper import learnt_blindly, scans
from tests.bench.intervals import said
from tests.bench.rows import Row, at_least, at_most
from transcribe.model import Reading

SEEDS = (301, 302)
PEOPLE = 3


def rows(small: bool) -> Iterator[Row]:
    """Saved and broken, over several worlds of two machines and three people."""
    tally: Counter[str] = Counter()
    for seed in SEEDS[:1] if small else SEEDS:
        tally += count(make(seed, Shape(forms=60 if small else 200)))
    minorities, decidable = tally["minority"], tally["decidable"]
    yield Row(of="right minorities", figure=str(minorities))
    yield Row(of="saved of all", figure=said(tally["saved"], minorities))
    yield at_least("saved of those that evidence can decide", tally["saved decidable"] / max(1, decidable), 0.5)
    yield Row(of="right majorities", figure=str(tally["majority"]))
    yield at_most("right majorities broken", tally["broken"] / max(1, tally["majority"]), 0.01)


def count(world: World) -> Counter[str]:
    """Right minorities and right majorities of a world, how many of them evidence can decide, are saved, are broken."""
    facts = scans(world, 2 + PEOPLE)
    learnt, tally = learnt_blindly(facts), Counter[str]()
    for scan in facts:
        spots, posteriors = prepared(scan.form).fields, weigh(scan.form, scan.readings, learnt, POLICY)
        for key, written in scan.truths.items():
            truth = spots[key.name].normal(written)
            mine = [each for each in scan.readings if each.key == key]
            best = next(each.normal for each in posteriors[key].candidates if each.origin == "read")
            tally += _judged(spots[key.name], mine, truth, best == truth)
    return tally


def _judged(spot: PreparedField, readings: Sequence[Reading], truth: str, right: bool) -> Counter[str]:
    counts = Counter(vote.says for vote in votes(spot, readings) if vote.null is None)
    most = max(counts.values(), default=0)
    if counts[truth] == most and list(counts.values()).count(most) == 1:
        return Counter({"majority": 1, "broken": int(not right)})
    if not 0 < counts[truth] < most:
        return Counter()
    rival = max((says for says in counts if says != truth), key=lambda says: counts[says])
    decidable = _vouched(spot, truth) and not _vouched(spot, rival)
    return Counter(
        {
            "minority": 1,
            "saved": int(right),
            "decidable": int(decidable),
            "saved decidable": int(decidable and right),
        }
    )


def _vouched(spot: PreparedField, says: str) -> bool:
    """Whether format, check digit or master data tell a value from its rival."""
    return not spot.faults(says) and (spot.known_values is None or spot.known_values.has(says))
