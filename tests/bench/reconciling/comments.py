"""Long text of a form: sentences that volunteers typed, as the comment of a form that several people read."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from reconcile import first_fit
from reconcile.agree import votes
from reconcile.collection.items import Item
from reconcile.facts import ScanFacts
from reconcile.measure import Told, calibration_error
from reconcile.sheet import sheet
from reconcile.trust import learn
from reconcile.weigh import weigh
from tests.bench import sets
from tests.bench.generator.paper import START
from tests.bench.intervals import by_chance
from tests.bench.reconciling.rows import Row, at_least, at_most
from transcribe.model import Field, FieldKey, Form, Parameters, Reading

PARTS = ("dev-clean", "dev-other")
"""Every second sentence of each: `reconcile.longtext` was fitted on the others."""

GOLD = 100
"""Texts whose truth is told."""

KEY = FieldKey("comment")
FORM = Form(
    name="comment",
    version=1,
    title={"en": "Comment"},
    languages=("eng",),
    locale="en_GB",
    currency="EUR",
    digest="comment",
    blanks=(),
    fields=(Field(name="comment", type="text", label={"en": "Comment"}),),
)


def rows(small: bool) -> Iterator[Row]:
    """Whole texts right beside the majority of the same readings, and whether the probability is honest."""
    data = Path(os.environ.get("FAIRHAND_SHARED_DATA", "../shared/data"))
    for readers in (3, 7):
        told = [each for part in PARTS for each in sets.crowdspeech(data, part, readers)[1::2][: 75 if small else None]]
        scans = [readings_of(item) for item, _ in told]
        facts = [ScanFacts(form=FORM, readings=readings) for readings in scans]
        learnt = Parameters(version=1, content=learn(facts, first_fit.parameters()).content)
        truths = [truth for _, truth in told]
        yield from _row(readers, scans, truths, learnt)
        yield _after_gold(readers, facts, truths)


def _after_gold(readers: int, facts: list[ScanFacts], truths: list[str]) -> Row:
    """How honest the probability is of the other texts, where the truth of some is known to the learner."""
    known = [replace(scan, truths={KEY: truth}) for scan, truth in zip(facts[:GOLD], truths, strict=False)]
    learnt = Parameters(version=1, content=learn([*known, *facts[GOLD:]], first_fit.parameters()).content)
    said: list[Told] = []
    for scan, truth in zip(facts[GOLD:], truths[GOLD:], strict=True):
        posterior = weigh(FORM, scan.readings, learnt)[KEY]
        best = posterior.candidates[0]
        said.append((posterior.probability, best.normal == sheet(FORM).spots["comment"].normal(truth)))
    return Row(of=f"{readers} readings: the same after {GOLD} known", figure=_error(said))


def _error(said: list[Told]) -> str:
    """The calibration error, beside what so few texts show by chance where every probability is exactly right."""
    mean, rare = by_chance(said)
    return f"{calibration_error(said):.3f} ({mean:.3f} by chance, 1 in 20 {rare:.3f})"


def _row(readers: int, scans: list[list[Reading]], truths: list[str], learnt: Parameters) -> Iterator[Row]:
    spot = sheet(FORM).spots["comment"]
    ours = most = composed = 0
    said: list[Told] = []
    for readings, truth in zip(scans, truths, strict=True):
        posterior = weigh(FORM, readings, learnt)[KEY]
        best = posterior.candidates[0]
        right = best.normal == spot.normal(truth)
        counts = Counter(vote.says for vote in votes(spot, readings))
        ours += right
        most += max(counts, key=lambda says: counts[says]) == spot.normal(truth)
        composed += best.origin == "words"
        said.append((posterior.probability, right))
    of = f"{readers} readings"
    yield at_least(f"{of}: whole texts right, less majority", (ours - most) / len(scans), 0.0)
    yield Row(of=f"{of}: right, of {len(scans)}", figure=f"{ours / len(scans):.3f} (majority {most / len(scans):.3f})")
    yield Row(of=f"{of}: composed of words", figure=f"{composed / len(scans):.3f}")
    yield Row(of=f"{of}: ECE of whole texts", figure=_error(said))
    yield at_most(f"{of}: the same, beyond what chance makes", calibration_error(said) - by_chance(said).mean, 0.02, 3)


def readings_of(item: Item) -> list[Reading]:
    """What was said of an item, as readings of the comment."""
    return [
        Reading(
            id=f"{item.name}/{number}",
            scan=item.name,
            key=KEY,
            source=str(each.who),
            kind="person",
            text=each.text,
            at=START + timedelta(minutes=number),
        )
        for number, each in enumerate(item.readings)
    ]
