"""Learning proposes, evidence decides: what was learnt, and whether it may come into force.

A proposal comes into force where the known truths, not used for its fit, do not speak against it, and where it would
have no more of what is decided come out otherwise than is set. What is decided then stands all the same, but where the
known truths speak for the proposal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from reconcile.learning.judgement import Comparison, Judge, Opinion, compared, opinions
from reconcile.learning.learn import Learnt, changes, learn
from reconcile.learning.reopening import ChangedFields, changed
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters import read_parameters, shipped_parameters
from reconcile.policy import Policy
from transcribe.codes import Verdict
from transcribe.model import Evidence, Parameters

MIN_JUDGING_COUNT = 30
"""The least count of fields with a known truth before shipped parameters move. Chosen by hand. With fewer, one slip of
an expert tips the scales."""

FOLD_COUNT = 4
"""The number of parts of the scans with truths; each judges what the others taught. Chosen by hand."""


REOPENING = frozenset({Verdict.BETTER, Verdict.WENT_BACK})
"""Verdicts whose versions reopen decided fields. Under others a decision stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What was learnt, what it would change, how it did on known truths, and whether it comes into force.

    `comparison` is None where too little truth is known to compare. `judging` counts fields whose truth may judge.
    """

    content: Mapping[str, Any]
    changes: tuple[Evidence, ...]
    verdict: Verdict
    judging: int
    comparison: Comparison | None
    changed: ChangedFields

    @property
    def is_accepted(self) -> bool:
        """Whether it comes into force."""
        return self.verdict in (Verdict.BETTER, Verdict.NOT_WORSE, Verdict.TOO_LITTLE_TRUTH)

    @property
    def reopens(self) -> bool:
        """True if decided fields that come out otherwise are asked again: known truths speak for it."""
        return self.verdict in REOPENING


def propose(scans: Sequence[ScanFacts], before: Parameters, policy: Policy, max_reopened_share: float) -> Proposal:
    """What these scans teach, and whether it may take the place of what is known."""
    known = [scan for scan in scans if scan.judging]
    judging = sum(len(scan.judging) for scan in known)
    enough = judging >= MIN_JUDGING_COUNT and len({_fold(scan) for scan in known}) > 1
    content = _learnt(scans, before, policy, enough=enough).content
    after = Parameters(version=before.version + 1, content=content)
    comparison = _cross_fitted(scans, before, policy) if enough else None
    found = changed(scans, before, after, policy)
    return Proposal(
        content=content,
        changes=changes(read_parameters(before), read_parameters(after)),
        verdict=Verdict.SAME if content == before.content else _verdict(comparison, found, max_reopened_share),
        judging=judging,
        comparison=comparison,
        changed=found,
    )


def can_learn_from(scan: ScanFacts, before: Parameters, policy: Policy) -> None:
    """Learn from one scan by itself and weigh it; whatever is wrong with it is raised."""
    learn([scan], before, policy)
    opinions([scan], before, policy)
    changed([scan], before, before, policy)


def _verdict(comparison: Comparison | None, found: ChangedFields, max_reopened_share: float) -> Verdict:
    if comparison is not None and comparison.is_worse:
        return Verdict.WORSE
    if found.reopened_share > max_reopened_share:
        return Verdict.REOPENS_TOO_MANY
    if comparison is None:
        return Verdict.TOO_LITTLE_TRUTH
    return Verdict.BETTER if comparison.is_better else Verdict.NOT_WORSE


def _learnt(scans: Sequence[ScanFacts], before: Parameters, policy: Policy, *, enough: bool) -> Learnt:
    """What is learnt; where too little truth is known, with all that shipped as it was before."""
    learnt = learn(scans, before, policy)
    if enough:
        return learnt
    held = _held(learnt.content, before.content, shipped_parameters().content)
    return Learnt(content=held, changes=learnt.changes)


def _held(new: Any, old: Any, shipped: Any) -> Any:
    """The new content with each part of it that shipped as it was before, where it was known before."""
    if not isinstance(shipped, Mapping):
        return new if old is None else old
    old, held = old or {}, dict(new)
    for name, part in shipped.items():
        if name in new or name in old:
            held[name] = _held(new.get(name, {}), old.get(name), part)
    return held


def _cross_fitted(scans: Sequence[ScanFacts], before: Parameters, policy: Policy) -> Comparison:
    """The comparison of learnt and earlier parameters on truths not learnt from. Each part of the scans with truths is
    judged under what the other scans teach."""
    old, new = opinions(scans, before, policy), dict[Judge, Opinion]()
    for part in range(FOLD_COUNT):
        judges = [scan for scan in scans if scan.judging and _fold(scan) == part]
        if judges:
            rest = [scan for scan in scans if not (scan.judging and _fold(scan) == part)]
            content = learn(rest, before, policy).content
            new |= opinions(judges, Parameters(version=before.version + 1, content=content), policy)
    return compared(old, new)


def _fold(scan: ScanFacts) -> int:
    """The part that a scan belongs to, whatever other scans there are and in whatever order they come."""
    return crc32(scan.scan.encode()) % FOLD_COUNT
