"""The versions of what was learnt: listed with why each came into force, and an earlier one put back in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flows.home import Home, now, policy
from flows.steps.learn_parameters import ReopenedField, put_into_force, reopened_fields
from flows.steps.learning_facts import known_scans
from reconcile.learning import changed
from transcribe.codes import Verdict
from transcribe.errors import NotFound
from transcribe.model import Parameters
from transcribe.store import Learning


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterVersion:
    """A version that came into force, or a proposal that was refused (`version` is None), why, when and by whom.

    `verdict` is "" of what shipped, and of what was learnt before verdicts were kept.
    """

    version: int | None
    at: datetime
    in_force: bool
    verdict: str
    by: str
    back_to: int | None
    numbers: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class WentBack:
    """What came of going back: the `version` in force now, with the content of `back_to`, and what is weighed anew."""

    version: int
    back_to: int
    reopened: tuple[ReopenedField, ...]
    settled: int


def parameter_versions(home: Home) -> list[ParameterVersion]:
    """Every version and every refused proposal, first to latest."""
    versions, learnings = home.store.parameters_versions(), home.store.learnings()
    made = {each.version: each for each in learnings if each.made}
    last = versions[-1][0] if versions else None
    found = [_version(number, at, made.get(number), in_force=number == last) for number, at in versions]
    found += [_version(None, each.at, each, in_force=False) for each in learnings if not each.made]
    return sorted(found, key=lambda each: each.at)


def _version(number: int | None, at: datetime, why: Learning | None, *, in_force: bool) -> ParameterVersion:
    return ParameterVersion(
        version=number,
        at=at,
        in_force=in_force,
        verdict="" if why is None else why.verdict,
        by="" if why is None else why.by,
        back_to=None if why is None else why.back_to,
        numbers={} if why is None else why.numbers,
    )


def go_back(home: Home, version: int | None = None, *, by: str = "") -> WentBack | None:
    """Put an earlier version in force again, as a new one with its content.

    None where it is in force already. Without a version it is the one before that in force. Scans with fields that come
    out otherwise then are woken. NotFound where there is no such version.
    """
    before, earlier = _both(home, version)
    if earlier.content == before.content:
        return None
    known = known_scans(home, [])
    found = changed([each.facts for each in known], before, earlier, policy(home.settings))
    numbers = {"decided": found.decided, "reopened": len(found.reopened), "settled": len(found.settled)}
    learning = Learning(
        version=before.version,
        verdict=Verdict.WENT_BACK,
        by=by or home.store.actor,
        at=now(),
        numbers=numbers,
        back_to=earlier.version,
    )
    kept = put_into_force(home, learning, earlier.content, found, known, reopens=True)
    files = {each.scan.id: each.scan.name for each in known}
    return WentBack(
        version=kept.version,
        back_to=earlier.version,
        reopened=reopened_fields(found, files),
        settled=len(found.settled),
    )


def _both(home: Home, version: int | None) -> tuple[Parameters, Parameters]:
    """The parameters in force, and the earlier ones to go back to."""
    before = home.store.parameters()
    if before is None:
        raise NotFound("Nothing is in force yet that one could go back from: nothing was weighed or learnt here.")
    wanted = _one_before(home, before) if version is None else version
    earlier = home.store.parameters(wanted)
    if earlier is None:
        raise NotFound(f"There is no version {wanted}. `fairhand learn versions` lists those that there are.")
    return before, earlier


def _one_before(home: Home, before: Parameters) -> int:
    """The version before the one in force; where that was gone back to, the one before its model."""
    back = {each.version: each.back_to for each in home.store.learnings() if each.back_to is not None}
    number = before.version
    while number in back:
        number = back[number]
    if number <= 1:
        raise NotFound("What is in force is the first version. Name another: `fairhand learn versions` lists them.")
    return number - 1
