"""Other people's readings, reconciled: the rows micropasts and crowdspeech.

Everything is compared after folding case, spaces and punctuation, for every method alike. The shipped weights were
fitted on the same parts of both (the only ones at hand): rows "cross-fitted" fit them on other items of the set than
those they are scored on.
"""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from reconcile.algorithms.metrics import Forecast, calibration_error, word_errors
from reconcile.algorithms.word_model import Line, best_line, build_network, comparable_words
from reconcile.algorithms.word_model import learn_line_model as learn_line_model
from reconcile.collection import choice_calibration
from reconcile.collection.items import Item, ItemResult
from reconcile.collection.reconcile_items import reconcile_items
from tests.bench import cross_fitted, sets
from tests.bench.intervals import brier, by_chance, said
from tests.bench.read_samples import data_folder
from tests.bench.reconciling import peers
from tests.bench.rows import Row

BINS = 15
FEW = 200
"""Items of a set that say whether it runs."""

SURE, VERY_SURE = 0.98, 0.99
LINE_DRAWS = {3: 4, 4: 3, 5: 3, 6: 2, 7: 1}
"""How often so many of seven readers are drawn by lot: 800 sentences read once show an error of .04 by chance."""


GOLD_DRAWS = range(1, 7)
"""Which items are gold is drawn so many times: a single draw says little."""


def micropasts(small: bool) -> Iterator[Row]:
    """Real volunteers, real cards: accuracy beside majority, minorities saved and majorities broken, calibration."""
    cards, supported = sets.micropasts(data_folder(None))
    known = [(card, support) for card, support in zip(cards, supported, strict=True) if card[1]]
    known = known[: FEW if small else None]
    collection = [card for card, _ in known]
    items = [item for item, _ in collection]
    truths = [folded(truth) for _, truth in collection]
    support = [each for _, each in known]
    yield _accuracy("majority, first of equals", [_majority(item) for item in items], truths, support)
    start = time.perf_counter()
    shipped = reconcile_items(items).results
    seconds = time.perf_counter() - start
    yield _accuracy(f"fairhand, shipped fit ({len(items) / seconds:.0f} items/s)", _normals(shipped), truths, support)
    unseen = cross_fitted.cards(collection)
    yield _accuracy("fairhand, cross-fitted", [each.normal for each in unseen], truths, support)
    yield _minorities(shipped, truths)
    yield from _honesty("without gold, cross-fitted", [each.told for each in unseen], 0.03)
    errors = []
    for seed in GOLD_DRAWS:
        golden = _spread(items, 100, seed)
        results = reconcile_items(sets.with_gold(collection, golden)).results
        rest = [(r, t) for r, t in zip(results, truths, strict=True) if r.item.name not in golden]
        stated = [(result.probability, result.normal == truth) for result, truth in rest]
        yield from _honesty(f"after 100 gold items (seed {seed}), shipped fit", stated, 0.03)
        errors.append((calibration_error(stated, BINS), _after_gold(unseen, golden)))
    ours, other = (sum(column) / len(errors) for column in zip(*errors, strict=True))
    yield Row(of=f"ECE, mean of {len(errors)} draws of gold", figure=f"{ours:.3f}")
    yield Row(of="the same, cross-fitted", figure=f"{other:.3f}", bar="at most 0.03", holds=other <= 0.03)
    votes = [
        (_share_of_votes(item), folded(_majority(item)) == truth) for item, truth in zip(items, truths, strict=True)
    ]
    yield from _honesty("majority, its share of the votes", votes, 0.03)


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


def crowdspeech(small: bool) -> Iterator[Row]:
    """Long text: word error rate beside plain vote and Crowd-Kit's ROVER in the same run."""
    data, most = data_folder(None), FEW if small else None
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
            heard = [(item.name, each.source, each.text or "") for item, _ in collection for each in item.readings]
            found = peers.rover(heard, comparable_words, " ")
            rover = _error([found[item.name].split() for item, _ in collection], truths)
            figure = f"{ours:.2f}, {vote:.2f}, {rover:.2f} %"
            yield Row(of=f"{part}, {readers} readings: word errors, of vote, of ROVER", figure=figure)
            yield Row(of=f"{part}, {readers} readings: lines a second", figure=f"{len(lines) / seconds:.0f}")
    parts = [sets.crowdspeech(data, part)[:most] for part in ("dev-clean", "dev-other")]
    stated = cross_fitted.lines(parts, LINE_DRAWS)
    for readers in LINE_DRAWS:
        some = [each.told for each in stated if len(each.item.readings) == readers]
        yield from _honesty(f"{readers} of seven readers, drawn {LINE_DRAWS[readers]} times, cross-fitted", some, 0.02)
    yield from _honesty("all of these", [each.told for each in stated], 0.02)


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


def _accuracy(name: str, normals: Sequence[str], truths: Sequence[str], support: Sequence[bool]) -> Row:
    right = [normal == truth for normal, truth in zip(normals, truths, strict=True)]
    backed = [was for was, has in zip(right, support, strict=True) if has]
    figure = f"{said(sum(right), len(right))}; {said(sum(backed), len(backed))}"
    return Row(of=f"{name}: all, supported", figure=figure)


def _minorities(results: Sequence[ItemResult], truths: Sequence[str]) -> Row:
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
    figure = f"{saved} of {chances}, {broken} of {majorities}"
    return Row(of="right minorities saved, right majorities broken", figure=figure)


def _honesty(name: str, stated: Sequence[Forecast], bar: float) -> Iterator[Row]:
    """Whether probabilities mean what they say, beside what chance makes of as many."""
    mean, rare = by_chance(stated, BINS)
    error = f"{calibration_error(stated, BINS):.3f} ({mean:.3f} by chance, 1 in 20 {rare:.3f})"
    yield Row(of=f"{name}: ECE", figure=error, bar=f"at most {bar}")
    doubtful = calibration_error([told for told in stated if told[0] < SURE], BINS)
    wrong = [not right for probability, right in stated if probability >= VERY_SURE]
    figure = f"{doubtful:.3f}, {brier(stated):.4f}, {said(sum(wrong), len(wrong))}"
    yield Row(of=f"{name}: ECE under {SURE}, Brier, wrong of those given {VERY_SURE} or more", figure=figure)


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
