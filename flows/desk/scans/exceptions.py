"""What does not hold on a scan's record: each rule in words, with the fields that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flows.desk.scans.scan_view import ScanView, label_of
from flows.desk.tables import with_query
from flows.desk.visit import Visit
from transcribe.codes import Method, Reason, RecordRule
from transcribe.i18n import method_sentence
from transcribe.model import Form, RuleException


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionLine:
    """One exception: its rule, its words, and the fields as (label, address)."""

    rule: str
    words: str
    fields: Sequence[tuple[str, str]]


def exception_lines(visit: Visit, view: ScanView) -> list[ExceptionLine]:
    """The exceptions of the last record of a scan; none where it has no record."""
    record = visit.home.store.last_record(view.scan.id)
    return [
        ExceptionLine(rule=each.rule, words=_words(visit, view, each), fields=_fields(visit, view, each))
        for each in (record.exceptions if record else ())
    ]


def _words(visit: Visit, view: ScanView, broken: RuleException) -> str:
    """The sentence of a rule that every form has, or the form's own rule with what was expected and found."""
    return rule_words(visit, view.form, broken)


def rule_words(visit: Visit, form: Form | None, broken: RuleException) -> str:
    """The same of a form that may not be in force."""
    rule = next((each for each in form.rules if each.name == broken.rule), None) if form else None
    if broken.rule == Reason.BELOW_TARGET:
        return visit.say(method_sentence(Method.PROVISIONAL, is_contradicted=False))
    if rule is None:
        return visit.reason(broken.rule)
    told = visit.say("The form's rule “%(rule)s” does not hold: %(check)s.", rule=rule.name, check=rule.check)
    if any(_is_masked(form, each.name) for each in broken.keys):
        return told
    return f"{told} " + visit.say(
        "Expected was %(expected)s; found was %(found)s.", expected=broken.expected, found=broken.found
    )


def _is_masked(form: Form | None, name: str) -> bool:
    return form is not None and form.field(name).personal == "payment"


def _fields(visit: Visit, view: ScanView, broken: RuleException) -> list[tuple[str, str]]:
    """The fields with their addresses; of an order that came before, the place where it is settled."""
    at = f"/desk/scan/{view.scan.id}"
    if broken.rule == RecordRule.SAME_ORDER and view.pairs:
        other = broken.found.rsplit(" ", 1)[-1]
        return [(view.names.get(other) or visit.say("May be the same order"), "#duplicates")]
    return [(label_of(visit, view.form, key), f"{at}{with_query({'field': str(key)})}#field") for key in broken.keys]
