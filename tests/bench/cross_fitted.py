"""Probabilities of collections by maps that have not seen the items: fitted on the other folds of the same set."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from reconcile.algorithms.metrics import Forecast
from reconcile.collection import choice_calibration
from reconcile.collection.items import Item
from reconcile.collection.reconcile_items import choice_examples, learn_collection
from reconcile.collection.source_standing import field_types, make_comparable
from reconcile.collection.text_options import options_of
from tests.bench import sets
from tests.bench.fit_collection import Seen, by_lot, golden_of, seen

FOLDS = 5


class Stated(NamedTuple):
    """A choice whose truth is known: the item, what was chosen, the log odds that it is right, and whether it is."""

    item: Item
    normal: str
    odds: float
    right: bool

    @property
    def told(self) -> Forecast:
        """The probability without any gold, and whether the choice is right."""
        return choice_calibration.probability(
            self.odds, self.item.field, choice_calibration.OwnCalibration()
        ), self.right


def cards(collection: sets.Told) -> list[Stated]:
    """Index cards: the choice of texts and its probability fitted on four fifths of the cards, for the last fifth."""

    def fold(item: Item) -> int:
        return sum(item.scan.encode()) % FOLDS

    heard = make_comparable([item for item, _ in collection], field_types([item for item, _ in collection]))
    learnt = learn_collection(heard)
    possible = [options_of(each, learnt) if each.readings else [] for each in heard]
    golden = golden_of(collection)
    weights = []
    for number in range(FOLDS):
        others = [place for place, each in enumerate(heard) if fold(each.item) != number]
        some = choice_examples([golden[place] for place in others], [possible[place] for place in others])
        weights.append(choice_calibration.fit_choice(some) if some else choice_calibration.CHOICE_WEIGHTS)
    return list(_stated(seen(collection, lambda item: weights[fold(item)]), fold))


def lines(parts: Sequence[sets.Told], draws: Mapping[int, int]) -> list[Stated]:
    """Sentences as so many of seven people read them, drawn by lot so often for each number: fitted on every second
    sentence of each part, for the rest."""
    place = {item.name: number % 2 for part in parts for number, (item, _) in enumerate(part)}
    drawn = [seen(each, lambda _: choice_calibration.CHOICE_WEIGHTS) for part in parts for each in by_lot(part, draws)]
    return list(_stated([each for some in drawn for each in some], lambda item: place[item.name]))


def _stated(known: Sequence[Seen], fold: Callable[[Item], int]) -> Iterator[Stated]:
    maps = {}
    for number, of in sorted({(fold(each.item), each.of) for each in known}):
        others = [(each.numbers, each.right) for each in known if each.of == of and fold(each.item) != number]
        maps[number, of] = choice_calibration.fit_calibration(others, of)
    for each in known:
        odds = choice_calibration.shipped_log_odds(each.numbers, maps[fold(each.item), each.of], each.of)
        yield Stated(each.item, each.normal, odds, each.right)
