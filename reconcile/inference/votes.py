"""Who says what: the readings of one field that speak, normalised, one for each independent source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, get_args

from rapidfuzz.distance import Indel

from reconcile.forms import PreparedField
from reconcile.parameters import BAD_PAGE_QUALITY
from transcribe.codes import Flag
from transcribe.model import Kind, Null, Reading

BLANK = ""
NULLS: tuple[Null, ...] = get_args(Null)
MARK = "\x00"
"""What begins the normal form of "cannot be read" and its like; no text that was read has it."""


class Vote(NamedTuple):
    """What one source says of one field. `source` is a person's id or the engine's name; `says` is comparable.

    `says` is "" for blank, MARK and the reason for what has no text; `null` is that reason, None where there is text.
    `shown` is what the source saw before it read, as comparable text (None: it read blind): then the vote is not
    independent. `place` is how sure it is that the field stands there, on a free layout (None: the form says where it
    stands, or unknown).
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

    @property
    def bad_page(self) -> bool:
        """Whether an engine read it on a page that is hard to read."""
        return self.machine and self.quality < BAD_PAGE_QUALITY


def votes(spot: PreparedField, readings: Iterable[Reading]) -> tuple[Vote, ...]:
    """One vote a source: its latest reading of this field, in an order that the readings' order does not change."""
    latest: dict[str, Reading] = {}
    for reading in readings:
        source = source_of(reading)
        known = latest.get(source)
        if known is None or (reading.at, reading.id) > (known.at, known.id):
            latest[source] = reading
    return tuple([vote(spot, latest[source], source) for source in sorted(latest)])


def vote(spot: PreparedField, reading: Reading, source: str = "") -> Vote:
    """One reading as a vote."""
    says, conditions, shown = said(spot, reading), reading.conditions, reading.shown
    return Vote(
        reading.id,
        reading.at,
        source or source_of(reading),
        reading.kind,
        reading.kind == "machine",
        says,
        null_of(says),
        (reading.text or "").strip(),
        reading.confidence,
        None if shown is None else spot.normal(shown),
        conditions.get("fit", 1.0) if conditions else 1.0,
        conditions.get("quality", 1.0) if conditions else 1.0,
        conditions.get("place") if conditions and spot.form.free else None,
        reading.flags,
    )


def source_of(reading: Reading) -> str:
    """Whose word a reading is. Two readings of one engine are one source, whatever its version and settings."""
    if reading.kind == "machine":
        return reading.source.partition(" ")[0] or reading.source
    return reading.source


def said(spot: PreparedField, reading: Reading) -> str:
    """A reading's comparable text."""
    if reading.text is None:
        return MARK + next((null for null in NULLS if null in reading.flags and null != "blank"), Flag.ILLEGIBLE)
    if Flag.CROSSED_OUT in reading.flags:
        return MARK + Flag.CROSSED_OUT
    return spot.normal(reading.text)


def textless(says: str) -> bool:
    """Whether comparable text has no value: blank, or one of its like."""
    return not says or says[0] == MARK


def null_of(says: str) -> Null | None:
    """Why comparable text has no value; None where it has one."""
    return _NULL_OF[says] if not says or says[0] == MARK else None


_NULL_OF: dict[str, Null] = {BLANK: "blank", **{MARK + null: null for null in NULLS}}


def closely(spot: PreparedField, one: str, other: str, share: float) -> bool:
    """Whether two comparable texts are as good as the same: equal, or nearly so where the type allows it."""
    if one == other:
        return True
    if spot.exact or null_of(one) or null_of(other):
        return False
    return Indel.normalized_similarity(one, other) >= share


def surface(spot: PreparedField, says: str, among: Sequence[Vote]) -> str:
    """The text as written for a comparable one: what most of those wrote who say it, experts before people and people
    before machines; where as many wrote each, the one that is nearest to how the form writes such a value, then the
    surest engine's."""
    if textless(says):
        return ""
    for_it = [each for each in among if each.says == says]
    texts = {each.text for each in for_it}
    if len(texts) < 2:
        return texts.pop() if texts else says
    experts, people, machines = (
        [each.text for each in for_it if each.kind == kind] for kind in ("expert", "person", "machine")
    )
    sure = {text: max(each.confidence or 0.0 for each in for_it if each.text == text) for text in texts}
    return max(
        texts,
        key=lambda text: (
            experts.count(text),
            people.count(text),
            machines.count(text),
            _well_written(spot, says, text),
            sure[text],
            text,
        ),
    )


def _well_written(spot: PreparedField, says: str, text: str) -> float:
    """How near a text is to the same value as the form writes it, or, of free text, to its comparable form."""
    value = spot.value(text)
    return Indel.normalized_similarity(text, says if value is None else spot.written(value)) + (
        Indel.normalized_similarity(text.casefold(), says.casefold())
    )


def majority(votes: Iterable[Vote]) -> str | None:
    """What most independent sources say, each counting one; None where none is in front."""
    counts = Counter(vote.says for vote in votes if vote.shown is None and vote.null is None)
    front = counts.most_common(2)
    if not front or (len(front) == 2 and front[0][1] == front[1][1]):
        return None
    return front[0][0]
