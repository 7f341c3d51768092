"""Fit the weights of `reconcile/collection/choice_calibration.py` on the shared sets,
and print the literals of that file.

python -m tests.bench.fit_collection [--data DIR]
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from reconcile.collection import choice_calibration
from reconcile.collection.items import ComparableItem, Item
from reconcile.collection.reconcile_items import choice_examples, choose_text, learn_collection
from reconcile.collection.source_standing import TextFamily, field_types, make_comparable, text_family
from reconcile.collection.text_options import ChoiceFeatures, features_of, field_facts, options_of
from tests.bench import sets

LINE_DRAWS = {3: 5, 4: 3, 5: 3, 6: 2, 7: 1}
LOG_DRAWS = {1: 2, 2: 2, 3: 2, 4: 2}
"""How often so many of an item's readers are drawn: a map fitted on three and seven alone was sure of too much between
them, and of one reading it knew nothing. (The panel's text is then not known from the panel.)"""


def main() -> None:
    """Print CHOICE_WEIGHTS and CALIBRATION_WEIGHTS."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    data = parser.parse_args().data
    cards = [(item, truth) for item, truth in sets.micropasts(data)[0] if truth]
    weights = fit_choice(cards)
    print("CHOICE_WEIGHTS: ChoiceWeights =", rounded(weights))
    logs = sets.weather(data, "observation_fields") + sets.weather(data, "header_fields")
    lines = [each for part in ("dev-clean", "dev-other") for each in by_lot(sets.crowdspeech(data, part), LINE_DRAWS)]
    print("CALIBRATION_WEIGHTS: dict[TextFamily, CalibrationWeights] = {")
    print(f'    "line text": {rounded(fit_honest(lines, weights, "line text"))},')
    print(f'    "short text": {rounded(fit_honest([cards], weights, "short text"))},')
    print(f'    "typed": {rounded(fit_honest(list(by_lot(logs, LOG_DRAWS)), weights, "typed"))},')
    print("}")


def rounded(weights: tuple[float, ...]) -> tuple[float, ...]:
    """Weights as they are shipped."""
    return tuple(round(weight, 3) for weight in weights)


def fit_choice(collection: sets.Told) -> choice_calibration.ChoiceWeights:
    """Weights of the choice; everything else is learnt of the collection without its truth."""
    items = [item for item, _ in collection]
    heard = make_comparable(items, field_types(items))
    learnt = learn_collection(heard)
    possible = [options_of(each, learnt) if each.readings else [] for each in heard]
    return choice_calibration.fit_choice(choice_examples(golden_of(collection), possible))


def fit_honest(
    collections: list[sets.Told], weights: choice_calibration.ChoiceWeights, of: TextFamily
) -> choice_calibration.CalibrationWeights:
    """The map to probabilities of one family, from the collections' own choices against their truth."""
    known = [each for some in collections for each in seen(some, lambda _: weights) if each.of == of]
    return (
        choice_calibration.fit_calibration([(each.numbers, each.right) for each in known], of)
        if known
        else choice_calibration.CALIBRATION_WEIGHTS[of]
    )


class Seen(NamedTuple):
    """What was chosen for an item of known truth, in what circumstances, and whether it is right."""

    item: Item
    of: TextFamily
    normal: str
    numbers: ChoiceFeatures
    right: bool


def seen(collection: sets.Told, weights: Callable[[Item], choice_calibration.ChoiceWeights]) -> list[Seen]:
    """What is chosen for every item of a collection; all else is learnt of the collection without its truth."""
    of_type = field_types([item for item, _ in collection])
    heard = make_comparable([item for item, _ in collection], of_type)
    learnt, facts = learn_collection(heard), field_facts(heard)
    kinds = {name: text_family([each for each in heard if each.item.field == name], of_type[name]) for name in of_type}
    found = []
    for each, golden in zip(heard, golden_of(collection), strict=True):
        of = kinds[each.item.field]
        chosen = choose_text(each, options_of(each, learnt) if each.readings else [], learnt, of, weights(each.item))
        normal = chosen.option.normal if chosen.option else ""
        numbers = features_of(chosen, facts[each.item.field])
        found.append(Seen(each.item, of, normal, numbers, normal == golden.gold))
    return found


def golden_of(collection: sets.Told) -> list[ComparableItem]:
    """The items as they are heard with their truth as gold."""
    of_type = field_types([item for item, _ in collection])
    return make_comparable([replace(item, gold=truth) for item, truth in collection], of_type)


def by_lot(collection: sets.Told, draws: Mapping[int, int]) -> Iterator[sets.Told]:
    """The same items as so many of their readers, drawn by lot, read them: for each number of readers so often."""
    for readers, times in draws.items():
        for draw in range(times):
            lot = random.Random(f"{readers} {draw}")
            yield [
                (replace(item, readings=tuple(lot.sample(item.readings, min(readers, len(item.readings))))), truth)
                for item, truth in collection
            ]


if __name__ == "__main__":
    main()
