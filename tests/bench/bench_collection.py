"""Other people's readings, reconciled: the rows micropasts, crowdspeech, weather and notes from nature.

    python -m tests.bench.bench_collection [--data DIR] [--set NAME] [--small]

Everything is compared after folding case, spaces and punctuation, for every method alike. The shipped weights were
fitted on the same parts of micropasts and crowdspeech (the only ones at hand): rows "cross-fitted" fit them on other
items of the set than those they are scored on.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from reconcile.algorithms.metrics import Forecast, calibration_error, word_errors
from reconcile.algorithms.word_model import Line, best_line, build_network, comparable_words
from reconcile.algorithms.word_model import learn_line_model as learn_line_model
from reconcile.collection import choice_calibration
from reconcile.collection.items import Item, ItemResult
from reconcile.collection.reconcile_items import reconcile_items
from reconcile.collection.source_standing import field_types, make_comparable
from tests.bench import cross_fitted, sets
from tests.bench.intervals import brier, by_chance, said

BINS = 15
SURE, VERY_SURE = 0.98, 0.99
LINE_DRAWS = {3: 4, 4: 3, 5: 3, 6: 2, 7: 1}
"""How often so many of seven readers are drawn by lot: 800 sentences read once show an error of .04 by chance."""


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
    unseen = cross_fitted.cards(collection)
    _accuracy("fairhand, cross-fitted", [each.normal for each in unseen], truths, support)
    _minorities(shipped, truths)
    _honesty("without gold, cross-fitted", [each.told for each in unseen], 0.03)
    errors = []
    for seed in GOLD_DRAWS:
        golden = _spread(items, 100, seed)
        results = reconcile_items(sets.with_gold(collection, golden)).results
        rest = [(r, t) for r, t in zip(results, truths, strict=True) if r.item.name not in golden]
        stated = [(result.probability, result.normal == truth) for result, truth in rest]
        _honesty(f"after 100 gold items (seed {seed}), shipped fit", stated, 0.03)
        errors.append((calibration_error(stated, BINS), _after_gold(unseen, golden)))
    ours, other = (sum(column) / len(errors) for column in zip(*errors, strict=True))
    print(f"  mean of {len(errors)} draws of gold: ECE {ours:.3f}; cross-fitted {other:.3f} (bar 0.03)")
    votes = [
        (_share_of_votes(item), folded(_majority(item)) == truth) for item, truth in zip(items, truths, strict=True)
    ]
    _honesty("majority, its share of the votes", votes, 0.03)


def _after_gold(unseen: Sequence[cross_fitted.Stated], golden: set[str]) -> float:
    """The calibration error of the items that are not gold, by a map that saw neither them nor the gold, bent by the
    gold."""
    own = choice_calibration.fit_own_calibration(
        [(each.odds, each.item.field, each.right) for each in unseen if each.item.name in golden]
    )
    rest = [each for each in unseen if each.item.name not in golden]
    return calibration_error(
        [(choice_calibration.probability(each.odds, each.item.field, own), each.right) for each in rest], BINS
    )


def crowdspeech(data: Path, most: int | None) -> None:
    """Long text: word error rate beside plain vote and Crowd-Kit's ROVER in the same run."""
    for part in ("dev-clean", "dev-other"):
        for readers in (3, 7):
            collection = sets.crowdspeech(data, part, readers)[:most]
            truths = [comparable_words(truth) for _, truth in collection]
            readings = [[comparable_words(each.text or "") for each in item.readings] for item, _ in collection]
            sources = [tuple(each.source for each in item.readings) for item, _ in collection]
            start = time.perf_counter()
            lines = [Line(slots=tuple(build_network(r)), sources=s) for r, s in zip(readings, sources, strict=True)]
            model = learn_line_model(lines)
            ours = _error([[w for w in best_line(model.weigh(line)) if w] for line in lines], truths)
            seconds = time.perf_counter() - start
            vote = _error([[w for slot in line.slots if (w := _first_most(slot))] for line in lines], truths)
            rover = _error(_rover([item for item, _ in collection]), truths)
            print(
                f"  {part}, {readers} readings: WER {ours:.2f} %, vote {vote:.2f} %, ROVER {rover:.2f} %; "
                f"ratio to ROVER {ours / rover:.3f}, to vote {ours / vote:.3f}; {len(lines) / seconds:.0f} lines/s"
            )
    parts = [sets.crowdspeech(data, part)[:most] for part in ("dev-clean", "dev-other")]
    stated = cross_fitted.lines(parts, LINE_DRAWS)
    for readers in LINE_DRAWS:
        some = [each.told for each in stated if len(each.item.readings) == readers]
        _honesty(f"{readers} of seven readers, drawn {LINE_DRAWS[readers]} times, cross-fitted", some, 0.02)
    _honesty("all of these", [each.told for each in stated], 0.02)


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
        stated = [
            (r.probability, r.normal == _as_heard(r, truth)) for r, (_, truth) in zip(results, panel, strict=True)
        ]
        _honesty("  probability, the panel's text taken for the truth", stated, 0.02)


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
    return " ".join(comparable_words(text))


def _normals(results: Sequence[ItemResult]) -> list[str]:
    return [result.normal for result in results]


def _majority(item: Item) -> str:
    """The peer: the commonest folded reading that is not blank, of equals the first that was read."""
    texts = [folded(each.text) for each in item.readings if each.text and folded(each.text)]
    return Counter(texts).most_common(1)[0][0] if texts else ""


def _share_of_votes(item: Item) -> float:
    """The peer's probability: the share of an item's readings that are not blank which the majority has."""
    texts = [folded(each.text) for each in item.readings if each.text and folded(each.text)]
    return Counter(texts).most_common(1)[0][1] / len(texts) if texts else 0.0


def _as_heard(result: ItemResult, truth: str) -> str | None:
    """The panel's text as readings of this item are compared."""
    return make_comparable([replace(result.item, gold=truth)], field_types([result.item]))[0].gold


def _accuracy(name: str, normals: Sequence[str], truths: Sequence[str], support: Sequence[bool]) -> None:
    right = [normal == truth for normal, truth in zip(normals, truths, strict=True)]
    backed = [was for was, has in zip(right, support, strict=True) if has]
    print(f"  {name}: all {said(sum(right), len(right))}; supported {said(sum(backed), len(backed))}")


def _minorities(results: Sequence[ItemResult], truths: Sequence[str]) -> None:
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


def _honesty(name: str, stated: Sequence[Forecast], bar: float) -> None:
    """Whether probabilities mean what they say, beside what chance makes of as many."""
    mean, rare = by_chance(stated, BINS)
    doubtful = [told for told in stated if told[0] < SURE]
    wrong = [not right for probability, right in stated if probability >= VERY_SURE]
    print(
        f"  {name}: ECE {calibration_error(stated, BINS):.3f} (bar {bar}; {mean:.3f} by chance, 1 in 20 {rare:.3f}), "
        f"under {SURE} {calibration_error(doubtful, BINS):.3f} (bar 0.05); "
        f"Brier {brier(stated):.4f}; given {VERY_SURE} or more: {len(wrong)} of {len(stated)}, "
        f"wrong: {said(sum(wrong), len(wrong))}"
    )


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

    rows = [(item.name, each.source, each.text) for item in items for each in item.readings]
    table = pandas.DataFrame(rows, columns=["task", "worker", "text"])
    found = ROVER(tokenizer=comparable_words, detokenizer=" ".join).fit_predict(table)
    return [str(found[item.name]).split() for item in items]


if __name__ == "__main__":
    main()
