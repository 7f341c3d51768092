"""Learning from decisions and known truths: a proposal comes into force if the truths support it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flows.home import Home, now, policy
from flows.steps.learning_facts import KnownScan, SkippedScan, fingerprint, known_scans, left_out_if_it_fails
from flows.steps.reconcile_scans import parameters_in_force
from reconcile.decision import traditions
from reconcile.learning import ChangedFields, Proposal, adds, can_learn_from, changed, propose, rates
from reconcile.parameters import read_parameters, shipped_parameters
from transcribe.codes import Verdict
from transcribe.errors import NotFound
from transcribe.i18n import named, say
from transcribe.model import Evidence, Parameters
from transcribe.store import Learning


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenedField:
    """A decided field that the learnt parameters would decide otherwise."""

    scan: str
    file: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningReport:
    """The result of learning: the `version` in force now, why, and what a proposal would change.

    `changes` says in words what is new in it. `truths` counts fields with a known truth, `audited` those known by
    audits; `numbers` are what the verdict stands on. Without news `refused` is why the last proposal did not come into
    force, "" where it did. `rates` says in words, with intervals, how often decisions, sources and groups of people
    were wrong. `reopened` are decided fields that are asked again, or would be; `otherwise` all that come out
    otherwise: they stand where no known truth speaks for that. `dry` says that nothing was kept.
    """

    version: int
    verdict: str
    refused: str
    came_into_force: bool
    dry: bool
    scans: int
    skipped: tuple[SkippedScan, ...]
    truths: int
    audited: int
    numbers: Mapping[str, float]
    changes: tuple[str, ...]
    rates: tuple[str, ...]
    reopened: tuple[ReopenedField, ...]
    otherwise: tuple[ReopenedField, ...]


def learn_home(home: Home, *, by: str = "", dry: bool = False, handles: bool = True) -> LearningReport:
    """Learn from every scan of a home; what was learnt comes into force where known truths bear it out.

    Scans with fields that come out otherwise then are woken. Without news nothing happens. With `dry` nothing is kept,
    and of a proposal that was refused is told anew. With `handles` the report calls people by their handles, else by
    their ids, which name nobody.
    """
    before = _in_force(home, dry=dry)
    skipped: list[SkippedScan] = []
    known = known_scans(home, skipped)
    seen = fingerprint(known, home.settings.target, home.settings.reopened_share)
    earlier = home.store.learnings()
    verdict = _nothing_to_learn(earlier, before, known, seen)
    refused = earlier[-1].verdict if verdict == Verdict.NO_NEWS and earlier and not earlier[-1].made else ""
    if verdict is not None and not (dry and refused):
        return _report(home, known, skipped, before, verdict=verdict, refused=refused, dry=dry, handles=handles)
    known, proposal = _proposed(home, known, before, skipped)
    after = before
    if not dry and proposal.verdict != Verdict.SAME:
        learning = Learning(
            version=before.version,
            verdict=proposal.verdict,
            by=by or home.store.actor,
            at=now(),
            seen=seen,
            numbers=numbers_of(proposal),
        )
        after = _kept(home, learning, proposal, known)
    return _report(home, known, skipped, after, verdict=proposal.verdict, proposal=proposal, dry=dry, handles=handles)


def _in_force(home: Home, *, dry: bool) -> Parameters:
    """The parameters in force; where nothing may be kept and none are, those that ship."""
    if dry:
        return home.store.parameters() or shipped_parameters()
    return parameters_in_force(home.store, now())


def _nothing_to_learn(
    earlier: Sequence[Learning], before: Parameters, known: Sequence[KnownScan], seen: str
) -> Verdict | None:
    """Why nothing is to be learnt: no news since the last time, or no new truth since the operator went back."""
    if not any(each.facts.readings for each in known):
        return Verdict.NO_NEWS
    last = earlier[-1] if earlier else None
    if last is None or last.version != before.version:
        return None
    made = next((each for each in reversed(earlier) if each.made), None)
    if made is not None and made.back_to is not None and not _is_truth_newer(known, made.at):
        return Verdict.NO_NEW_TRUTH
    return Verdict.NO_NEWS if last.seen == seen else None


def _is_truth_newer(known: Iterable[KnownScan], at: datetime) -> bool:
    return any(each.truth_at is not None and each.truth_at > at for each in known)


def _proposed(
    home: Home, known: list[KnownScan], before: Parameters, skipped: list[SkippedScan]
) -> tuple[list[KnownScan], Proposal]:
    """The learnt parameters, and the scans they were learnt from: all, or each that can be learnt from alone."""
    rules, share = policy(home.settings), home.settings.reopened_share
    try:
        return known, propose([each.facts for each in known], before, rules, share)
    except Exception:  # nobody has foreseen it: it is looked for which scan it was
        able = []
        for each in known:
            with left_out_if_it_fails(each.scan, skipped):
                can_learn_from(each.facts, before, rules)
                able.append(each)
        if len(able) == len(known):
            raise
    return _proposed(home, able, before, skipped)


def _kept(home: Home, learning: Learning, proposal: Proposal, known: Sequence[KnownScan]) -> Parameters:
    """The parameters in force after the result of a proposal was kept."""
    if proposal.is_accepted:
        return put_into_force(home, learning, proposal.content, proposal.changed, known, reopens=proposal.reopens)
    kept = home.store.keep_learning(learning, None)
    in_force = home.store.parameters(kept.version)
    assert in_force is not None
    return in_force


def put_into_force(
    home: Home,
    learning: Learning,
    content: Mapping[str, Any],
    changed: ChangedFields,
    known: Iterable[KnownScan],
    *,
    reopens: bool,
) -> Parameters:
    """Keep a new version, wake the scans of the fields that come out otherwise, find anew what each person adds.

    All of it or nothing: no version is in force that some scans never hear of. Where what is decided stands, those
    scans alone are woken of which something is asked no more.
    """
    woken = changed.fields if reopens else changed.settled
    forms = {id(each.facts.form): each.facts.form for each in known}
    types = {field.type for form in forms.values() for field in form.all_fields()}
    people = [person.id for person in home.store.transcribers()]
    learnt = read_parameters(Parameters(version=learning.version + 1, content=content))
    added = adds(learnt, people, types)
    with home.store.together():
        kept = home.store.keep_learning(learning, content)
        home.store.wake(sorted({field.scan for field in woken}), learning.at)
        home.store.put_adds(added, learning.at)
    return Parameters(version=kept.version, content=content, at=kept.at)


def numbers_of(proposal: Proposal) -> dict[str, float]:
    """The figures behind a verdict, as plain numbers."""
    changed, compared = proposal.changed, proposal.comparison
    numbers: dict[str, float] = {
        "judging": proposal.judging,
        "decided": changed.decided,
        "otherwise": len(changed.reopened),
        "reopened": len(changed.reopened) if proposal.reopens else 0,
        "would_reopen": len(changed.reopened) if compared is not None and compared.is_better else 0,
        "asked": changed.asked,
        "settled": len(changed.settled),
    }
    if compared is not None:
        numbers |= {
            "compared": compared.fields,
            "loss_before": round(compared.loss_before, 5),
            "loss_after": round(compared.loss_after, 5),
            "wrong_before": compared.wrong_before,
            "wrong_after": compared.wrong_after,
            "decided_before": compared.decided_before,
            "decided_after": compared.decided_after,
        }
    return numbers


def _report(
    home: Home,
    known: Sequence[KnownScan],
    skipped: Iterable[SkippedScan],
    in_force: Parameters,
    *,
    verdict: Verdict,
    dry: bool,
    handles: bool,
    refused: str = "",
    proposal: Proposal | None = None,
) -> LearningReport:
    people = home.store.transcribers()
    names = {person.id: person.handle for person in people} if handles else {}
    files = {each.scan.id: each.scan.name for each in known}
    facts = [each.facts for each in known]
    otherwise = () if proposal is None else reopened_fields(proposal.changed, files)
    measured = rates(facts, traditions(people).of, read_parameters(in_force))
    return LearningReport(
        version=in_force.version,
        verdict=verdict,
        refused=refused if proposal is None else "",
        came_into_force=proposal is not None and proposal.is_accepted and not dry,
        dry=dry,
        scans=len(known),
        skipped=tuple(skipped),
        truths=sum(len(of_scan.truths) for of_scan in facts),
        audited=sum(len(of_scan.audited) for of_scan in facts),
        numbers=numbers_of(proposal) if proposal is not None else {},
        changes=_in_words(proposal.changes, names) if proposal is not None else (),
        rates=_in_words([rate.evidence() for rate in measured], names),
        reopened=otherwise if proposal is not None and proposal.reopens else (),
        otherwise=otherwise,
    )


def reopened_fields(changed: ChangedFields, files: Mapping[str, str]) -> tuple[ReopenedField, ...]:
    """The decided fields that would come out otherwise, with the names of their files."""
    return tuple(ReopenedField(scan=each.scan, file=files[each.scan], field=str(each.key)) for each in changed.reopened)


def _in_words(evidence: Sequence[Evidence], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(say(named(reason, names)) for reason in evidence)


# The versions of what was learnt: listed with why each came into force, and an earlier one put back in force.


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
    """The result of going back: the `version` in force now, with the content of `back_to`, and what is weighed anew."""

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
