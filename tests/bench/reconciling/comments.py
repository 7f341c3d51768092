"""Long text of a form: sentences that volunteers typed, as the comment of a form that several people read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from reconcile.algorithms.metrics import Forecast, calibration_error
from reconcile.collection.items import Item
from reconcile.forms.prepared_form import prepared
from reconcile.inference.votes import votes
from reconcile.inference.weigh import weigh
from reconcile.learning.learn import learn
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters import shipped
from reconcile.policy import POLICY
from tests.bench import sets
from tests.bench.fit_collection import by_lot
from tests.bench.generator.paper import START, learnt_blindly
from tests.bench.intervals import by_chance
from tests.bench.read_samples import data_folder
from tests.bench.rows import Row, at_least, at_most
from transcribe.model import Field, FieldKey, Form, Parameters, Reading

PARTS = ("dev-clean", "dev-other")
"""Every second sentence of each: `reconcile.inference.long_text` and `reconcile.inference.long_text_calibration`
were fitted on the others."""

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


DRAWS = {1: 1, 2: 2, 3: 3, 4: 2, 5: 2, 6: 2, 7: 1}
"""How often so many of seven readers are drawn by lot: 400 texts read once show an error of .04 by chance."""

BAR = 0.02


def rows(small: bool) -> Iterator[Row]:
    """Whole texts right beside the majority of the same readings, and whether the probability is honest."""
    data = data_folder(None)
    parts = [sets.crowdspeech(data, part)[1::2][: 75 if small else None] for part in PARTS]
    everything, taught = [], []
    for readers in DRAWS:
        drawn = [each for part in parts for each in by_lot(part, {readers: 1 if small else DRAWS[readers]})]
        said: list[Heard] = [heard for collection in drawn for heard in _heard(collection)]
        everything += [each.told for each in said]
        if readers > 2:
            taught += [told for collection in drawn for told in _after_gold(collection)]
            yield from _rows(readers, said)
        yield Row(of=f"{readers} readings: ECE of {len(said)} whole texts", figure=_error([each.told for each in said]))
    yield at_most("ECE of all of these", calibration_error(everything), BAR, 3)
    yield Row(of="by chance, were every probability exactly right", figure=_chance(everything))
    yield Row(of=f"three readings and more, after {GOLD} known of each part: ECE", figure=_error(taught))


class Heard(NamedTuple):
    """A text as it was weighed: whether the likeliest and whether the majority is right, and what was stated."""

    right: bool
    most_right: bool
    composed: bool
    probability: float

    @property
    def told(self) -> Forecast:
        return self.probability, self.right


def _heard(told: sets.Told) -> Iterator[Heard]:
    """The texts of a collection, weighed with what is learnt of it without its truth."""
    spot = prepared(FORM).fields["comment"]
    scans = [readings_of(item) for item, _ in told]
    learnt = learnt_blindly(ScanFacts(form=FORM, readings=readings) for readings in scans)
    for readings, (_, truth) in zip(scans, told, strict=True):
        posterior = weigh(FORM, readings, learnt, POLICY)[KEY]
        best = posterior.candidates[0]
        counts = Counter(vote.says for vote in votes(spot, readings))
        most = max(counts, key=lambda says: counts[says])
        true = spot.normal(truth)
        yield Heard(best.normal == true, most == true, best.origin == "words", posterior.probability)


def _after_gold(told: sets.Told) -> Iterator[Forecast]:
    """What is stated of the other texts where the truth of some is known to the learner."""
    facts = [ScanFacts(form=FORM, readings=readings_of(item)) for item, _ in told]
    known = [replace(scan, truths={KEY: truth}) for scan, (_, truth) in zip(facts[:GOLD], told, strict=False)]
    content = learn([*known, *facts[GOLD:]], shipped.shipped_parameters(), POLICY).content
    learnt = Parameters(version=1, content=content)
    for scan, (_, truth) in zip(facts[GOLD:], told[GOLD:], strict=True):
        posterior = weigh(FORM, scan.readings, learnt, POLICY)[KEY]
        yield posterior.probability, posterior.candidates[0].normal == prepared(FORM).fields["comment"].normal(truth)


def _rows(readers: int, said: list[Heard]) -> Iterator[Row]:
    ours, most, composed = (sum(column) / len(said) for column in zip(*(each[:3] for each in said), strict=True))
    of = f"{readers} readings"
    yield at_least(f"{of}: whole texts right, less majority", ours - most, 0.0)
    yield Row(of=f"{of}: right", figure=f"{ours:.3f} (majority {most:.3f})")
    yield Row(of=f"{of}: composed of words", figure=f"{composed:.3f}")


def _error(said: list[Forecast]) -> str:
    """The calibration error, beside what so few texts show by chance where every probability is exactly right."""
    return f"{calibration_error(said):.3f} ({_chance(said)} by chance)" if said else "none"


def _chance(said: list[Forecast]) -> str:
    mean, rare = by_chance(said)
    return f"{mean:.3f}, 1 in 20 {rare:.3f}"


def readings_of(item: Item) -> list[Reading]:
    """What was said of an item, as readings of the comment."""
    return [
        Reading(
            id=f"{item.name}/{number}",
            scan=item.name,
            key=KEY,
            source=str(each.source),
            kind="person",
            text=each.text,
            at=START + timedelta(minutes=number),
        )
        for number, each in enumerate(item.readings)
    ]
