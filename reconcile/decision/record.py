"""The finished result of one scan: its decisions in the form's order, and the rules that the paper itself breaks."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from reconcile.decision.decide import target_of
from reconcile.forms import Operand, Values, compile_rules, keys_apart, known_match, operand, prepared
from reconcile.policy import Policy
from transcribe.codes import FIELDS_OUTSIDE, TEXT_OUTSIDE, TWO_FORMS, Method, Reason, RecordRule
from transcribe.fields import card_numbers, facts_of
from transcribe.model import Decision, Field, FieldKey, Form, Posterior, Record, RuleException, Scan, Task
from transcribe.values import currency_of, other_currency

OTHER_CURRENCY = "currency"
"""The fault of an amount beside which another currency stands than the form's."""


def assemble(
    scan: Scan, form: Form, decisions: Sequence[Decision], photo_advice: Collection[str] = frozenset()
) -> Record:
    """The record of these decisions, one of each field. Their order does not matter.

    `is_complete` tells whether they are all that the scan needs. A rule whose fields cannot all be read is left out.
    `photo_advice` are the codes of what was wrong with the photograph.
    """
    places = {field.name: place for place, field in enumerate(form.all_fields())}
    table_of = {column.field.name: place for place, table in enumerate(form.tables) for column in table.columns}

    def order(decision: Decision) -> tuple[int, int, int]:
        key = decision.key
        return table_of.get(key.name, -1), -1 if key.row is None else key.row, places[key.name]

    return Record(
        scan=scan.id,
        form=form.name,
        form_version=form.version,
        decisions=tuple(sorted(decisions, key=order)),
        exceptions=(
            *broken_rules(form, decisions),
            *blank_required(form, decisions),
            *other_currencies(form, decisions),
            *of_no_value(form, decisions),
            *broken_checks(form, decisions),
            *unknown_values(form, decisions),
            *other_keys(form, decisions),
            *in_text(form, decisions),
            *_of_photo(photo_advice),
        ),
    )


def _of_photo(photo_advice: Collection[str]) -> tuple[RuleException, ...]:
    """Exceptions of a photograph that shows two forms, not all of one, or writing in none of its fields."""
    told = {
        TWO_FORMS: RuleException(rule=RecordRule.ONE_FORM, keys=(), expected="one form", found=TWO_FORMS),
        FIELDS_OUTSIDE: RuleException(rule=RecordRule.WHOLE_FORM, keys=(), expected="all fields", found=FIELDS_OUTSIDE),
        TEXT_OUTSIDE: RuleException(rule=RecordRule.ALL_IN_FIELDS, keys=(), expected="nothing", found=TEXT_OUTSIDE),
    }
    return tuple(exception for code, exception in told.items() if code in photo_advice)


def is_complete(form: Form, keys: Iterable[FieldKey], decisions: Iterable[Decision]) -> bool:
    """Whether every field is decided: those of the form, and `keys`, those of the scan (rows of a free table)."""
    return {*form.keys(), *keys} <= {decision.key for decision in decisions}


def broken_rules(form: Form, decisions: Iterable[Decision]) -> tuple[RuleException, ...]:
    """The form's rules, row by row, that the decided values do not satisfy."""
    values = _values(form, decisions)
    found = []
    for rule in compile_rules(form):
        for instance in rule.instances(values):
            check = instance.check(values)
            if check is not None and not check.holds:
                expected, got = _said(check.expected), _said(check.found)
                found.append(RuleException(rule=rule.name, keys=instance.keys, expected=expected, found=got))
    return tuple(found)


def blank_required(form: Form, decisions: Iterable[Decision]) -> tuple[RuleException, ...]:
    """An exception for each required field without a value; those of a table only in rows in which something stands.

    It is blank, crossed out, not to be read or not on the paper, or a mark that is not there: not ticked, not signed.
    Payment data are hidden on purpose, and lack nothing.
    """
    decided = {decision.key: decision for decision in decisions}
    tables = {column.field.name: table.name for table in form.tables for column in table.columns}
    rows = {(tables.get(key.name), key.row) for key, each in decided.items() if each.null != "blank"}
    found = []
    for key, decision in sorted(decided.items(), key=lambda item: str(item[0])):
        is_wanted = key.row is None or (tables.get(key.name), key.row) in rows
        field = form.field(key.name)
        lacks = decision.null or ("false" if decision.value is False else "")
        if lacks and is_wanted and field.required and field.personal != "payment":
            found.append(RuleException(rule=RecordRule.NEVER_BLANK, keys=(key,), expected="a value", found=lacks))
    return tuple(found)


def other_currencies(form: Form, decisions: Iterable[Decision]) -> tuple[RuleException, ...]:
    """An exception for each amount beside which the sign of another currency stands than the form says."""
    amounts = {field.name: field for field in form.all_fields() if facts_of(field.type).is_money}
    found = []
    for each in decisions:
        field = amounts.get(each.key.name)
        if field is not None and each.value is not None and (sign := other_currency(each.text, field, form)):
            wanted = currency_of(field, form)
            found.append(RuleException(rule=RecordRule.ONE_CURRENCY, keys=(each.key,), expected=wanted, found=sign))
    return tuple(sorted(found, key=lambda each: str(each.keys[0])))


def of_no_value(form: Form, decisions: Iterable[Decision]) -> tuple[RuleException, ...]:
    """An exception for each field in which something stands that is no value of its type.

    The 31st of February is one. It says the type and what stands there; the record has no value of the field.
    """
    types = {field.name: field.type for field in form.all_fields()}
    found = [
        RuleException(rule=RecordRule.OF_ITS_TYPE, keys=(each.key,), expected=types[each.key.name], found=each.text)
        for each in decisions
        if each.value is None and each.null is None and each.text.strip()
    ]
    return tuple(sorted(found, key=lambda each: str(each.keys[0])))


