"""How far each source is to be trusted, learnt from past scans by expectation maximisation.

Each pass weighs every scan under what was learnt so far, then counts how often each source was wrong (A. P. Dawid, A.
M. Skene, Applied Statistics 28, 1979, with the channel of `reconcile.inference.noisy_channel` in place of a confusion
table). Known truths hold in every pass. Counts are drawn towards what shipped with fairhand, so that a new store does
not unlearn it from ten scans.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reconcile.algorithms import lower_bound
from reconcile.forms import prepared
from reconcile.inference import weigh_together
from reconcile.learning import lessons
from reconcile.learning.counts import Counts
from reconcile.learning.shape_counts import learn_shapes, new_shapes
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters import (
    CONFIDENCE_STEPS,
    PLACE_CONFIDENCE_STEPS,
    LearntParameters,
    kept_phrases,
    odds,
    read_parameters,
    shipped_parameters,
)
from reconcile.policy import Policy
from transcribe.codes import EvidenceCode
from transcribe.model import Evidence, Numbers, Parameters

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
    content = {**content, **lessons.taught(scans, learnt, policy)}
    content["places"] = _summed_places(content["places"], shipped_parameters().content["places"])
    if content.get("shipped"):  # a home of an earlier version lacks the situations that came since
        content["shipped"] = shipped_parameters().content["shipped"]
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
