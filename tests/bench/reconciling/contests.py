"""Champion and challenger on the shared sets: on how many fields the model alone is right, on how many plain majority
alone, by family. What it prints stands in `reconcile/parameters/parameters.py`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from reconcile.learning.learn import contested
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.parameters import SHIPPED_CONTESTS, champion, read_parameters
from reconcile.policy import POLICY
from tests.bench import sets
from tests.bench.generator import Shape, make
from tests.bench.generator.paper import learnt_blindly, scans
from tests.bench.read_samples import data_folder
from tests.bench.reconciling import comments
from tests.bench.rows import Row, at_least

SEEDS = (1, 2)
"""Worlds that development looked at."""

SOURCES = 5
"""Two machines and three people."""


def rows(small: bool) -> Iterator[Row]:
    """One row a family: fields on which they differ, and the bar that the model is right on more of them."""
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    for seed in SEEDS[:1] if small else SEEDS:
        _add(tally, scans(make(seed, Shape(forms=60) if small else Shape()), SOURCES))
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


def _add(tally: dict[str, Counter[str]], facts: Sequence[ScanFacts]) -> None:
    """Trust is learnt without the truths, as a store would have it, then both sides are held against them."""
    learnt = read_parameters(learnt_blindly(facts))
    for scan in facts:
        for contest in contested(scan, learnt, POLICY):
            tally[contest.lesson.family] += contest.tally


def _sentences(readers: int, most: int | None) -> list[ScanFacts]:
    data = data_folder(None)
    return [
        ScanFacts(form=comments.FORM, readings=comments.readings_of(item), truths={comments.KEY: truth})
        for part in ("dev-clean", "dev-other")
        for item, truth in sets.crowdspeech(data, part, readers)[:most]
    ]
