"""Learns from what was decided and known to be right: trust and calibration become new parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flows.home import Home, now, policy
from flows.steps.outcomes import outcomes
from flows.steps.reconcile_scans import in_force
from reconcile.decision import traditions
from reconcile.inference import weigh
from reconcile.learning import ScanFacts, adds, learn, rates
from reconcile.parameters import read_parameters
from transcribe.codes import Method, Reason
from transcribe.i18n import named, say
from transcribe.model import Decision, Evidence, FieldKey, Parameters, Reading, Scan
from transcribe.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenedField:
    """A decided field that, with what was learnt, would not be decided, or not so. It is weighed and asked again."""

    scan: str
    file: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningReport:
    """What learning changed: the parameters' new version, its changes in words, how often decisions, sources and groups
    of people were wrong where the truth is known, in words with intervals, and what is asked again."""

    version: int
    scans: int
    truths: int
    audited: int
    changes: tuple[str, ...]
    rates: tuple[str, ...]
    reopened: tuple[ReopenedField, ...]


def learn_home(home: Home, *, handles: bool = True) -> LearningReport:
    """Learn from every scan of a home, keep the result as new parameters, and wake the scans of which a decided value
    is now less probable than its target. Without `handles` people are told by their ids, which name nobody."""
    before = in_force(home.store, now())
    scans = list(_scans(home))
    unheard = _unheard(home)
    facts = [_facts(home, scan, unheard) for scan in scans]
    learnt = learn(facts, before)
    after = home.store.put_parameters(learnt.content, now())
    reopened = tuple(each for scan in scans for each in _fallen(home, scan, after))
    home.store.wake(sorted({each.scan for each in reopened}), now())
    people = home.store.transcribers()
    home.store.put_adds(adds(read_parameters(after), [each.id for each in people], _types(facts)), now())
    names = {person.id: person.handle for person in people} if handles else {}
    measured = rates(facts, traditions(people).of, read_parameters(after))
    return LearningReport(
        version=after.version,
        scans=len(scans),
        truths=sum(len(each.truths) for each in facts),
        audited=sum(len(each.audited) for each in facts),
        changes=_in_words(learnt.changes, names),
        rates=_in_words([each.evidence() for each in measured], names),
        reopened=reopened,
    )


def _types(facts: Sequence[ScanFacts]) -> set[str]:
    """The types of the fields of all forms that came in."""
    return {field.type for form in {id(scan.form): scan.form for scan in facts}.values() for field in form.all_fields()}


def _in_words(found: Sequence[Evidence], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(say(named(each, names)) for each in found)


def _scans(home: Home) -> Iterator[Scan]:
    for state in home.store.scan_states():
        if state.scan.form and state.erased_at is None:
            yield state.scan


def _unheard(home: Home) -> dict[tuple[str, FieldKey], str]:
    """What was contested and no expert heard in time: it counts as right."""
    return {
        (appeal.reading.scan, appeal.reading.key): appeal.reading.text
        for appeal in home.store.appeals()
        if appeal.outcome == "no expert" and appeal.reading.text is not None
    }


def _facts(home: Home, scan: Scan, unheard: Mapping[tuple[str, FieldKey], str]) -> ScanFacts:
    """What is known of a scan. What was decided by experts is the truth of a field, else what one read of it, unless it
    is known otherwise. Only what an expert read first of all by lot counts as audited: where readers were split, or
    somebody appealed, a second look that followed says nothing of the rest."""
    readings = home.store.readings(scan.id)
    said = {each.key: each for each in readings if each.kind == "expert"}  # the latest comes last
    kinds = {key: _kinds(home.store, key, readings) for key in said}
    audited = frozenset(key for key, asked in kinds.items() if asked[:1] == ["audit"])
    heard = {key: each.text for key, each in said.items() if each.text is not None}
    heard |= {
        each.key: each.text
        for each in home.store.decisions(scan.id)
        if each.method == Method.EXPERT and each.key in heard and each.null is None
    }
    contested = {key: text for (of, key), text in unheard.items() if of == scan.id}
    return ScanFacts(
        form=home.forms(scan.form, scan.form_version),
        readings=readings,
        truths=heard | contested | {truth.key: truth.text for truth in home.store.truths(scan.id)},
        decisions=tuple(
            _as_audited(home.store, scan, each, audited, readings) for each in home.store.decisions(scan.id)
        ),
        audited=audited,
        adjudicated=frozenset(key for key, asked in kinds.items() if "adjudicate" in asked and key not in audited),
        proving=frozenset(_proving(home.store, readings)),
    )


def _kinds(store: Store, key: FieldKey, readings: Sequence[Reading]) -> list[str]:
    """What experts were asked who have read a field, in their order."""
    tasks = [each.task for each in readings if each.key == key and each.kind == "expert" and each.task]
    return [store.task_subject(task).kind for task in tasks]


def _proving(store: Store, readings: Sequence[Reading]) -> Iterator[FieldKey]:
    """The fields of which the first person was asked because it was not proven how right machines are."""
    first: dict[FieldKey, Reading] = {}
    for reading in readings:
        if reading.kind == "person" and reading.task:
            first.setdefault(reading.key, reading)
    for key, reading in first.items():
        if store.task_subject(str(reading.task)).reason == Reason.NOT_PROVEN:
            yield key


def _as_audited(
    store: Store, scan: Scan, decision: Decision, audited: frozenset[FieldKey], readings: Sequence[Reading]
) -> Decision:
    """A decision; where it was audited, the last one that no expert's reading is part of."""
    if decision.key not in audited:
        return decision
    experts = {each.id for each in readings if each.kind == "expert"}
    earlier = [
        each for each in store.field_history(scan.id, decision.key).decisions if experts.isdisjoint(each.readings)
    ]
    return earlier[-1] if earlier else decision


def _fallen(home: Home, scan: Scan, parameters: Parameters) -> Iterator[ReopenedField]:
    """The decided fields that would not be decided, or otherwise, with these parameters."""
    form = home.forms(scan.form, scan.form_version)
    decided = {each.key: each for each in home.store.decisions(scan.id)}
    found = outcomes(form, weigh(form, home.store.readings(scan.id), parameters), policy(home.settings))
    for key, old in decided.items():
        new = found.get(key)
        if new is not None and not (isinstance(new, Decision) and (new.value, new.null) == (old.value, old.null)):
            yield ReopenedField(scan=scan.id, file=scan.name, field=str(key))
