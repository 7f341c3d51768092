"""What past scans teach about the shapes of codes: values that people read, each scan counted once for a shape.

Later values count more: each makes all earlier ones count a little less, so that a new shape soon becomes usual and
one that is no longer written is forgotten (R. Kulhavý, M. B. Zarrop, International Journal of Control 58, 1993). No
one person makes more than half of what supports a shape, unless experts or control items bear it out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reconcile.algorithms import lower_bound
from reconcile.forms import PreparedField, prepared
from reconcile.inference import Vote, has_shapes, null_of, votes, weigh_field
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters import USUAL_SCAN_COUNT, LearntParameters, shape_of
from reconcile.policy import Policy
from transcribe.codes import EvidenceCode, Method
from transcribe.model import INK, Evidence, FieldKey, Numbers

NOTHING_BEFORE: Mapping[str, Any] = {}

MEMORY_SCAN_COUNT = 64
"""The memory of a field, in values. A shape that all lately had is never surer than they make it. Two people who agree
on another one are then not outweighed. Chosen by hand."""

MIN_SUPPORTING_SCAN_COUNT = 3
"""A shape, or a character at one of its places, that fewer scans have is not kept: it may be about one person."""

MAX_PERSON_SHARE = 0.5
"""The most of a shape's support that one person's readings may make. Chosen by hand."""

MIN_BORNE_OUT_SHARE = 0.9
"""Agreeing engines teach shapes once audits prove this share right (29 of 29 suffice)."""

MAX_SEEN_COUNT = 50
"""The most shapes kept for a field that machines alone decided. Chosen by hand."""


@dataclass(frozen=True, slots=True)
class _Value:
    """One value of a field. `reader` is the one person that it stands on, "" where it stands on more."""

    scan: int
    text: str
    shape: str
    reader: str


@dataclass(slots=True)
class _Found:
    """The values of one field in all scans: read by people, agreed by engines, audited."""

    read: list[_Value] = field(default_factory=list)
    agreed: list[_Value] = field(default_factory=list)
    audits: list[float] = field(default_factory=lambda: [0.0, 0.0])
    seen: Counter[str] = field(default_factory=Counter)
    """Shapes of what machines decided when shapes were known already: they must not be news."""


@dataclass(slots=True)
class _Counted:
    """What was counted of one shape: how many values, as they fade and in all, and the characters at its places."""

    count: float = 0.0
    whole: float = 0.0
    characters: list[dict[str, float]] = field(default_factory=list)

    def fade(self, share: float) -> None:
        self.count *= share
        for place in self.characters:
            place.update({character: share * number for character, number in place.items()})

    def add(self, text: str, weight: float) -> None:
        self.characters = self.characters or [{} for _ in text]
        self.count += weight
        self.whole += weight
        for place, character in zip(self.characters, text, strict=True):
            place[character] = place.get(character, 0.0) + weight

    def kept(self) -> dict[str, object]:
        """As `ShapeCount` has it. What settled values goes on to do so: else they would be asked again."""
        scale = max(1.0, min(USUAL_SCAN_COUNT, self.whole) / self.count)
        return {
            "count": round(scale * self.count, 2),
            "characters": [
                {
                    each: round(scale * number, 2)
                    for each, number in sorted(place.items())
                    if scale * number >= MIN_SUPPORTING_SCAN_COUNT
                }
                for place in self.characters
            ],
        }


def learn_shapes(
    scans: Sequence[ScanFacts], learnt: LearntParameters, policy: Policy, before: Any = NOTHING_BEFORE
) -> dict[str, object]:
    """The shapes of each field of each form, as `FieldShapes.read` takes them, and `since` when each field has some.

    What engines alone decided before that time may break the shape unseen; what they decided later is no news.
    """
    found: dict[str, _Found] = defaultdict(_Found)
    alone = replace(learnt, shapes={})  # what is known of shapes must not prove itself
    for number, scan in enumerate(sorted(scans, key=_time)):
        made = prepared(scan.form)
        keys = [key for key in _keys(scan) if key.name in made.fields and has_shapes(made.fields[key.name])]
        for key in keys:
            spot = made.fields[key.name]
            since = before.get(spot.name_on_form, {}).get("since")
            _add(found[spot.name_on_form], number, spot, key, scan, alone, policy)
            if since is not None and _time(scan) > since:
                _add_seen(found[spot.name_on_form], spot, key, scan)
    now = max([reading.at for scan in scans for reading in scan.readings], default=None)
    kept = {name: stored for name, each in sorted(found.items()) if (stored := _stored(each))}
    return {
        name: {**stored, "since": before[name].get("since") if name in before else now.isoformat() if now else None}
        for name, stored in kept.items()
    }


def _time(scan: ScanFacts) -> str:
    return min([reading.at.isoformat() for reading in scan.readings], default="")


def _keys(scan: ScanFacts) -> list[FieldKey]:
    return sorted({reading.key for reading in scan.readings}, key=str)


def _add(
    found: _Found,
    number: int,
    spot: PreparedField,
    key: FieldKey,
    scan: ScanFacts,
    learnt: LearntParameters,
    policy: Policy,
) -> None:
    said = votes(spot, [reading for reading in scan.readings if reading.key == key])
    truth = spot.normal(scan.truths[key]) if key in scan.truths else None
    engines = [vote for vote in said if vote.machine and vote.source != INK]
    agreed = engines[0].says if len({vote.says for vote in engines}) == 1 < len(engines) else None
    if truth is not None and key in scan.audited and agreed is not None:
        found.audits[0] += agreed != truth
        found.audits[1] += 1
    value = _read_by_people(number, spot, said, learnt, policy) if truth is None else _value(number, truth, "")
    if value is not None:
        found.read.append(value)
    elif agreed is not None and any(each.key == key and each.method == Method.MACHINES for each in scan.decisions):
        by_machines = _value(number, agreed, "")
        found.agreed += [] if by_machines is None else [by_machines]


def _add_seen(found: _Found, spot: PreparedField, key: FieldKey, scan: ScanFacts) -> None:
    decided = [spot.normal(each.text) for each in scan.decisions if each.key == key and each.method == Method.MACHINES]
    found.seen.update(shape for text in decided if (shape := shape_of(text)))


def _read_by_people(
    number: int, spot: PreparedField, said: Sequence[Vote], learnt: LearntParameters, policy: Policy
) -> _Value | None:
    """The value that people read, unprompted, where it is as probable, shapes apart, as two who agree need."""
    people = [vote for vote in said if not vote.machine and vote.shown is None]
    if not people:
        return None
    weighed = weigh_field(spot, said, learnt)
    best = max(weighed.shares, key=lambda says: (weighed.shares[says], says))
    readers = {vote.source for vote in people if vote.says == best}
    if not readers or weighed.shares[best] < policy.min_agreed_probability:
        return None
    return _value(number, best, readers.pop() if len(readers) == 1 else "")


def _value(number: int, text: str, reader: str) -> _Value | None:
    return None if null_of(text) is not None else _Value(number, text, shape_of(text) or "", reader)


def _stored(found: _Found) -> dict[str, object]:
    """What is kept of a field; nothing where no shape is supported."""
    borne_out = lower_bound((found.audits[0], found.audits[1])) >= MIN_BORNE_OUT_SHARE
    values = sorted([*found.read, *(found.agreed if borne_out else [])], key=lambda each: each.scan)
    support = _support(values)
    if not any(support.values()):
        return {}
    counts, others = _counted(values, support)
    known = {shape for shape, share in support.items() if share > 0}
    unsupported = {each.shape for each in values} - known
    return {
        "counts": {shape: counted.kept() for shape, counted in sorted(counts.items())},
        "others": round(others, 2),
        "kinds": len(unsupported),
        "seen": sorted(shape for shape, _ in found.seen.most_common(MAX_SEEN_COUNT) if shape not in known),
    }


def _support(values: Sequence[_Value]) -> Mapping[str, float]:
    """How much each value of a shape counts. It is 0 where too few scans or one person alone support it."""
    scans: dict[str, dict[int, str]] = defaultdict(dict)
    for each in values:
        before = scans[each.shape].get(each.scan)
        scans[each.shape][each.scan] = each.reader if before in (None, each.reader) else ""
    found = {}
    for shape, readers in scans.items():
        count = len(readers)
        most = max(Counter(reader for reader in readers.values() if reader).values(), default=0)
        enough = shape and count >= MIN_SUPPORTING_SCAN_COUNT
        found[shape] = min(1.0, (count - most) / (MAX_PERSON_SHARE * count)) if enough else 0.0
    return found


def _counted(values: Sequence[_Value], support: Mapping[str, float]) -> tuple[dict[str, _Counted], float]:
    """What was counted of each shape, and of values without a known shape."""
    counts: dict[str, _Counted] = {}
    others, keep = 0.0, 1.0 - 1.0 / MEMORY_SCAN_COUNT
    for each, weight in _weighted(values, support):
        others *= keep**weight
        for counted in counts.values():
            counted.fade(keep**weight)
        if support[each.shape]:
            counts.setdefault(each.shape, _Counted()).add(each.text, weight)
        else:
            others += weight
    return counts, others


def _weighted(values: Sequence[_Value], support: Mapping[str, float]) -> Iterator[tuple[_Value, float]]:
    """Each value with what it counts: the rows of one scan that have the same shape share one count.

    What has no known shape counts, of one person, no more than what others read.
    """
    rows = Counter((each.scan, each.shape) for each in values)
    odd = [each for each in values if not support[each.shape]]
    most = max(Counter(each.reader for each in odd if each.reader).values(), default=0)
    odd_share = min(1.0, (len(odd) - most) / (MAX_PERSON_SHARE * len(odd))) if odd else 0.0
    for each in values:
        yield each, (support[each.shape] or odd_share) / rows[each.scan, each.shape]


def new_shapes(before: LearntParameters, after: LearntParameters) -> list[Evidence]:
    """The shapes of which enough was counted only now."""
    found = []
    for name, shapes in sorted(after.shapes.items()):
        known = before.shapes[name].counts if name in before.shapes else {}
        for shape, each in sorted(shapes.counts.items()):
            usual = each.count >= USUAL_SCAN_COUNT
            if usual and (shape not in known or known[shape].count < USUAL_SCAN_COUNT):
                numbers: Numbers = {"field": name, "shape": shape, "like": round(each.count), "of": round(shapes.total)}
                found.append(Evidence(code=EvidenceCode.NEW_SHAPE, numbers=numbers))
    return found
