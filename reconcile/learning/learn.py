"""How far each source is to be trusted, learnt from past scans by expectation maximisation.

Each pass weighs every scan under what was learnt so far, then counts how often each source was wrong (A. P. Dawid, A.
M. Skene, Applied Statistics 28, 1979, with the channel of `reconcile.inference.noisy_channel` in place of a confusion
table). Known truths hold in every pass. Counts are drawn towards what shipped with fairhand, so that a new store does
not unlearn it from ten scans.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconcile.algorithms import lower_bound
from reconcile.forms import PreparedField, PreparedForm, prepared
from reconcile.inference import (
    PEOPLE_STAGE,
    Circumstances,
    FieldPosterior,
    Lesson,
    calibrated,
    circumstances,
    fit_calibration,
    informed_share,
    majority,
    weigh_together,
)
from reconcile.learning.counts import Counts, is_misplaced, learn_shapes, new_shapes
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters import (
    CONFIDENCE_STEPS,
    MIN_CONTEST_COUNT,
    PLACE_CONFIDENCE_STEPS,
    LearntParameters,
    kept_phrases,
    odds,
    place_bin,
    read_parameters,
    shipped_parameters,
)
from reconcile.policy import Policy
from transcribe.codes import EvidenceCode
from transcribe.model import Evidence, FieldKey, Numbers, Parameters

PASS_COUNT = 4
"""Passes over the scans: the figures of the generator's worlds move by less than their noise after the third."""


MAX_SHIPPED_READING_COUNT = 100.0
"""The most readings that a shipped tally counts for beside a store's own. Chosen by hand."""


MAX_SHIPPED_CONFIDENCE_COUNT = 1000.0
"""The most readings that the shipped meaning of an engine's confidence counts for beside a store's own.

Chosen by hand.
"""


MIN_KEPT_WORD_COUNT = 3.0
"""A word is kept once it was decided on so many scans.

Before, it is no evidence that it is a word of this field. What stands in parameters outlives the scans, so it must not
be about one person.
"""