def broken_checks(form: Form, decisions: Iterable[Decision]) -> tuple[RuleException, ...]:
    """An exception for each fault that a field's pattern or type finds in its value, with the text.

    Another currency has a rule of its own (`other_currencies`).
    """
    known = prepared(form).fields
    found = [
        RuleException(rule=RecordRule.FIELD_CHECKS, keys=(each.key,), expected=fault, found=each.text)
        for each in decisions
        if each.value is not None
        for fault in known[each.key.name].faults(each.text)
        if fault != OTHER_CURRENCY
    ]
    return tuple(sorted(found, key=lambda each: str(each.keys[0])))


def unknown_values(form: Form, decisions: Iterable[Decision]) -> tuple[RuleException, ...]:
    """An exception for each value that is none of those in the master data of its field."""
    found = []
    for each in decisions:
        match = known_match(form, each)
        if match is not None and match.how == "not in catalogue":
            found.append(
                RuleException(rule=RecordRule.KNOWN_VALUE, keys=(each.key,), expected="a known value", found=each.text)
            )
    return tuple(sorted(found, key=lambda each: str(each.keys[0])))


def other_keys(form: Form, decisions: Collection[Decision]) -> tuple[RuleException, ...]:
    """An exception for each two values whose keys in the same master data differ, with the keys of both."""
    found = [
        RuleException(
            rule=RecordRule.ONE_KEY,
            keys=(each.first.key, each.second.key),
            expected=", ".join(each.keys_of_first),
            found=", ".join(each.keys_of_second),
        )
        for each in keys_apart(form, decisions)
    ]
    return tuple(sorted(found, key=lambda each: tuple(map(str, each.keys))))


def in_text(form: Form, decisions: Iterable[Decision]) -> tuple[RuleException, ...]:
    """An exception for each number in a free text that may be of a payment card.

    It has the last four digits alone.
    """
    texts = {field.name for field in form.all_fields() if facts_of(field.type).is_text}
    found = [
        RuleException(
            rule=RecordRule.NO_CARD, keys=(each.key,), expected="no number of a card", found=f"…{digits[-4:]}"
        )
        for each in decisions
        if each.key.name in texts
        for digits in card_numbers(each.text)
    ]
    return tuple(sorted(found, key=lambda each: str(each.keys[0])))


def _values(form: Form, decisions: Iterable[Decision]) -> Values:
    """The values that rules calculate with. A field that could not be read is left out: it is unknown, not blank."""
    facts = {field.name: facts_of(field.type) for field in form.all_fields()}
    values: dict[FieldKey, Operand] = {}
    for decision in decisions:
        if decision.null != "illegible":
            values[decision.key] = operand(decision.value, facts[decision.key.name])
    return values


def _said(number: Decimal | date) -> str:
    return number.isoformat() if isinstance(number, date) else f"{number:f}"


# The likeliest value of a field that is not decided, and the exception that tells of it wherever it is published.

FOUND_PLACES = 4
"""How a probability is told in an exception: with as many places as evidence keeps. Chosen by hand."""


def provisional_record(
    scan: Scan,
    form: Form,
    posteriors: Mapping[FieldKey, Posterior],
    answers: Mapping[FieldKey, Decision | Task],
    policy: Policy,
    photo_advice: Collection[str] = frozenset(),
) -> Record | None:
    """The record of what is decided, with the likeliest value of each field that is asked, told as an exception.

    None where there is nothing likely for some field. `photo_advice` are the codes of what was wrong with the photo.
    """
    decided = [answer for answer in answers.values() if isinstance(answer, Decision)]
    asked = {key: answer.reason for key, answer in answers.items() if isinstance(answer, Task)}
    guesses = [guess for key in asked if (guess := provisional(posteriors[key])) is not None]
    values = [*decided, *guesses]
    if not is_complete(form, posteriors, values):
        return None
    record = assemble(scan, form, values, photo_advice)
    below = [below_target(each, form.field(each.key.name), policy, asked[each.key]) for each in guesses]
    return replace(record, exceptions=(*record.exceptions, *below))


def provisional(posterior: Posterior) -> Decision | None:
    """The likeliest value that somebody read, as a decision that decides nothing; None where nobody read any."""
    best = next((each for each in posterior.candidates if each.was_read), None)
    if best is None:
        return None
    return Decision(
        key=posterior.key,
        value=best.value,
        text=best.text,
        probability=posterior.probability,
        method=Method.PROVISIONAL,
        evidence=posterior.evidence,
        readings=posterior.readings,
        parameters=posterior.parameters,
        null=best.null,
    )


def below_target(decision: Decision, field: Field, policy: Policy, reason: str) -> RuleException:
    """The exception of a record whose value of this field is not decided, but asked for this reason.

    It has the target, and how probable the value is, never rounded up to the target. Where it is as probable as that,
    something else keeps it from being decided: the reason is told instead.
    """
    target, places = target_of(field, policy), 10**FOUND_PLACES
    if decision.probability >= target:
        told = {"expected": "decided", "found": reason}
    else:
        found = math.floor(decision.probability * places) / places
        told = {"expected": f"{target:g}", "found": f"{found:.{FOUND_PLACES}f}"}
    return RuleException(rule=Reason.BELOW_TARGET, keys=(decision.key,), **told)
