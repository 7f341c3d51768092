"""Decided fields of which only what was learnt is new: they stand, or are asked again where known truths say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache

from flows.duplicates import with_duplicates
from reconcile.decision import assemble, target_of
from reconcile.learning import REOPENING, is_of_same_readings
from reconcile.policy import Policy
from transcribe.codes import Method, Reason, RecordRule
from transcribe.model import Decision, FieldKey, Form, Posterior, Record, RuleException, Scan, Task
from transcribe.store import Store


def reopening_version(store: Store) -> int:
    """The last version of what was learnt that had decided fields asked again: decisions since then stand.

    A version whose reason was not kept is one of these, as all were once.
    """
    stands = {each.version for each in store.learnings() if each.made and each.verdict not in REOPENING}
    return max([version for version, _ in store.parameters_versions() if version not in stands], default=0)


def with_reopened(
    answers: Mapping[FieldKey, Decision | Task],
    posteriors: Mapping[FieldKey, Posterior],
    decisions: Iterable[Decision],
    reopening: int,
    form: Form,
    policy: Policy,
    unshaped: Callable[[], Mapping[FieldKey, Decision | Task]] = dict,
) -> dict[FieldKey, Decision | Task]:
    """The answers, but for fields that were decided on these very readings and come out otherwise.

    Only what was learnt is new there. A decision made under version `reopening` or later stands. An earlier one is
    asked again, with a reason of its own where the value is less sure now than its target; it stands until somebody
    has read the field. It stands too where it comes out as it was among `unshaped`, the answers without any shape of
    codes. A provisional value decides nothing.
    """
    changed, plain = dict(answers), cache(unshaped)
    for decision in (each for each in decisions if each.method != Method.PROVISIONAL):
        answer, posterior = answers.get(decision.key), posteriors.get(decision.key)
        if answer is None or posterior is None or not is_of_same_readings(decision, posterior):
            continue
        if _is_same(answer, decision):
            continue
        stands = reopening <= decision.parameters < posterior.parameters
        if stands or _is_same(plain().get(decision.key), decision):
            changed[decision.key] = decision
        elif isinstance(answer, Task) and posterior.probability < target_of(form.field(decision.key.name), policy):
            changed[decision.key] = replace(answer, reason=Reason.BELOW_TARGET)
    return changed


def stands_on_too_little(store: Store, scan: Scan) -> bool:
    """Whether what is published of a scan stands on less than it should.

    Its likeliest values are told at once then. It is provisional already, stands on readings that are set aside now, or
    was read with another version of its form.
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
    if any(not _is_same(each, known[key]) for key, each in new.items()):
        fresh = assemble(
            scan, form, [new.get(each.key, each) for each in record.decisions], store.photo_advice(scan.id)
        )
        fresh = with_duplicates(store, fresh) or fresh
        return replace(fresh, exceptions=(*fresh.exceptions, *said))
    others = [each for each in record.exceptions if each.rule != RecordRule.READ_AGAIN]
    told = (*others, *said)
    return replace(record, exceptions=told) if told != record.exceptions else None


def _is_same(answer: Decision | Task | None, decision: Decision) -> bool:
    return isinstance(answer, Decision) and (answer.text, answer.null) == (decision.text, decision.null)
