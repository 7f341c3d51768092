"""What the probability of a choice is made from: how the text stands among the readings of its item and its field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from reconcile.collection.items import ComparableItem
from reconcile.collection.text_options import TextOption

ChoiceFeatures = tuple[float, ...]
"""A number for each of CIRCUMSTANCES."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The text chosen for an item, before its probability.

    `share` is its share among those that may be right, `texts` counts the different ones read, `majority` is what most
    wrote, and `places` counts those of a line where its readers differ (0 of any other text).
    """

    item: ComparableItem
    option: TextOption | None
    share: float
    text_count: int
    majority: str
    differing_places: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldFacts:
    """What is known of a field of a collection: how often all who read an item agree; how often it is left blank."""

    agreement_share: float
    blank_share: float


def field_facts(heard: Sequence[ComparableItem]) -> dict[str, FieldFacts]:
    """What is known of every field; agreement stays off 0 and 1 by four made-up items, half of them agreed."""
    by_field: dict[str, list[ComparableItem]] = defaultdict(list)
    for each in heard:
        by_field[each.item.field].append(each)
    return {field: _facts(some) for field, some in by_field.items()}


def _facts(some: Sequence[ComparableItem]) -> FieldFacts:
    several = [len({voice.normal for voice in each.readings}) == 1 for each in some if len(each.readings) > 1]
    spoken = sum(len(each.readings) for each in some)
    silent = sum(each.blank_count + each.unreadable_count for each in some)
    return FieldFacts(
        agreement_share=(sum(several) + 2) / (len(several) + 4), blank_share=silent / max(1, silent + spoken)
    )


def features_of(choice: Choice, facts: FieldFacts) -> ChoiceFeatures:
    """The numbers that the probability is made from, in the order of CIRCUMSTANCES."""
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
