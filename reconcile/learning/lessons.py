"""Lessons of later readings about earlier probabilities: how often machines alone were right where people read too."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
from reconcile.learning.counts import is_misplaced
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters import (
    MIN_CONTEST_COUNT,
    PLACE_CONFIDENCE_STEPS,
    LearntParameters,
    place_bin,
    read_parameters,
    shipped_parameters,
)
from reconcile.policy import Policy
from transcribe.model import FieldKey

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
