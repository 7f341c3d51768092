"""The features of a choice: how the chosen text stands among the readings of its item and its field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from reconcile.collection.items import ComparableItem
from reconcile.collection.text_options import TextOption

ChoiceFeatures = tuple[float, ...]
"""A number for each of CHOICE_FEATURES."""

CHOICE_FEATURES = (
    "one",
    "share",  # log odds of the chosen text's share, a fifth of them
    "vote",  # the share of readings that say it
    "unanimous",
    "readings",  # log of their number
    "blanks",  # the share of sources that left it blank
    "composed",
    "words",  # log of their number
    "agreement",  # log odds that all readers of an item of this field agree
    "unanimous of many",
    "unanimous in many words",
    "unanimous where people agree",
    "unanimous and sure",
    "share squared",
    "field's blanks",  # the share of this field's readings that are blank
    "agreement squared",
    "unanimous by agreement squared",
    "alone",  # one reading says anything
    "alone where people agree",
    "places",  # log of one more than the places of a line where readers differ
    "some alike",  # two or more wrote all of it alike, others otherwise
    "some alike and sure",
    "sure of many",
)
"""The features that the probability of a choice is computed from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The text chosen for an item, before it is known how probable it is.

    `option` is None for a blank. `share` is the text's share among the options, 0 to 1. `text_count` is the number of
    different texts read, and `majority` the comparable text that most wrote. `differing_places` is the number of places
    of a line where its readers differ, 0 for other texts.
    """

    item: ComparableItem
    option: TextOption | None
    share: float
    text_count: int
    majority: str
    differing_places: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFacts:
    """How often all readers of an item of a field agree, and the share of its readings that are blank."""

    agreement_share: float
    blank_share: float


def field_facts(items: Sequence[ComparableItem]) -> dict[str, FieldFacts]:
    """The facts of every field of a collection.

    Four made-up items, half of them agreed, keep the share of agreement off 0 and 1.
    """
    by_field: dict[str, list[ComparableItem]] = defaultdict(list)
    for item in items:
        by_field[item.field].append(item)
    return {field: _facts(group) for field, group in by_field.items()}


def _facts(items: Sequence[ComparableItem]) -> FieldFacts:
    agreed = [len({reading.normal for reading in item.readings}) == 1 for item in items if len(item.readings) > 1]
    read = sum(len(item.readings) for item in items)
    blank = sum(item.blank_count + item.unreadable_count for item in items)
    return FieldFacts(agreement_share=(sum(agreed) + 2) / (len(agreed) + 4), blank_share=blank / max(1, blank + read))


def features_of(choice: Choice, facts: FieldFacts) -> ChoiceFeatures:
    """The features of a choice, in the order of CHOICE_FEATURES."""
    option = choice.option
    bounded = min(1.0 - 1e-4, max(1e-4, choice.share))
    odds = log(bounded / (1.0 - bounded)) / 5.0
    votes = len(option.readings) if option else choice.item.blank_count
    readings = max(1, len(choice.item.readings) if option else choice.item.blank_count)
    silent = choice.item.blank_count + choice.item.unreadable_count if option else len(choice.item.readings)
    unanimous = float(choice.text_count == 1 and readings > 1)
    agreement = log(facts.agreement_share / (1.0 - facts.agreement_share))
    many, long = log(readings), log(max(1, len(option.words) if option else 0))
    alone, alike = float(readings == 1), float(votes > 1 and choice.text_count > 1)
    return (
        *(1.0, odds, votes / readings, unanimous, many, silent / (readings + silent), float(votes == 0), long),
        *(agreement, unanimous * many, unanimous * long, unanimous * agreement, unanimous * odds, odds * abs(odds)),
        *(facts.blank_share, agreement * agreement, unanimous * agreement * agreement, alone, alone * agreement),
        *(log(1 + choice.differing_places), alike, alike * odds, odds * many),
    )
