"""Counts of one pass over weighed fields: how often each source was wrong, in which way, and how sure it was.

The counts are expectations: a field whose value is 0.9 probable counts 0.9 for it and 0.1 for the others.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import exp
from operator import add
from typing import Any

from rapidfuzz.distance import Levenshtein

from reconcile.algorithms import count_edits, lower_bound
from reconcile.forms import PreparedField, prepared
from reconcile.inference import (
    FieldPosterior,
    Vote,
    flat_prior,
    habits,
    has_shapes,
    null_of,
    shared_confusions,
    votes,
    weigh_field,
)
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters import (
    CONFIDENCE_STEPS,
    SHARED_CONFUSIONS,
    USUAL_SCAN_COUNT,
    LearntParameters,
    SourceModel,
    bin_of,
    confidence_table,
    differences,
    has_digits,
    misreading_probability,
    shape_of,
)
from reconcile.policy import Policy
from transcribe.codes import EvidenceCode, Method
from transcribe.model import INK, Evidence, FieldKey, Numbers

SHARED_BLAME_SHARE = 0.8
"""The place bears this share of the blame for a misreading that its look suggests. The source bears the rest. Chosen by
hand."""

MIN_COMMON_SHARE = 0.5
"""Texts less similar than this (0 to 1) are of two places, not two readings of one. Chosen by hand."""

MIN_COUNTED_SHARE = 1e-3
"""Values less probable than this are not counted. Chosen by hand."""

MIN_LINE_SHARE = 0.5
"""What a source does with the words of a long text is counted against texts likelier than this alone."""


def _pairs() -> dict[str, dict[str, list[float]]]:
    return defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))


@dataclass(slots=True)
class Counts:
    """(errors, total) by parameter name; keys as in `LearntParameters.read`."""

    sources: dict[str, dict[str, list[float]]] = field(default_factory=_pairs)
    rates: dict[str, dict[str, list[float]]] = field(default_factory=_pairs)
    on_bad: dict[str, dict[str, list[float]]] = field(default_factory=_pairs)
    habits: dict[str, dict[str, list[float]]] = field(default_factory=_pairs)
    unrelated: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))
    follows: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))
    tempting: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))
    tempting_on_bad: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))
    covered: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))
    sure: dict[str, list[list[float]]] = field(default_factory=lambda: defaultdict(_bins))
    """By engine, or one kind of its readings, and by bin of confidence: (wrong readings, right ones)."""
    confusions: dict[str, dict[str, dict[str, float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(lambda: defaultdict(float)))
    )
    conventions: dict[str, dict[str, dict[str, list[float]]]] = field(default_factory=lambda: defaultdict(_pairs))
    lines: dict[str, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0] * 5))
    """By source: words of long text that it copied, changed, left out and put in."""
    noticed: dict[str, dict[tuple[str, str], float]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(float))
    )
    """By source and (what is written, what is said for it): counts of readings that no known convention explains."""
    words: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(float)))

    def count(
        self,
        spot: PreparedField,
        weighed: FieldPosterior,
        learnt: LearntParameters,
        truth: str | None,
        *,
        contested: bool = False,
    ) -> None:
        """Count one field; `truth`, where it is learnt, is its only value.

        Of a contested field only what people read is counted.
        """
        if truth is not None and truth not in weighed.shares and weighed.words is None and null_of(truth) is None:
            weighed = weigh_field(spot, weighed.votes, learnt, (truth,))  # may look like what everybody read
        shares = weighed.shares if truth is None else {truth: 1.0}
        in_place = 0.0
        for written, share in shares.items():
            if share < MIN_COUNTED_SHARE or null_of(written) is not None:
                continue
            tempted = shared_confusions(weighed, written)
            in_place += share * sum(tempted.values())
            if not contested:
                self._count_value(spot, written, share)
            for vote in weighed.votes:
                if vote.shown is None and null_of(vote.says) is None and not (contested and vote.machine):
                    self._count_vote(spot, vote, written, share, tempted, learnt)
        if contested:
            return
        none = 0.0 if truth is not None else weighed.none
        if none >= MIN_COUNTED_SHARE:
            for vote in weighed.votes:
                self._count_wrong(spot, vote, none, none)
        _add(self.tempting[spot.field.type], in_place, 1.0)
        if any(vote.bad_page for vote in weighed.votes):
            _add(self.tempting_on_bad[spot.field.type], in_place, 1.0)

    def _count_value(self, spot: PreparedField, written: str, share: float) -> None:
        if spot.known_values is not None:
            _add(self.covered[spot.field.name], share * spot.known_values.has(written), share)
        if spot.facts.is_text:
            for word in written.split():
                self.words[spot.field.name][word] += share
                self.words[spot.field.name][""] += share

    def _count_vote(
        self,
        spot: PreparedField,
        vote: Vote,
        written: str,
        share: float,
        tempted: dict[str, float],
        learnt: LearntParameters,
    ) -> None:
        if _is_read_elsewhere(vote, written):
            return
        source_model = learnt.source_model(vote.source, vote.kind, spot.field.type, vote.bad_page)
        if spot.family == "line text" and share > MIN_LINE_SHARE:
            self.lines[vote.source] = list(
                map(add, self.lines[vote.source], count_edits(written.split(), vote.says.split()))
            )
        for other, part in tempted.items():
            _add(self.follows[vote.kind], share * part * (vote.says == other), share * part)
        for habit, way, _ in habits(written, source_model):
            _add(self.habits[vote.source][habit], share * (vote.says == way), share)
            if vote.says == way:
                return
        if spot.facts.is_text and not vote.machine and self._is_in_own_words(vote, written, share, source_model):
            self._count_wrong(spot, vote, 0.0, share)
            return
        blame = share * (1 - SHARED_BLAME_SHARE * tempted.get(vote.says, 0.0)) if vote.says != written else 0.0
        self._count_wrong(spot, vote, blame, share)
        self._count_sure(vote, vote.says != written, share)
        if blame:
            self._count_error(vote, written, blame, source_model, learnt)

    def _is_in_own_words(self, vote: Vote, written: str, share: float, source_model: SourceModel) -> bool:
        """Whether the source's conventions explain what it says; those that apply are counted.

        Where they do not explain it, the differences are noticed, as they may become conventions.
        """
        possible = source_model.phrases.ways(written)
        followed = next((way.pairs for way in possible if way.text == vote.says), ())
        for was, became in sorted({pair for way in possible for pair in way.pairs}):
            _add(self.conventions[vote.source][was][became], share * ((was, became) in followed), share)
        if not followed and vote.says != written:
            for pair in differences(written, vote.says):
                self.noticed[vote.source][pair] += share
        return bool(followed)

    def _count_wrong(self, spot: PreparedField, vote: Vote, wrong: float, of: float) -> None:
        if null_of(vote.says) is None:
            _add(self.sources[vote.source][spot.field.type], wrong, of)
            _add(self.rates[vote.kind][spot.field.type], wrong, of)
            if vote.bad_page:
                _add(self.on_bad[vote.source][spot.field.type], wrong, of)

    def _count_sure(self, vote: Vote, wrong: bool, share: float) -> None:
        if vote.machine and vote.confidence is not None:
            kind = confidence_table(vote.source, digits=has_digits(vote.says), bad=vote.bad_page)
            for name in (vote.source, kind):
                self.sure[name][bin_of(vote.confidence)][0 if wrong else 1] += share

    def _count_error(
        self, vote: Vote, written: str, blame: float, source_model: SourceModel, learnt: LearntParameters
    ) -> None:
        """An error is unrelated, or edits: then which characters were taken for which."""
        near = (1 - source_model.unrelated) * misreading_probability(learnt.characters, vote.kind, written, vote.says)
        far = source_model.unrelated * exp(flat_prior(vote.says))
        unrelated = far / (near + far) if near + far > 0 else 1.0
        _add(self.unrelated[vote.source], blame * unrelated, blame)
        if Levenshtein.distance(written, vote.says, score_cutoff=2) <= 2:
            for operation in Levenshtein.editops(written, vote.says):
                if operation.tag == "replace":
                    was, became = written[operation.src_pos], vote.says[operation.dest_pos]
                    self.confusions[vote.kind][was][became] += blame * (1 - unrelated)
                    self.confusions[SHARED_CONFUSIONS][was][became] += blame * (1 - unrelated)


def _is_read_elsewhere(vote: Vote, written: str) -> bool:
    """True if an engine seems to have read another place of a free layout. Its reading then says nothing of it."""
    return vote.place is not None and is_misplaced(written, vote.says)


def is_misplaced(written: str, says: str) -> bool:
    """Whether two texts have so little in common that what was read stands somewhere else."""
    return Levenshtein.normalized_similarity(written, says) < MIN_COMMON_SHARE


def _bins() -> list[list[float]]:
    return [[0.0, 0.0] for _ in range(len(CONFIDENCE_STEPS) + 1)]


def _add(tally: list[float], some: float, of: float) -> None:
    tally[0] += some
    tally[1] += of


# What past scans teach about the shapes of codes: values that people read, each scan counted once for a shape.
#
# Later values count more: each makes all earlier ones count a little less, so that a new shape soon becomes usual and
# one that is no longer written is forgotten (R. Kulhavý, M. B. Zarrop, International Journal of Control 58, 1993). No
# one person makes more than half of what supports a shape, unless experts or control items bear it out.

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
            _add_of_shape_counts(found[spot.name_on_form], number, spot, key, scan, alone, policy)
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


def _add_of_shape_counts(
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
