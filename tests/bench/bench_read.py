"""What machine reading is worth, set by set, with intervals: `python -m tests.bench.bench_read [--small]`."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from reconcile.algorithms.metrics import Forecast, calibration_error
from tests.bench.intervals import by_chance, said
from tests.bench.read_results import ENGINES, Result, dump, results
from tests.bench.read_samples import Sample, data_folder, factures, generated, receipts_de, sroie, testaments
from transcribe.model import Task

SEED = 20250601
CONSOLE = Console(width=150)


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """A set of documents: how to get so many of them (of a folder, a count, the generator's seed), how many by default
    and under --small, how to compare. One that is `apart` is measured, and left out of what all sets come to
    together."""

    name: str
    samples: Callable[[Path, int, int], Iterator[Sample]]
    count: int
    small: int
    folded: bool = False
    undecidable: bool = False
    apart: bool = False


SETS = (
    Set(
        name="typed",
        samples=lambda _, n, seed: generated(n, seed, ("flat", "scan", "phone"), ("typed",)),
        count=102,
        small=6,
    ),
    Set(
        name="block",
        samples=lambda _, n, seed: generated(n, seed, ("flat", "scan", "phone"), ("block",)),
        count=48,
        small=6,
    ),
    Set(name="hard", samples=lambda _, n, seed: generated(n, seed, ("hard",), ("typed", "block")), count=32, small=4),
    Set(
        name="blurred",
        samples=lambda _, n, seed: generated(n, seed, ("blurred",), ("typed", "block")),
        count=40,
        small=4,
        apart=True,
    ),
    Set(name="sroie", samples=lambda data, n, _: sroie(data, n), count=200, small=6, folded=True),
    Set(name="receipts_de", samples=lambda data, n, _: receipts_de(data, n), count=22, small=3, folded=True),
    Set(name="testaments", samples=lambda data, n, _: testaments(data, n), count=121, small=8, undecidable=True),
    Set(name="factures", samples=lambda data, n, _: factures(data, n), count=48, small=4, folded=True),
)


SURE, ECE, ECE_DOUBTFUL = 0.98, 0.02, 0.05
"""The calibration error over all fields, and over those less sure than this, is at most so much."""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a few documents of each set")
    parser.add_argument("--data", help="the folder of the shared sets")
    parser.add_argument("--set", choices=[each.name for each in SETS], action="append", help="this set only")
    parser.add_argument("--count", type=int, help="so many documents of each set")
    parser.add_argument("--seed", type=int, default=SEED, help="of what the generator makes")
    parser.add_argument("--dump", type=Path, help="append every reading with its conditions and truth, as JSON lines")
    given = parser.parse_args()
    stated: list[Forecast] = []
    for each in SETS:
        if given.set and each.name not in given.set:
            continue
        count = given.count or (each.small if given.small else each.count)
        found = list(results(each.samples(data_folder(given.data), count, given.seed), folded=each.folded))
        if given.dump:
            with given.dump.open("a", encoding="utf-8") as stream:
                dump(found, stream)
        show(each.name, found, count == each.count)
        stated += [] if each.apart else _stated(found, count == each.count)
        if each.undecidable:
            CONSOLE.print(f"  machines must decide nothing here: {sum(it.decided is not None for it in found)} decided")
    CONSOLE.print("\n[bold]all of these sets together[/bold]")
    CONSOLE.print(_honesty(stated))


def show(name: str, found: Sequence[Result], whole: bool) -> None:
    """The tables of one set, and every decided value that is wrong."""
    documents = len({each.sample.file for each in found})
    CONSOLE.print(f"\n[bold]{name}[/bold]: {documents} documents, {len(found)} fields")
    CONSOLE.print(_readers(found))
    CONSOLE.print(_decisions(found))
    CONSOLE.print(_honesty(_stated(found, whole)))
    for wrong, decision in ((each, each.decided) for each in found):
        if decision is None or wrong.decided_right:
            continue
        texts = {reading.source.partition(" ")[0]: reading.text for reading in wrong.readings}
        CONSOLE.print(f"  wrong: {wrong.sample.file} {wrong.key}: {wrong.truth!r} decided {decision.text!r}, {texts}")


def _readers(found: Sequence[Result]) -> Table:
    """How often engines are right and agree, by field type, on what is filled in."""
    table = Table(
        "type", *(f"{engine} right" for engine in ENGINES), "one of them right", "both agree", "agreed, wrong"
    )
    filled = [each for each in found if each.kind == "filled"]
    for name, group in [*_by_type(filled), ("all filled", filled)]:
        agreed = [each for each in group if each.agreed]
        right = [sum(_reads_right(each, engine) for each in group) for engine in ENGINES]
        table.add_row(
            name,
            *(said(hits, len(group)) for hits in right),
            said(sum(each.best_is_right for each in group), len(group)),
            said(len(agreed), len(group)),
            said(sum(not each.best_is_right for each in agreed), len(agreed)),
        )
    return table


def _decisions(found: Sequence[Result]) -> Table:
    """How much is decided by machine, how much of that is wrong, and why the rest is asked."""
    table = Table("what", "decided by machine", "decided, wrong", "asked because")
    for kind in ("filled", "blank", "mark"):
        group = [each for each in found if each.kind == kind]
        decided = [each for each in group if each.decided]
        reasons = Counter(each.outcome.reason for each in group if isinstance(each.outcome, Task))
        why = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common(6))
        wrong = sum(not each.decided_right for each in decided)
        table.add_row(kind, said(len(decided), len(group)), said(wrong, len(decided)), why)
    return table


def _stated(found: Sequence[Result], whole: bool) -> list[Forecast]:
    """What was stated of the documents that `fit_stages` did not see: every second one of a whole set."""
    files = list(dict.fromkeys(each.sample.file for each in found))
    unseen = set(files[1::2] if whole else files)
    return [told for each in found if each.sample.file in unseen and (told := each.stated)]


def _honesty(stated: Sequence[Forecast]) -> Table:
    """Whether machines' probabilities mean what they say, on fields of every fate: the calibration error beside what as
    many fields show by chance (on average, and once in twenty draws) where every probability is exactly right."""
    table = Table("probability of the likeliest value", "fields", "stated", "right", "ECE", "by chance", "bar")
    doubtful = [told for told in stated if told[0] < SURE]
    for name, some, bar in (("all", stated, ECE), (f"under {SURE}", doubtful, ECE_DOUBTFUL)):
        if some:
            mean, right = (sum(column) / len(some) for column in zip(*some, strict=True))
            chance = f"{by_chance(some).mean:.3f}, {by_chance(some).rare:.3f}"
            figures = (f"{each:.3f}" for each in (mean, right, calibration_error(some)))
            table.add_row(name, str(len(some)), *figures, chance, str(bar))
    return table


def _by_type(found: Iterable[Result]) -> list[tuple[str, list[Result]]]:
    groups: dict[str, list[Result]] = {}
    for each in found:
        groups.setdefault(each.field.type, []).append(each)
    return sorted(groups.items())


def _reads_right(each: Result, engine: str) -> bool:
    reading = each.by(engine)
    return reading is not None and each.is_right(reading.text)


if __name__ == "__main__":
    main()
