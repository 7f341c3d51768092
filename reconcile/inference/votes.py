"""Who says what: the readings of one field that speak, normalised, one for each independent source."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, get_args

from rapidfuzz.distance import Indel

from reconcile.forms import PreparedField
from reconcile.parameters import BAD_PAGE_QUALITY
from transcribe.codes import Flag
from transcribe.model import INK, OPERATOR_SOURCE, Kind, Null, Reading
from transcribe.values import in_letters_of

BLANK = ""
"""The comparable text of a field where nothing is written."""

NULLS: tuple[Null, ...] = get_args(Null)
"""Why a field has no value, in the order in which flags of a reading count."""

LOOKED_AGAIN = "again"
"""The condition of an engine's reading at a further look, see `transcribe/recognition/asked_regions.py`."""

DECIMALS_PATTERN = re.compile(r"[.,]\s?\d{1,2}\D*$")
"""The end of an amount that is written with its decimals."""

NULL_SIGN = "\x00"
"""Begins the comparable text of "cannot be read" and its like; no text that was read has it."""


class Vote(NamedTuple):
    """What one source says of one field. `source` is a person's id or the engine's name; `says` is comparable text.

    `says` is "" for blank, NULL_SIGN and the reason for what has no text; `null` is that reason, None where there is
    text. `shown` is the comparable text that the source saw before it read, None where it read blind; a vote of a
    source that saw something is not independent. `place` is how sure it is, on a free layout, that the field stands
    there; None where the form says where it stands, or where it is unknown. `again`: an engine that first read
    something else, and is heard because it then read what another one had. `bad_page`: an engine read it on a page that
    is hard to read. `torn`: how sure an engine was of another text, as a share of how sure it was of this one.
    `torn_class`: the same of a text that has a digit where this has a letter or a sign, or the other way about.
    `pointless`: the comparable text of its digits without their decimal point; "" where it has none.
    """

    id: str
    at: datetime
    source: str
    kind: Kind
    machine: bool
    says: str
    null: Null | None
    text: str
    confidence: float | None
    shown: str | None
    fit: float
    quality: float
    place: float | None
    flags: frozenset[str]
    again: bool = False
    bad_page: bool = False
    torn: float = 0.0
    torn_class: float = 0.0
    pointless: str = ""


def votes(spot: PreparedField, readings: Iterable[Reading]) -> tuple[Vote, ...]:
    """One vote a source: its latest reading of this field, in an order that the readings' order does not change."""
    latest: dict[str, Reading] = {}
    for reading in readings:
        source = source_of(reading)
        known = latest.get(source)
        if known is None or (reading.at, reading.id) > (known.at, known.id):
            latest[source] = reading
    said = tuple([vote(spot, latest[source], source) for source in sorted(latest)])
    for each in said:
        if each.flags and each.machine and Flag.OUTSIDE_PHOTO in each.flags:
            return tuple([_of_what_is_seen(spot, other) for other in said])
    return said


def _of_what_is_seen(spot: PreparedField, vote: Vote) -> Vote:
    """The vote where a part of the field lies outside the photo: whoever sees nothing there could not read it.

    An operator who corrects it has seen the whole page, and knows more.
    """
    is_nothing = vote.says == BLANK or (spot.family == "mark" and vote.says == "false")
    if is_nothing and not vote.machine and vote.source != OPERATOR_SOURCE:
        return vote._replace(says=NULL_SIGN + Flag.ILLEGIBLE, null="illegible")
    return vote


def vote(spot: PreparedField, reading: Reading, source: str = "") -> Vote:
    """One reading as a vote."""
    says, shown, machine = comparable_text(spot, reading), reading.shown, reading.kind == "machine"
    fit, quality, place, again = 1.0, 1.0, None, False
    if conditions := reading.conditions:
        fit, quality = conditions.get("fit", 1.0), conditions.get("quality", 1.0)
        place, again = conditions.get("place") if spot.form.free else None, LOOKED_AGAIN in conditions
    return Vote(
        reading.id,
        reading.at,
        source or source_of(reading),
        reading.kind,
        machine,
        says,
        null_of(says),
        in_letters_of(spot.form, (reading.text or "").strip()),
        reading.confidence,
        None if shown is None else spot.normal(shown),
        fit,
        quality,
        place,
        reading.flags,
        again,
        machine and quality < BAD_PAGE_QUALITY,
        _torn(spot, reading, says) if machine and reading.alternatives else 0.0,
        _torn(spot, reading, says, of_class=True) if machine and reading.alternatives else 0.0,
        _pointless(spot, reading.text) if spot.facts.has_decimals and reading.text else "",
    )


def _pointless(spot: PreparedField, text: str) -> str:
    """`Vote.pointless` of a text."""
    return spot.normal(digits_of(text)) if DECIMALS_PATTERN.search(text) else ""


