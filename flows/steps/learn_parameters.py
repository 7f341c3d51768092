"""Learning from decisions and known truths: trust and calibration become new parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from flows.home import Home, now, policy
from flows.steps.outcomes import outcomes
from flows.steps.reconcile_scans import parameters_in_force
from reconcile.decision import traditions
from reconcile.inference import weigh
from reconcile.learning import Learnt, ScanFacts, adds, learn, rates
from reconcile.parameters import read_parameters
from transcribe.codes import Method, Reason
from transcribe.errors import FairhandError
from transcribe.i18n import named, say
from transcribe.model import Decision, Evidence, FieldKey, Parameters, Reading, Scan
from transcribe.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenedField:
    """A decided field that would not be decided so with what was learnt. It is weighed and asked again."""

    scan: str
    file: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedScan:
    """A scan of which nothing was learnt, and why: it is in quarantine, or cannot be learnt from."""

    scan: str
    file: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningReport:
    """What learning changed. `version` is that of the new parameters, `changes` says in words what is new in them.

    `truths` counts fields with a known truth, `audited` those known by audits. `rates` says in words, with intervals,
    how often decisions, sources and groups of people were wrong there. `reopened` are fields to be asked again.
    """

    version: int
    scans: int
    skipped: tuple[SkippedScan, ...]
    truths: int
    audited: int
    changes: tuple[str, ...]
    rates: tuple[str, ...]
    reopened: tuple[ReopenedField, ...]


def learn_home(home: Home, *, handles: bool = True) -> LearningReport:
    """Learn from every scan of a home and keep the result as new parameters.

    Scans with a decided value that is now less probable than its target are woken. With `handles` the report calls
    people by their handles, else by their ids, which name nobody.
    """
    before = parameters_in_force(home.store, now())
    skipped: list[SkippedScan] = []
    scans, facts, learnt = _learnt(_known(home, skipped), before, skipped)
    after = home.store.put_parameters(learnt.content, now())
    reopened: list[ReopenedField] = []
    for scan in scans:
        with _left_out_if_it_fails(scan, skipped):
            reopened += _reopened(home, scan, after)
    home.store.wake(sorted({field.scan for field in reopened}), now())
    people = home.store.transcribers()
    home.store.put_adds(adds(read_parameters(after), [person.id for person in people], _types(facts)), now())
    names = {person.id: person.handle for person in people} if handles else {}
    measured = rates(facts, traditions(people).of, read_parameters(after))
    return LearningReport(
        version=after.version,
        scans=len(scans),
        skipped=tuple(skipped),
        truths=sum(len(of_scan.truths) for of_scan in facts),
        audited=sum(len(of_scan.audited) for of_scan in facts),
        changes=_in_words(learnt.changes, names),
        rates=_in_words([rate.evidence() for rate in measured], names),
        reopened=tuple(reopened),
    )


def _known(home: Home, skipped: list[SkippedScan]) -> list[tuple[Scan, ScanFacts]]:
    """The scans that are not in quarantine, with what is known of each."""
    apart, unheard = {found.scan.id: found.message for found in home.store.quarantined()}, _unheard_appeals(home)
    known = []
    for scan in _scans(home):
        if scan.id in apart:
            skipped.append(SkippedScan(scan=scan.id, file=scan.name, message=apart[scan.id]))
            continue
        with _left_out_if_it_fails(scan, skipped):
            known.append((scan, _facts(home, scan, unheard)))
    return known


def _learnt(
    known: Sequence[tuple[Scan, ScanFacts]], before: Parameters, skipped: list[SkippedScan]
) -> tuple[list[Scan], list[ScanFacts], Learnt]:
    """What is learnt, and from which scans: all, or each that can be learnt from alone."""
    scans, facts = [scan for scan, _ in known], [of_scan for _, of_scan in known]
    try:
        return scans, facts, learn(facts, before)
    except Exception:  # nobody has foreseen it: it is looked for which scan it was
        able = []
        for scan, of_scan in known:
            with _left_out_if_it_fails(scan, skipped):
                learn([of_scan], before)
                able.append((scan, of_scan))
        if len(able) == len(known):
            raise
    return _learnt(able, before, skipped)


@contextmanager
def _left_out_if_it_fails(scan: Scan, skipped: list[SkippedScan]) -> Iterator[None]:
    """One scan must not keep a home from learning, whatever is wrong with it: it is named, and the others go on."""
    try:
        yield
    except Exception as error:
        message = str(error) if isinstance(error, FairhandError) else f"{type(error).__name__}: {error}"
        skipped.append(SkippedScan(scan=scan.id, file=scan.name, message=message))


def _types(facts: Sequence[ScanFacts]) -> set[str]:
    """The types of the fields of all forms that came in."""
    forms = {id(of_scan.form): of_scan.form for of_scan in facts}
    return {field.type for form in forms.values() for field in form.all_fields()}


def _in_words(evidence: Sequence[Evidence], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(say(named(reason, names)) for reason in evidence)


def _scans(home: Home) -> Iterator[Scan]:
    """The scans to learn from: their form is known, and they were not forgotten."""
    for state in home.store.scan_states():
        if state.scan.form and state.erased_at is None:
            yield state.scan


def _unheard_appeals(home: Home) -> dict[tuple[str, FieldKey], str]:
    """The contested texts that no expert heard in time, by scan and field: they count as right."""
    return {
        (appeal.reading.scan, appeal.reading.key): appeal.reading.text
        for appeal in home.store.appeals()
        if appeal.outcome == "no expert" and appeal.reading.text is not None
    }


def _facts(home: Home, scan: Scan, unheard: Mapping[tuple[str, FieldKey], str]) -> ScanFacts:
    """The facts of a scan to learn from.

    The truth of a field is what is known otherwise, else an unheard appeal, else what experts decided, else what an
    expert read. A field counts as audited only where its first expert read it by lot: where readers were split, or a
    person appealed, a second look that followed says nothing of the rest.
    """
    store = home.store
    readings, decisions = store.readings(scan.id), store.decisions(scan.id)
    by_expert = {reading.key: reading for reading in readings if reading.kind == "expert"}  # the latest comes last
    kinds = {key: _expert_tasks(store, key, readings) for key in by_expert}
    audited = frozenset(key for key, asked in kinds.items() if asked[:1] == ["audit"])
    experts_truths = {key: reading.text for key, reading in by_expert.items() if reading.text is not None}
    experts_truths |= {
        decision.key: decision.text
        for decision in decisions
        if decision.method == Method.EXPERT and decision.key in experts_truths and decision.null is None
    }
    contested = {key: text for (of_scan, key), text in unheard.items() if of_scan == scan.id}
    return ScanFacts(
        form=home.forms(scan.form, scan.form_version),
        readings=readings,
        truths=experts_truths | contested | {truth.key: truth.text for truth in store.truths(scan.id)},
        decisions=tuple(_as_audited(store, scan, decision, audited, readings) for decision in decisions),
        audited=audited,
        adjudicated=frozenset(key for key, asked in kinds.items() if "adjudicate" in asked and key not in audited),
        proving=frozenset(_proving(store, readings)),
    )


def _expert_tasks(store: Store, key: FieldKey, readings: Sequence[Reading]) -> list[str]:
    """The kinds of the tasks in which experts read a field, in their order."""
    tasks = [reading.task for reading in readings if reading.key == key and reading.kind == "expert" and reading.task]
    return [store.task_subject(task).kind for task in tasks]


def _proving(store: Store, readings: Sequence[Reading]) -> Iterator[FieldKey]:
    """The fields whose first person was asked to measure the machines' error rate."""
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
    """A decision as it was before its audit: the last one without an expert's reading, itself where there is none."""
    if decision.key not in audited:
        return decision
    experts = {reading.id for reading in readings if reading.kind == "expert"}
    history = store.field_history(scan.id, decision.key).decisions
    earlier = [version for version in history if experts.isdisjoint(version.readings)]
    return earlier[-1] if earlier else decision


def _reopened(home: Home, scan: Scan, parameters: Parameters) -> Iterator[ReopenedField]:
    """The decided fields that would be decided otherwise, or not at all, with these parameters."""
    form = home.forms(scan.form, scan.form_version)
    decided = {decision.key: decision for decision in home.store.decisions(scan.id)}
    answers = outcomes(form, weigh(form, home.store.readings(scan.id), parameters), policy(home.settings))
    for key, old in decided.items():
        new = answers.get(key)
        if new is not None and not (isinstance(new, Decision) and (new.value, new.null) == (old.value, old.null)):
            yield ReopenedField(scan=scan.id, file=scan.name, field=str(key))
