"""Decided fields of which only what was learnt is new: they stand, or are asked again where known truths say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flows.duplicates import with_duplicates
from reconcile.decision import assemble, is_same
from reconcile.learning import REOPENING
from transcribe.codes import Method, RecordRule
from transcribe.model import Decision, FieldKey, Form, Record, RuleException, Scan, Task
from transcribe.store import Store


def reopening_version(store: Store) -> int:
    """The last version of what was learnt that had decided fields asked again: decisions since then stand.

    A version whose reason was not kept is one of these, as all were once.
    """
    stands = {each.version for each in store.learnings() if each.made and each.verdict not in REOPENING}
    return max([version for version, _ in store.parameters_versions() if version not in stands], default=0)


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
    if any(not is_same(each, known[key]) for key, each in new.items()):
        fresh = assemble(
            scan, form, [new.get(each.key, each) for each in record.decisions], store.photo_advice(scan.id)
        )
        fresh = with_duplicates(store, fresh) or fresh
        return replace(fresh, exceptions=(*fresh.exceptions, *said))
    others = [each for each in record.exceptions if each.rule != RecordRule.READ_AGAIN]
    told = (*others, *said)
    return replace(record, exceptions=told) if told != record.exceptions else None
