"""Fit the shipped weights of `reconcile/collection` on the shared sets, and print the literals of its first_fit.py.

python -m tests.bench.fit_collection [--data DIR]
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from reconcile.collection import choice, first_fit, honest
from reconcile.collection.candidates import options
from reconcile.collection.hearing import Family, family, hear, types
from reconcile.collection.items import Item, Said
from reconcile.collection.reconcile import choose, circumstances, facts_of, learn, told
from tests.bench import sets


def main() -> None:
    """Print CHOICE and HONEST."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    data = parser.parse_args().data
    cards = [(item, truth) for item, truth in sets.micropasts(data)[0] if truth]
    weights = fit_choice(cards)
    print("CHOICE: Weights =", rounded(weights))
    logs = sets.weather(data, "observation_fields") + sets.weather(data, "header_fields")
    lines = [sets.crowdspeech(data, part, readers) for part in ("dev-clean", "dev-other") for readers in (3, 7)]
    print("HONEST: dict[Family, Weights] = {")
    print(f'    "line text": {rounded(fit_honest(lines, weights, "line text"))},')
    print(f'    "short text": {rounded(fit_honest([cards], weights, "short text"))},')
    print(f'    "typed": {rounded(fit_honest([first_readings(logs, 2), first_readings(logs, 3)], weights, "typed"))},')
    print("}")


def rounded(weights: tuple[float, ...]) -> tuple[float, ...]:
    """Weights as they are shipped."""
    return tuple(round(weight, 3) for weight in weights)


def fit_choice(collection: sets.Told) -> choice.Weights:
    """Weights of the choice; everything else is learnt of the collection without its truth."""
    items = [item for item, _ in collection]
    heard = hear(items, types(items))
    learnt = learn(heard)
    possible = [options(each, learnt) if each.voices else [] for each in heard]
    golden = hear([replace(item, gold=truth) for item, truth in collection], types(items))
    return choice.fit(told(golden, possible))


def fit_honest(collections: list[sets.Told], weights: choice.Weights, of: Family) -> honest.Weights:
    """The map to probabilities of one family, from the collections' own choices against their truth."""
    known = []
    for collection in collections:
        items = [item for item, _ in collection]
        of_type = types(items)
        heard = hear(items, of_type)
        learnt = learn(heard)
        facts = facts_of(heard)
        golden = hear([replace(item, gold=truth) for item, truth in collection], of_type)
        kinds = {name: family([each for each in heard if each.item.field == name], of_type[name]) for name in of_type}
        for each, with_truth in zip(heard, golden, strict=True):
            if kinds[each.item.field] == of:
                chosen = choose(each, options(each, learnt) if each.voices else [], learnt, of, weights)
                said = chosen.option.normal if chosen.option else ""
                known.append((circumstances(chosen, facts[each.item.field]), said == with_truth.gold))
    return honest.fit(known) if known else first_fit.HONEST[of]


def first_readings(collection: sets.Told, count: int) -> sets.Told:
    """The same items with their first readings only, so that what the panel says is not known from the panel."""
    return [(replace(item, readings=first(item, count)), truth) for item, truth in collection]


def first(item: Item, count: int) -> tuple[Said, ...]:
    """The first so many readings of an item."""
    return item.readings[:count]


if __name__ == "__main__":
    main()