MIN_MOVE_LOG_ODDS = 0.4
"""Error rates whose log odds moved by less, about half again, are not worth a line. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """New content of Parameters, and the changes as codes with numbers."""

    content: dict[str, object]
    changes: tuple[Evidence, ...]


def learn(facts: Iterable[ScanFacts], previous: Parameters, policy: Policy) -> Learnt:
    """What these scans teach about their sources, starting from what was known before."""
    scans = list(facts)
    content = dict(previous.content)
    for _ in range(PASS_COUNT):
        learnt, counts = LearntParameters.read(version=previous.version, content=content), Counts()
        for scan in scans:
            _count(counts, scan, learnt)
        content = {**content, **_content(counts)}
    learnt = LearntParameters.read(version=previous.version, content=content)
    content["shapes"] = learn_shapes(scans, learnt, policy, previous.content.get("shapes", {}))
    learnt = LearntParameters.read(version=previous.version, content=content)
    content = {**content, **taught(scans, learnt, policy)}
    content["places"] = _summed_places(content["places"], shipped_parameters().content["places"])
    content["proven"] = _proven(content, policy.target)
    return Learnt(
        content=content, changes=changes(read_parameters(previous), LearntParameters.read(version=-1, content=content))
    )


def _proven(content: Mapping[str, Any], target: float) -> dict[str, object]:
    """The tallies that reach the target, or once did.

    The right of machines to decide stands on them until audits disprove it, though the scans that proved it are long
    past.
    """
    now = {name: tally for name, tally in content["audited"].items() if lower_bound(tally) >= target}
    return {**content.get("proven", {}), **now}


def _count(counts: Counts, scan: ScanFacts, learnt: LearntParameters) -> None:
    made = prepared(scan.form)
    for key, weighed in weigh_together(made, scan.readings, learnt).items():
        spot = made.fields[key.name]
        truth = scan.truths.get(key)
        known = None if truth is None else spot.normal(truth)
        counts.count(spot, weighed, learnt, known, contested=key in scan.contested)


def _content(counts: Counts) -> dict[str, object]:
    """Counts as plain data, what shipped with fairhand added in."""
    shipped: Mapping[str, Any] = shipped_parameters().content
    names = ("sources", "on_bad", "rates", "habits", "unrelated", "follows", "tempting", "tempting_on_bad", "covered")
    content: dict[str, Any] = {name: _summed_tallies(getattr(counts, name), shipped.get(name, {})) for name in names}
    content["sure"] = {
        engine: _summed_bins(counts.sure.get(engine), shipped.get("sure", {}).get(engine))
        for engine in sorted({*counts.sure, *shipped.get("sure", {})})
    }
    content["lines"] = {source: [round(each, 2) for each in done] for source, done in sorted(counts.lines.items())}
    content["conventions"] = kept_phrases(counts.conventions, counts.noticed)
    content["confusions"] = _summed_counts(counts.confusions, shipped.get("confusions", {}))
    content["words"] = {
        name: {word: round(count, 3) for word, count in words.items() if count >= MIN_KEPT_WORD_COUNT}
        for name, words in counts.words.items()
    }
    return content


def _summed_tallies(counted: Any, shipped: Any) -> Any:
    """A tree of tallies with the shipped tree added, each tally of the latter for at most SHIPPED readings."""
    if isinstance(counted, Mapping) or isinstance(shipped, Mapping):
        counted, shipped = counted or {}, shipped or {}
        return {name: _summed_tallies(counted.get(name), shipped.get(name)) for name in sorted({*counted, *shipped})}
    own, other = counted or [0.0, 0.0], shipped or [0.0, 0.0]
    weight = MAX_SHIPPED_READING_COUNT / max(MAX_SHIPPED_READING_COUNT, other[1])
    return [round(mine + weight * theirs, 4) for mine, theirs in zip(own, other, strict=True)]


def _summed_bins(counted: list[list[float]] | None, shipped: list[list[float]] | None) -> list[list[float]]:
    """Wrong and right readings by bin of confidence, the shipped ones added for at most SURE readings in all."""
    if shipped is None:
        shipped = [[0.0, 0.0]] * (len(CONFIDENCE_STEPS) + 1)
    weight = MAX_SHIPPED_CONFIDENCE_COUNT / max(MAX_SHIPPED_CONFIDENCE_COUNT, sum(map(sum, shipped)))
    own = counted or [[0.0, 0.0]] * len(shipped)
    return [
        [round(mine + weight * theirs, 4) for mine, theirs in zip(one, other, strict=True)]
        for one, other in zip(own, shipped, strict=True)
    ]


def _summed_places(counted: Any, shipped: Any) -> dict[str, list[list[float]]]:
    """Misplaced and all places by bin of confidence, the shipped ones added for at most SHIPPED places a bin.

    What shipped is never dropped for want of places here: it then stands as it is.
    """
    none = [[0.0, 0.0]] * (len(PLACE_CONFIDENCE_STEPS) + 1)
    return {
        name: list(map(_summed_tallies, counted.get(name, none), shipped.get(name, none)))
        for name in sorted({*counted, *shipped})
    }


def _summed_counts(counted: Any, shipped: Any) -> Any:
    """A tree of counts with the shipped tree added; what is counted less than once in ten is left out."""
    if isinstance(counted, Mapping) or isinstance(shipped, Mapping):
        counted, shipped = counted or {}, shipped or {}
        tree = {name: _summed_counts(counted.get(name), shipped.get(name)) for name in sorted({*counted, *shipped})}
        return {name: branch for name, branch in tree.items() if branch}
    count = (counted or 0.0) + (shipped or 0.0)
    return round(count, 2) if count >= 0.1 else 0.0


def changes(before: LearntParameters, after: LearntParameters) -> tuple[Evidence, ...]:
    """The changes: families in which another side decides now, usual shapes of codes, and sources' error rates.

    Of error rates the largest change comes first.
    """
    sides = [
        Evidence(
            code=EvidenceCode.CHAMPION,
            numbers={"family": family, "side": after.champion(family), "items": tally["items"]},
        )
        for family, tally in after.contests.items()
        if after.champion(family) != before.champion(family)
    ]
    moved = []
    for source, types in after.errors.by_source.items():
        kind = "machine" if source in after.confidence.tallies else "person"
        for name, (_, count) in types.items():
            old, new = (each.source_model(source, kind, name).error for each in (before, after))
            if abs(odds(new) - odds(old)) > MIN_MOVE_LOG_ODDS:
                numbers: Numbers = {"source": source, "type": name, "before": old, "after": new, "count": round(count)}
                rate = Evidence(code=EvidenceCode.RATE, numbers=numbers)
                moved.append((-abs(odds(new) - odds(old)), source, name, rate))
    return tuple(sides + new_shapes(before, after) + [each[-1] for each in sorted(moved, key=lambda each: each[:3])])


# Lessons of later readings about earlier probabilities: how often machines alone were right where people read too.

SETTLED_SHARE = 0.99
"""From this share on, the text of people and machines together is taken for the truth. Chosen by hand."""


@dataclass(frozen=True, slots=True)
class MachinesAlone:
    """The value that machines alone gave a field, and whether it was right."""

    key: FieldKey
    seen: Circumstances
    share: float
    right: bool
    misplaced: bool
    name: str
    type: str
    place: float | None

    @property
    def lesson(self) -> Lesson:
        """What calibration learns from it."""
        share = informed_share(self.share, self.seen)
        return Lesson(stage=self.seen.stage, family=self.seen.family, share=share, right=self.right)


def taught(scans: Sequence[ScanFacts], learnt: LearntParameters, policy: Policy) -> dict[str, object]:
    """Calibration, and the audited tallies of each situation in which machines decide alone."""
    found: list[Lesson] = []
    places: dict[str, list[list[float]]] = defaultdict(
        lambda: [[0.0, 0.0] for _ in range(len(PLACE_CONFIDENCE_STEPS) + 1)]
    )
    audited: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for scan in scans:
        for before in machines_alone(scan, learnt, policy):
            if before.key in scan.contested:
                continue
            found.append(before.lesson)
            if (
                before.place is not None
                and before.seen.engines >= policy.engines_to_agree
                and before.key in scan.judging - scan.adjudicated
            ):
                for name in (before.name, before.type):
                    tally = places[name][place_bin(before.place)]
                    tally[0] += before.misplaced
                    tally[1] += 1
            if before.key in scan.audited | scan.proving and _would_decide(before, learnt):
                audited[before.seen.situation][0] += not before.right
                audited[before.seen.situation][1] += 1
    contests: dict[str, Counter[str]] = defaultdict(Counter)
    of_people: dict[str, list[Lesson]] = defaultdict(list)
    for scan in scans:
        for result in contested(scan, learnt, policy):
            contests[result.lesson.family] += result.tally
            if result.lesson.stage.startswith(PEOPLE_STAGE):
                of_people[result.lesson.stage].append(result.lesson)
    for lessons in of_people.values():
        found += lessons if len(lessons) >= MIN_CONTEST_COUNT else []
    return {
        "calibration": fit_calibration(found, read_parameters(shipped_parameters()).calibration),
        "audited": dict(audited),
        "places": dict(places),
        "contests": {family: dict(tally) for family, tally in contests.items()},
    }


def _would_decide(before: MachinesAlone, learnt: LearntParameters) -> bool:
    """Whether machines alone would decide this. Their error rate is measured on these values.

    Whether they did decide does not matter. Fields that people read because nothing was proven prove it, and audited
    ones uphold it.
    """
    probable = calibrated(before.share, before.seen, learnt)
    return before.seen.may_decide_alone and probable >= before.seen.min_probability


@dataclass(frozen=True, slots=True)
class ContestResult:
    """The outcome of one field of which the truth came to be known, from the readings before it.

    `tally` counts 1 of "items" and 1 of the side, "model" or "majority", that alone is right. `lesson` is how probable
    the model held its best value.
    """

    tally: Counter[str]
    lesson: Lesson


def contested(scan: ScanFacts, learnt: LearntParameters, policy: Policy) -> Iterator[ContestResult]:
    """The model against majority on gold and audited fields, each from the readings before the expert's."""
    if not scan.truths:
        return
    made = prepared(scan.form)
    readings = [reading for reading in scan.readings if reading.kind != "expert"]
    for key, weighed in weigh_together(made, readings, learnt).items():
        front = majority(weighed.votes)
        if key not in scan.truths or key in scan.adjudicated | scan.contested:
            continue
        spot = made.fields[key.name]
        truth = spot.normal(scan.truths[key])
        best = max(weighed.shares, key=lambda says: (weighed.shares[says], says))
        right = best == truth
        tally = Counter({"items": int(front is not None)})
        if front is not None and right != (front == truth):
            tally["model" if right else "majority"] = 1
        seen = circumstances(spot, weighed, best, learnt, policy)
        share = informed_share(weighed.shares[best], seen)
        yield ContestResult(tally, Lesson(stage=seen.stage, family=spot.family, share=share, right=right))


