"""The evidence a home learns from: scans with their readings, experts, audits, gold and appeals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from flows.duplicates import with_duplicates
from flows.home import Home, now
from reconcile.decision import assemble, is_same
from reconcile.learning import REOPENING, AuditedValue, ScanFacts, audited_of
from transcribe.codes import Method, Reason, RecordRule
from transcribe.errors import FairhandError
from transcribe.model import WHOLE, Decision, FieldKey, Form, Reading, Record, RuleException, Scan, Task, Truth
from transcribe.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedScan:
    """A scan of which nothing was learnt, and why: it is in quarantine, or cannot be learnt from."""

    scan: str
    file: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownScan:
    """A scan to learn from.

    `truth_at` is when the last truth that may judge became known, None where none did.
    """

    scan: Scan
    facts: ScanFacts
    truth_at: datetime | None


def audited_values(home: Home, count: int | None = None) -> list[AuditedValue]:
    """Every decided value that was audited, in no order. Only scans of which something was audited are looked at.

    With `count` these are so many, those that came last.
    """
    audited = home.store.audited_scans()
    known = known_scans(home, [], audited if count is None else audited[max(0, len(audited) - count) :])
    return [value for each in known for value in audited_of(each.facts)]


def known_scans(home: Home, skipped: list[SkippedScan], only: Collection[str] | None = None) -> list[KnownScan]:
    """The scans that are not in quarantine, with what is known of each; the others are added to `skipped`.

    `only` are the ids of the scans that are wanted, None for all.
    """
    late = _late_fields(home.store)
    apart = {found.scan.id: found.message for found in home.store.quarantined()}
    known, reopening = [], reopening_version(home.store)
    for scan in _scans(home) if only is None else map(home.store.scan, only):
        if scan.id in apart:
            skipped.append(SkippedScan(scan=scan.id, file=scan.name, message=apart[scan.id]))
            continue
        with left_out_if_it_fails(scan, skipped):
            known.append(_known(home, scan, reopening, late[scan.id]))
    return known


@contextmanager
def left_out_if_it_fails(scan: Scan, skipped: list[SkippedScan]) -> Iterator[None]:
    """Leave out and name a scan that fails, so that a home still learns from the others."""
    try:
        yield
    except Exception as error:
        message = str(error) if isinstance(error, FairhandError) else f"{type(error).__name__}: {error}"
        skipped.append(SkippedScan(scan=scan.id, file=scan.name, message=message))


def fingerprint(known: Iterable[KnownScan], *settings: float) -> str:
    """A digest of what is learnt from and of the settings of a verdict: the same without news."""
    digest = sha256(repr(settings).encode())
    for each in sorted(known, key=lambda each: each.scan.id):
        facts = each.facts
        digest.update(repr((each.scan.id, each.scan.form, each.scan.form_version)).encode())
        digest.update(repr(sorted(reading.id for reading in facts.readings)).encode())
        digest.update(repr(sorted((str(key), text) for key, text in facts.truths.items())).encode())
        digest.update(repr([sorted(map(str, some)) for some in (facts.audited, facts.appealed)]).encode())
    return digest.hexdigest()


def _scans(home: Home) -> Iterator[Scan]:
    """The scans to learn from: their form is known, and they were not forgotten."""
    for state in home.store.scan_states():
        if state.scan.form and state.erased_at is None:
            yield state.scan


def _late_fields(store: Store) -> Mapping[str, set[FieldKey]]:
    """By scan, the fields with an appeal that no expert heard by its day: nobody's standing may suffer from it."""
    fields: dict[str, set[FieldKey]] = defaultdict(set)
    for appeal in store.appeals():
        if appeal.is_late(now()):
            fields[appeal.reading.scan].add(appeal.reading.key)
    return fields