def _torn(spot: PreparedField, reading: Reading, says: str, *, of_class: bool = False) -> float:
    """`Vote.torn` of an engine's reading, or `Vote.torn_class`: of its surest alternative that is another text."""
    said = [(spot.normal(text), sure) for text, sure in reading.alternatives]
    others = [sure for text, sure in said if text != says and (not of_class or _is_of_other_classes(text, says))]
    return min(1.0, max(others) / reading.confidence) if others and reading.confidence else 0.0


def _is_of_other_classes(one: str, other: str) -> bool:
    """Whether two texts are as long, and one has a digit, a letter or a sign where the other has none of its class."""
    return len(one) == len(other) and any(
        (a.isdigit(), a.isalpha()) != (b.isdigit(), b.isalpha()) for a, b in zip(one, other, strict=True)
    )


def source_of(reading: Reading) -> str:
    """The source of a reading. Two readings of one engine are one source, whatever its version and settings."""
    if reading.kind == "machine":
        return reading.source.partition(" ")[0] or reading.source
    return reading.source


def comparable_text(spot: PreparedField, reading: Reading) -> str:
    """A reading's comparable text."""
    if reading.text is None:
        return NULL_SIGN + next((null for null in NULLS if null in reading.flags and null != "blank"), Flag.ILLEGIBLE)
    if reading.flags and Flag.CROSSED_OUT in reading.flags:
        return NULL_SIGN + Flag.CROSSED_OUT
    return spot.normal(reading.text)


def is_null(says: str) -> bool:
    """Whether comparable text stands for no value: blank, illegible and their like."""
    return not says or says[0] == NULL_SIGN


def null_of(says: str) -> Null | None:
    """Why comparable text has no value; None where it has one."""
    return _NULL_OF[says] if not says or says[0] == NULL_SIGN else None


_NULL_OF: dict[str, Null] = {BLANK: "blank", **{NULL_SIGN + null: null for null in NULLS}}


def is_nearly_same(spot: PreparedField, one: str, other: str, share: float) -> bool:
    """Whether two comparable texts are equal, or as similar as `share` (0 to 1) where the type allows it.

    Their digits are equal in any case: another house number is another address.
    """
    if one == other:
        return True
    if spot.exact or null_of(one) or null_of(other) or digits_of(one) != digits_of(other):
        return False
    return Indel.normalized_similarity(one, other) >= share


class Sides(NamedTuple):
    """Who is for a value and who is not.

    `engines` are all of them (the ink test is none), `saying` those that say just this, or the same digits without the
    decimal point that another engine saw (it was right 26 times of 26). `people` are all of them, `for_it` those who
    say it or nearly the same, `against` the others. `experts` and the `ink` test are here if they say it.
    """

    engines: list[Vote]
    saying: list[Vote]
    people: list[Vote]
    for_it: list[Vote]
    against: list[Vote]
    experts: list[Vote]
    ink: list[Vote]


def sides(spot: PreparedField, votes: Sequence[Vote], says: str, share: float) -> Sides:
    """Who is for the value that `says`; people are for it whose text is as similar as `share`.

    Not where engines alone say just this: a letter more is then what a person saw and the engine missed. Of 629 values
    that people read on 34 photographs of other forms 2 were decided against the one person who read them, both wrongly.
    """
    found = Sides([], [], [], [], [], [], [])
    pointless = {vote.pointless for vote in votes if vote.pointless and vote.machine and vote.says == says}
    for vote in votes:
        agrees = vote.says == says
        if vote.kind == "person":
            found.people.append(vote)
            is_for_it = agrees or (is_nearly_same(spot, vote.says, says, share) and not by_engines_alone(votes, says))
            (found.for_it if is_for_it else found.against).append(vote)
        elif vote.machine and vote.source != INK:
            found.engines.append(vote)
            if agrees or vote.says in pointless:
                found.saying.append(vote)
        elif agrees:
            (found.ink if vote.machine else found.experts).append(vote)
    return found


def by_engines_alone(votes: Iterable[Vote], says: str) -> bool:
    """Whether engines say just this and nobody else does."""
    who = [vote.machine for vote in votes if vote.says == says]
    return bool(who) and all(who)


def could_be(spot: PreparedField, says: str) -> bool:
    """Whether this contradicts another value: giving up does not, nor does a text that is faulty for the type."""
    null = null_of(says)
    return null != "illegible" if null else not spot.faults(says)


def digits_of(text: str) -> str:
    """The digits of a text, without all else."""
    return "".join(filter(str.isdigit, text))


def majority(votes: Iterable[Vote]) -> str | None:
    """The text of most independent sources, each counting one; None where two texts have equally many."""
    counts = Counter(vote.says for vote in votes if vote.shown is None and vote.null is None)
    front = counts.most_common(2)
    if not front or (len(front) == 2 and front[0][1] == front[1][1]):
        return None
    return front[0][0]
