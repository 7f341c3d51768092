"""Champion and challenger on the shared sets: on how many fields the model alone is right, on how many plain majority
alone, by family. What it prints stands in `reconcile/parameters/parameters.py`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from reconcile.learning.learn import contested, learn
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters import shipped
from reconcile.parameters.parameters import SHIPPED_CONTESTS, LearntParameters, champion
from reconcile.policy import POLICY
from tests.bench import sets
from tests.bench.generator import Shape, World, make
from tests.bench.generator.paper import KEYS, forms, reading, scan_of
from tests.bench.read_samples import data_folder
from tests.bench.reconciling import comments
from tests.bench.rows import Row, at_least
from transcribe.model import FieldKey, Reading

SEEDS = (1, 2)
"""Worlds that development looked at."""

SOURCES = 5
"""Two machines and three people."""


def rows(small: bool) -> Iterator[Row]:
    """One row a family: fields on which they differ, and the bar that the model is right on more of them."""
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    for seed in SEEDS[:1] if small else SEEDS:
        _add(tally, _orders(make(seed, Shape(forms=60) if small else Shape())))
    for readers in (3, 5, 7):
        _add(tally, _sentences(readers, 100 if small else None))
    for family, counts in sorted(tally.items()):
        differ = counts["model"] + counts["majority"]
        said = f"{counts['model']} : {counts['majority']} of {counts['items']}"
        yield Row(of=f"{family}: right alone, model : majority", figure=said)
        if differ:
            yield at_least(f"{family}: share of the model", counts["model"] / differ, 0.5, 3)
        yield Row(
            of=f"{family}: champion", figure=f"{champion(counts)}, as shipped" if family in SHIPPED_CONTESTS else "new"
        )


def _add(tally: dict[str, Counter[str]], scans: Sequence[ScanFacts]) -> None:
    """Trust is learnt without the truths, as a store would have it, then both sides are held against them."""
    blind = [ScanFacts(form=scan.form, readings=scan.readings) for scan in scans]
    learnt = LearntParameters.read(version=1, content=learn(blind, shipped.shipped_parameters(), POLICY).content)
    for scan in scans:
        for contest in contested(scan, learnt, POLICY):
            tally[contest.lesson.family] += contest.tally


def _orders(world: World) -> list[ScanFacts]:
    blanks = forms(world.master)
    readings: dict[str, list[Reading]] = defaultdict(list)
    truths: dict[str, dict[FieldKey, str]] = defaultdict(dict)
    form_of = {}
    for item in world.items:
        scan = scan_of(item)
        form_of[scan] = blanks[item.locale]
        truths[scan][KEYS[item.slot]] = item.written
        readings[scan] += [reading(item, said, at) for at, said in enumerate(world.readings[item.number][:SOURCES])]
    return [ScanFacts(form=form_of[scan], readings=some, truths=truths[scan]) for scan, some in readings.items()]


def _sentences(readers: int, most: int | None) -> list[ScanFacts]:
    data = data_folder(None)
    return [
        ScanFacts(form=comments.FORM, readings=comments.readings_of(item), truths={comments.KEY: truth})
        for part in ("dev-clean", "dev-other")
        for item, truth in sets.crowdspeech(data, part, readers)[:most]
    ]