def _known(home: Home, scan: Scan, reopening: int, late: Collection[FieldKey]) -> KnownScan:
    """The facts of a scan to learn from.

    The truth of a field is what is known otherwise (gold, an appeal that was upheld), else what experts decided, else
    what an expert read. Nothing is learnt of a field whose appeal nobody heard in time (`late`), nor of what people
    said of the whole scan: which form it is.

    A field counts as audited only where its first expert
    read it by lot: where readers were split, or a person appealed, a second look that followed says nothing of the
    rest.
    """
    store = home.store
    readings = [each for each in store.readings(scan.id) if each.key not in late and each.key != WHOLE]
    known = [each for each in store.truths(scan.id) if each.key not in late]
    decided = [each for each in store.decisions(scan.id) if each.key not in late]
    decisions = [each for each in decided if each.method != Method.PROVISIONAL]
    by_expert = {reading.key: reading for reading in readings if reading.kind == "expert"}  # the latest comes last
    kinds = {key: _expert_tasks(store, key, readings) for key in by_expert}
    audited = frozenset(key for key, asked in kinds.items() if asked[:1] == ["audit"])
    experts_truths = {key: reading.text for key, reading in by_expert.items() if reading.text is not None}
    experts_truths |= {
        decision.key: decision.text
        for decision in decisions
        if decision.method in (Method.EXPERT, Method.OPERATOR)
        and decision.key in experts_truths
        and decision.null is None
    }
    facts = ScanFacts(
        form=home.forms(scan.form, scan.form_version),
        readings=readings,
        truths=experts_truths | {truth.key: truth.text for truth in known},
        decisions=tuple(_as_audited(store, scan, decision, audited, readings) for decision in decisions),
        audited=audited,
        adjudicated=frozenset(key for key, asked in kinds.items() if "adjudicate" in asked and key not in audited),
        proving=frozenset(_proving(store, readings)),
        appealed=frozenset(_appealed(kinds, known)),
        standing=tuple(decision for decision in decisions if decision.parameters >= reopening),
    )
    return KnownScan(scan=scan, facts=facts, truth_at=_truth_at(facts, known))


def _appealed(kinds: Mapping[FieldKey, Sequence[str]], truths: Iterable[Truth]) -> Iterator[FieldKey]:
    """The fields of which an expert heard an appeal, but for gold: that was known before anybody contested it."""
    gold = {truth.key for truth in truths if truth.origin != "appeal"}
    yield from (key for key, asked in kinds.items() if "appeal" in asked and key not in gold)


def _truth_at(facts: ScanFacts, truths: Iterable[Truth]) -> datetime | None:
    """When the last truth of a scan came to be known that may judge what is learnt."""
    known_at = [truth.at for truth in truths if truth.origin != "appeal"]
    read = [reading.at for reading in facts.readings if reading.kind == "expert" and reading.key in facts.judging]
    return max([*known_at, *read], default=None)


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


# Decided fields of which only what was learnt is new: they stand, or are asked again where known truths say so.


def reopening_version(store: Store) -> int:
    """The last version of what was learnt that had decided fields asked again: decisions since then stand.

    A version whose reason was not kept is one of these, as all were once.
    """
    stands = {each.version for each in store.learnings() if each.made and each.verdict not in REOPENING}
    return max([version for version, _ in store.parameters_versions() if version not in stands], default=0)


def stands_on_too_little(store: Store, scan: Scan) -> bool:
    """Whether a published record stands on less than it should, so that its likeliest values are published at once.

    It is provisional already, stands on readings that are set aside now, or was read with another version of its form.
    """
    if store.is_provisional(scan.id) or store.has_record_on_aside(scan.id):
        return True
    record = store.last_record(scan.id)
    return record is not None and record.form == scan.form and record.form_version != scan.form_version


def asked_again_record(
    store: Store, scan: Scan, record: Record | None, form: Form, answers: Mapping[FieldKey, Decision | Task]
) -> Record | None:
    """The published version with an exception for each of its values that is asked again; they stand till then.

    What was decided otherwise meanwhile, as by an operator's correction, comes with it, and which rules it breaks. None
    where nothing of it is asked, or it says all of this already; also where the record is of another form.
    """
    if record is None or (record.form, record.form_version) != (form.name, form.version):
        return None
    known = {each.key: each for each in record.decisions if each.method != Method.PROVISIONAL}
    asked = [key for key, answer in answers.items() if isinstance(answer, Task) and key in known]
    found = "nobody is asked" if store.asks_nobody(scan.id) else "asked"
    said = [RuleException(rule=RecordRule.READ_AGAIN, keys=(key,), expected="a value", found=found) for key in asked]
    if not said:
        return None
    new = {key: each for key, each in answers.items() if isinstance(each, Decision) and key in known}
    if any(not is_same(each, known[key]) for key, each in new.items()):
        fresh = assemble(
            scan, form, [new.get(each.key, each) for each in record.decisions], store.photo_advice(scan.id)
        )
        fresh = with_duplicates(store, fresh) or fresh
        return replace(fresh, exceptions=(*fresh.exceptions, *said))
    others = [each for each in record.exceptions if each.rule != RecordRule.READ_AGAIN]
    exceptions = (*others, *said)
    return replace(record, exceptions=exceptions) if exceptions != record.exceptions else None
