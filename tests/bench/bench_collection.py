"""Other people's readings, reconciled: the rows micropasts, crowdspeech, weather and notes from nature.

    python -m tests.bench.bench_collection [--data DIR] [--set NAME] [--small]

Everything is compared after folding case, spaces and punctuation, for every method alike. The shipped weights were
fitted on the same parts of micropasts and crowdspeech (the only ones at hand): the row "cross-fitted" fits them on four
fifths of the cards and is scored on the last fifth.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from reconcile.collection import choice, first_fit
from reconcile.collection.candidates import options
from reconcile.collection.hearing import family, hear, types
from reconcile.collection.items import Item, Result
from reconcile.collection.reconcile import choose, learn, reconcile_items, told
from reconcile.lines import Line, best
from reconcile.lines import learn as learn_lines
from reconcile.measure import calibration_error, word_errors
from reconcile.network import network, words
from tests.bench import sets
from tests.bench.intervals import by_chance, said

FOLDS = 5
BINS = 15


def main() -> None:
    """Print the rows asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--set", choices=sorted(SETS), default=None)
    parser.add_argument("--small", action="store_true", help="a few items of each set: whether it runs, not how well")
    arguments = parser.parse_args()
    for name, row in SETS.items():
        if arguments.set in (None, name):
            print(f"\n{name}")
            row(arguments.data, 60 if arguments.small else None)


GOLD_DRAWS = range(1, 7)
"""Which items are gold is drawn so many times: a single draw says little."""


def micropasts(data: Path, most: int | None) -> None:
    """Real volunteers, real cards: accuracy beside majority, minorities saved and majorities broken, calibration."""
    cards, supported = sets.micropasts(data)
    known = [(card, support) for card, support in zip(cards, supported, strict=True) if card[1]][:most]
    collection = [card for card, _ in known]
    items = [item for item, _ in collection]
    truths = [folded(truth) for _, truth in collection]
    support = [each for _, each in known]
    _accuracy("majority, first of equals", [_majority(item) for item in items], truths, support)
    start = time.perf_counter()
    shipped = reconcile_items(items).results
    seconds = time.perf_counter() - start
    _accuracy(f"fairhand, shipped fit ({len(items) / seconds:.0f} items/s)", _normals(shipped), truths, support)
    _accuracy("fairhand, cross-fitted", _cross_fitted(collection), truths, support)
    _minorities(shipped, truths)
    errors = []
    for seed in GOLD_DRAWS:
        golden = _spread(items, 100, seed)
        results = reconcile_items(sets.with_gold(collection, golden)).results
        rest = [(r, t) for r, t in zip(results, truths, strict=True) if r.item.name not in golden]
        stated = [(result.probability, result.normal == truth) for result, truth in rest]
        errors.append(calibration_error(stated, BINS))
        mean, rare = by_chance(stated, BINS)
        print(f"  after 100 gold items (seed {seed}): ECE {errors[-1]:.3f} ({mean:.3f} by chance, 1 in 20 {rare:.3f})")
    print(f"  mean of {len(errors)} draws of gold: ECE {sum(errors) / len(errors):.3f} (bar 0.03)")


def crowdspeech(data: Path, most: int | None) -> None:
    """Long text: word error rate beside plain vote and Crowd-Kit's ROVER in the same run."""
    for part in ("dev-clean", "dev-other"):
        for readers in (3, 7):
            collection = sets.crowdspeech(data, part, readers)[:most]
            truths = [words(truth) for _, truth in collection]
            readings = [[words(each.text or "") for each in item.readings] for item, _ in collection]
            sources = [tuple(each.who for each in item.readings) for item, _ in collection]
            start = time.perf_counter()
            lines = [Line(slots=tuple(network(r)), sources=s) for r, s in zip(readings, sources, strict=True)]
            model = learn_lines(lines)
            ours = _error([[w for w in best(model.weigh(line)) if w] for line in lines], truths)
            seconds = time.perf_counter() - start
            vote = _error([[w for slot in line.slots if (w := _first_most(slot))] for line in lines], truths)
            rover = _error(_rover([item for item, _ in collection]), truths)
            print(
                f"  {part}, {readers} readings: WER {ours:.2f} %, vote {vote:.2f} %, ROVER {rover:.2f} %; "
                f"ratio to ROVER {ours / rover:.3f}, to vote {ours / vote:.3f}; {len(lines) / seconds:.0f} lines/s"
            )


def weather(data: Path, most: int | None) -> None:
    """Ship's logs by their first three readings, against what a panel of five or more says (no independent truth)."""
    for name in ("header_fields", "observation_fields"):
        panel = sets.weather(data, name)[:most]
        items = [replace(item, readings=item.readings[:3]) for item, _ in panel]
        results = reconcile_items(items).results
        hits = sum(r.normal == _as_heard(r, truth) for r, (_, truth) in zip(results, panel, strict=True))
        votes = sum(folded(_majority(item)) == folded(truth) for item, (_, truth) in zip(items, panel, strict=True))
        sure = [(r, truth) for r, (_, truth) in zip(results, panel, strict=True) if not r.ask]
        wrong = sum(r.normal != _as_heard(r, truth) for r, truth in sure)
        print(f"  {name}: agrees with the panel {said(hits, len(items))} (majority {said(votes, len(items))})")
        print(f"    decided {len(sure) / len(items):.0%}, of them against the panel {said(wrong, len(sure))}")


