"""`learn` on real documents that machines have read: what it reopens, and what it makes of documents that follow.

The readings are dumps that `bench_read --dump` wrote. Half of the files are the store, the other half follow; nobody
reads but machines, so that a question is a field that they do not decide.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from reconcile.algorithms.paired import flip_probability, sign_probability
from reconcile.decision.decide import decide
from reconcile.forms.prepared_form import prepared
from reconcile.inference.weigh import weigh
from reconcile.learning.proposal import propose
from reconcile.learning.training_facts import ScanFacts
from reconcile.policy import POLICY
from tests.bench import fit_first
from tests.bench.reconciling.evidence import CHANCE, GOLD, REOPENED_SHARE, SHIPPED
from tests.bench.reconciling.rows import Row
from transcribe.model import Decision, FieldKey, Parameters

SPLITS = 3
EVERY = "all of them gold"
Fates = dict[tuple[str, FieldKey], bool | None]
"""Whether what is decided of a field is right; None where it is asked."""


def rows(dump: Path) -> Iterator[Row]:
    """Without a truth, with 100 gold fields, with all of them gold; the splits together."""
    scans = [each.facts for _, each in fit_first.read(dump)]
    for name in ("no truth", f"{GOLD} gold", EVERY):
        again, before, after = 0, list[Fates](), list[Fates]()
        for split in range(SPLITS):
            lot = random.Random(split)
            mixed = lot.sample(scans, len(scans))
            past, later = mixed[: len(mixed) // 2], mixed[len(mixed) // 2 :]
            proposal = propose(_known(past, name, lot), SHIPPED, POLICY, REOPENED_SHARE)
            learnt = Parameters(version=1, content=proposal.content) if proposal.is_accepted else SHIPPED
            again += len(proposal.changed.reopened) if proposal.reopens else 0
            before.append(_fates(later, SHIPPED))
            after.append(_fates(later, learnt))
        yield from _rows(f"{dump.stem}, {name}", name == "no truth", again, before, after)


def _known(past: Sequence[ScanFacts], name: str, lot: random.Random) -> list[ScanFacts]:
    every = [(number, key) for number, each in enumerate(past) for key in each.truths]
    count = 0 if name == "no truth" else len(every) if name == EVERY else min(GOLD, len(every))
    chosen = set(lot.sample(every, count))
    return [
        replace(each, truths={key: text for key, text in each.truths.items() if (number, key) in chosen})
        for number, each in enumerate(past)
    ]


def _fates(scans: Sequence[ScanFacts], parameters: Parameters) -> Fates:
    found: Fates = {}
    for scan in scans:
        spots = prepared(scan.form).fields
        for key, posterior in weigh(scan.form, scan.readings, parameters, POLICY).items():
            answer = decide(scan.form.field(key.name), posterior, POLICY)
            if key in scan.truths:
                normal = spots[key.name].normal
                right = isinstance(answer, Decision) and normal(answer.text) == normal(scan.truths[key])
                found[scan.scan, key] = right if isinstance(answer, Decision) else None
    return found


def _rows(of: str, without: bool, again: int, before: Sequence[Fates], after: Sequence[Fates]) -> Iterator[Row]:
    pairs = [(old[field], new[field]) for old, new in zip(before, after, strict=True) for field in old]
    yield Row(
        of=f"{of}: asked again",
        figure=str(again),
        bar="nothing" if without else "",
        holds=again == 0 if without else None,
    )
    old_asked, new_asked = (sum(pair[at] is None for pair in pairs) for at in (0, 1))
    by_scan: Counter[str] = Counter()  # a document is one draw, in however many splits it is
    for old, new in zip(before, after, strict=True):
        for scan, key in old:
            by_scan[scan] += (new[scan, key] is None) - (old[scan, key] is None)
    chance = flip_probability(list(by_scan.values()))
    figure = f"{old_asked}, {new_asked} of {len(pairs)}"
    yield Row(of=f"{of}: questions, before and after", figure=figure, bar="no more", holds=chance > CHANCE)
    newly = sum(new is False and old is not False for old, new in pairs)
    mended = sum(old is False and new is not False for old, new in pairs)
    holds = sign_probability(newly, mended) > CHANCE
    yield Row(of=f"{of}: values newly wrong, and mended", figure=f"{newly}, {mended}", bar="no more", holds=holds)
