"""What the probability of a choice is made from: how the text stands among the readings of its item and its field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from reconcile.collection.items import Heard
from reconcile.collection.text_options import Option

Circumstances = tuple[float, ...]
"""A number for each of CIRCUMSTANCES."""

CIRCUMSTANCES = (
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
class Chosen:
    """The text chosen for an item, before its probability.

    `share` is its share among those that may be right, `texts` counts the different ones read, `majority` is what most
    wrote, and `places` counts those of a line where its readers differ (0 of any other text).
    """

    heard: Heard
    option: Option | None
    share: float
    texts: int
    majority: str
    places: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a field of a collection: how often all who read an item agree; how often it is left blank."""

    agreement: float
    blanks: float


def facts_of(heard: Sequence[Heard]) -> dict[str, Facts]:
    """What is known of every field; agreement stays off 0 and 1 by four made-up items, half of them agreed."""
    by_field: dict[str, list[Heard]] = defaultdict(list)
    for each in heard:
        by_field[each.item.field].append(each)
    return {field: _facts(some) for field, some in by_field.items()}


def _facts(some: Sequence[Heard]) -> Facts:
    several = [len({voice.normal for voice in each.voices}) == 1 for each in some if len(each.voices) > 1]
    spoken = sum(len(each.voices) for each in some)
    silent = sum(each.blanks + each.unreadable for each in some)
    return Facts(agreement=(sum(several) + 2) / (len(several) + 4), blanks=silent / max(1, silent + spoken))


def circumstances(each: Chosen, facts: Facts) -> Circumstances:
    """The numbers that the probability is made from, in the order of CIRCUMSTANCES."""
    option = each.option
    bounded = min(1.0 - 1e-4, max(1e-4, each.share))
    odds = log(bounded / (1.0 - bounded)) / 5.0
    votes = len(option.voices) if option else each.heard.blanks
    readings = max(1, len(each.heard.voices) if option else each.heard.blanks)
    silent = each.heard.blanks + each.heard.unreadable if option else len(each.heard.voices)
    unanimous = float(each.texts == 1 and readings > 1)
    agreement = log(facts.agreement / (1.0 - facts.agreement))
    many, long = log(readings), log(max(1, len(option.words) if option else 0))
    alone, alike = float(readings == 1), float(votes > 1 and each.texts > 1)
    return (
        *(1.0, odds, votes / readings, unanimous, many, silent / (readings + silent), float(votes == 0), long),
        *(agreement, unanimous * many, unanimous * long, unanimous * agreement, unanimous * odds, odds * abs(odds)),
        *(facts.blanks, agreement * agreement, unanimous * agreement * agreement, alone, alone * agreement),
        *(log(1 + each.places), alike, alike * odds, odds * many),
    )