def notes_from_nature(data: Path, most: int | None) -> None:
    """Specimen labels without a truth: shares decided and asked."""
    done = reconcile_items(sets.notes_from_nature(data)[:most])
    methods = Counter(result.method for result in done.results)
    asked = sum(result.ask for result in done.results)
    print(f"  {len(done.results)} items, {asked / len(done.results):.0%} asked; {dict(methods.most_common())}")


SETS: dict[str, Callable[[Path, int | None], None]] = {
    "micropasts": micropasts,
    "crowdspeech": crowdspeech,
    "weather": weather,
    "notes_from_nature": notes_from_nature,
}


def folded(text: str) -> str:
    """A text without case, spaces' number and punctuation."""
    return " ".join(words(text))


def _normals(results: Sequence[Result]) -> list[str]:
    return [result.normal for result in results]


def _majority(item: Item) -> str:
    """The peer: the commonest folded reading that is not blank, of equals the first that was read."""
    texts = [folded(each.text) for each in item.readings if each.text and folded(each.text)]
    return Counter(texts).most_common(1)[0][0] if texts else ""


def _as_heard(result: Result, truth: str) -> str | None:
    """The panel's text as readings of this item are compared."""
    return hear([replace(result.item, gold=truth)], types([result.item]))[0].gold


def _accuracy(name: str, normals: Sequence[str], truths: Sequence[str], support: Sequence[bool]) -> None:
    right = [normal == truth for normal, truth in zip(normals, truths, strict=True)]
    backed = [was for was, has in zip(right, support, strict=True) if has]
    print(f"  {name}: all {said(sum(right), len(right))}; supported {said(sum(backed), len(backed))}")


def _minorities(results: Sequence[Result], truths: Sequence[str]) -> None:
    saved = broken = chances = majorities = 0
    for result, truth in zip(results, truths, strict=True):
        votes = Counter(folded(each.text) for each in result.item.readings if each.text and folded(each.text))
        ranked = votes.most_common(2)
        if len(ranked) < 2 or ranked[0][1] == ranked[1][1]:
            continue
        most = ranked[0][0]
        chances += most != truth and truth in votes
        majorities += most == truth
        saved += most != truth and result.normal == truth
        broken += most == truth and result.normal != truth
    print(f"  right minorities saved {saved} of {chances}; right majorities broken {broken} of {majorities}")


def _cross_fitted(collection: sets.Told) -> list[str]:
    """Every item chosen with weights fitted on the other folds of scans; the rest is learnt without truth from all."""
    items = [item for item, _ in collection]
    of_type = types(items)
    heard = hear(items, of_type)
    learnt = learn(heard)
    possible = [options(each, learnt) if each.voices else [] for each in heard]
    golden = hear([replace(item, gold=truth) for item, truth in collection], of_type)
    kinds = {name: family([each for each in heard if each.item.field == name], of_type[name]) for name in of_type}
    fold = [sum(item.scan.encode()) % FOLDS for item in items]
    weights = [_fit([i for i, each in enumerate(fold) if each != number], golden, possible) for number in range(FOLDS)]
    chosen = [
        choose(each, some, learnt, kinds[each.item.field], weights[number])
        for each, some, number in zip(heard, possible, fold, strict=True)
    ]
    return [each.option.normal if each.option else "" for each in chosen]


def _fit(places: Sequence[int], golden: Sequence[object], possible: Sequence[object]) -> choice.Weights:
    some = told([golden[place] for place in places], [possible[place] for place in places])  # type: ignore[misc]  # both as heard
    return choice.fit(some) if some else first_fit.CHOICE


def _spread(items: Sequence[Item], count: int, seed: int) -> set[str]:
    """Names of so many items, spread over all fields."""
    fields: dict[str, list[str]] = defaultdict(list)
    for item in items:
        fields[item.field].append(item.name)
    mixed = [random.Random(seed).sample(names, len(names)) for _, names in sorted(fields.items())]
    turns = [
        name for turn in range(max(map(len, mixed))) for names in mixed if turn < len(names) for name in [names[turn]]
    ]
    return set(turns[:count])


def _first_most(slot: Sequence[str]) -> str:
    return Counter(slot).most_common(1)[0][0]


def _error(texts: Sequence[Sequence[str]], truths: Sequence[Sequence[str]]) -> float:
    """Word error rate in percent."""
    return 100 * word_errors(zip(texts, truths, strict=True)).share


def _rover(items: Sequence[Item]) -> list[list[str]]:
    """Crowd-Kit's ROVER with the same words."""
    import pandas
    from crowdkit.aggregation import ROVER

    rows = [(item.name, each.who, each.text) for item in items for each in item.readings]
    table = pandas.DataFrame(rows, columns=["task", "worker", "text"])
    found = ROVER(tokenizer=words, detokenizer=" ".join).fit_predict(table)
    return [str(found[item.name]).split() for item in items]


if __name__ == "__main__":
    main()