def machines_alone(scan: ScanFacts, learnt: LearntParameters, policy: Policy) -> Iterator[MachinesAlone]:
    """Fields that people read too, or whose truth is known, as the machines alone would have had them."""
    made = prepared(scan.form)
    settled = _settled(scan, made, learnt)
    if not settled:
        return
    machines = [reading for reading in scan.readings if reading.kind == "machine"]
    for key, weighed in weigh_together(made, machines, learnt).items():
        if key in settled:
            read = [says for says, origin in weighed.origins.items() if origin == "read"]
            best = max(read, key=lambda says: (weighed.shares[says], says))
            if made.fields[key.name].family != "mark" and best:
                yield _alone(key, made.fields[key.name], weighed, best, settled[key], learnt, policy)


def _alone(
    key: FieldKey,
    spot: PreparedField,
    weighed: FieldPosterior,
    best: str,
    truth: str,
    learnt: LearntParameters,
    policy: Policy,
) -> MachinesAlone:
    places = [vote.place for vote in weighed.votes if vote.says == best and vote.place is not None]
    seen = circumstances(spot, weighed, best, learnt, policy)
    return MachinesAlone(
        key=key,
        seen=seen,
        share=weighed.shares[best],
        right=best == truth,
        misplaced=is_misplaced(truth, best),
        name=spot.way_of_finding,
        type=spot.field.type,
        place=min(places, default=None),
    )


def _settled(scan: ScanFacts, made: PreparedForm, learnt: LearntParameters) -> dict[FieldKey, str]:
    """The fields whose truth is known by now, or taken for known, as comparable text."""
    people = {reading.key for reading in scan.readings if reading.kind != "machine" and reading.shown is None}
    together: dict[FieldKey, FieldPosterior] = weigh_together(made, scan.readings, learnt) if people else {}
    settled = {}
    for key in people:
        says, share = max(together[key].shares.items(), key=lambda each: (each[1], each[0]))
        if share >= SETTLED_SHARE and together[key].origins[says] == "read":
            settled[key] = says
    truths = {key: made.fields[key.name].normal(text) for key, text in scan.truths.items()}
    return {**settled, **truths}
