"""Why a value was decided, as one of its readers is told: nobody else's name, and only what is so of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from babel.numbers import get_decimal_symbol

from transcribe import model
from transcribe.codes import EvidenceCode, Flag
from transcribe.errors import FormError, NotFound
from transcribe.i18n import EVIDENCE, N_, say, translation
from transcribe.model import Decision, Evidence
from transcribe.people import is_same_reading, true_reasons
from transcribe.review.access.sessions import Visitor
from transcribe.review.context import Context
from transcribe.review.views.formatting import percent_sign
from transcribe.store import FieldHistory, Store

OWN_CODES = {code: f"own {code}" for code in EVIDENCE if f"own {code}" in EVIDENCE}
"""Code of a sentence about any person -> code of the one that speaks to the reader."""

YOU = N_("You")
ANOTHER_READER = N_("Another reader")
AN_OPERATOR = N_("An operator")
A_MACHINE = N_("A machine ({name})")


def form_of(context: Context, history: FieldHistory) -> model.Form | None:
    """The form of the scan, None where nobody knows it or its definition cannot be used any more."""
    try:
        return context.forms(history.scan.form, history.scan.form_version) if history.scan.form else None
    except (FormError, NotFound):
        return None


def asked_by(context: Context, history: FieldHistory) -> model.Form | None:
    """The form by which a field was asked, None where its definition cannot be used any more."""
    try:
        return context.forms(*history.asked_as) if history.asked_as[0] else None
    except (FormError, NotFound):
        return None


def measured_of(
    store: Store, context: Context, visitor: Visitor, history: FieldHistory, form: model.Form | None
) -> tuple[Evidence, ...]:
    """What was measured of this person on fields of this kind, with the count; nothing where nothing was."""
    name = history.key.name
    if form is None or name not in {field.name for field in form.all_fields()}:
        return ()
    kind, wrong, count = form.field(name).type, 0, 0
    for pair in store.audited_readings(visitor.person.id):
        try:
            theirs = context.forms(pair.form, pair.form_version)
            field = theirs.field(pair.own.key.name)
        except (FormError, NotFound, KeyError):
            continue
        if field.type == kind:
            count += 1
            wrong += not is_same_reading(pair.own, pair.expert, field, theirs)
    return (Evidence(code=EvidenceCode.OWN_MEASURED, numbers={"wrong": wrong, "count": count}),) if count else ()


def words_of_experts(history: FieldHistory, *, appeal: bool) -> tuple[str, ...]:
    """Why experts read a field otherwise at a second look: after an appeal's words, or after all readings."""
    looked = [each for each in history.readings if each.reason and each.source != model.OPERATOR_SOURCE]
    return tuple(each.reason for each in looked if (Flag.SAW_AN_APPEALS_WORDS in each.flags) == appeal)


def corrections(history: FieldHistory) -> tuple[model.Reading, ...]:
    """What operators corrected a field to, the oldest first; each has its reason."""
    return tuple(each for each in history.readings if each.source == model.OPERATOR_SOURCE)


def told_reasons(
    decided: Decision,
    history: FieldHistory,
    visitor: Visitor,
    form: model.Form | None = None,
    measured: Sequence[Evidence] = (),
) -> list[tuple[str, Mapping[str, float | int | str]]]:
    """The true evidence of a decision in words, with nobody's name but the reader's own, and what was `measured`.

    Each comes with the numbers of its evidence.
    """
    translate = translation(visitor.language).gettext
    people = {reading.source for reading in history.readings if reading.kind != "machine"}
    point, percent = get_decimal_symbol(visitor.language), percent_sign(visitor.language)
    return [
        (say(_without_names(each, people, visitor.person.id, translate), translate, point, percent), each.numbers)
        for each in (*(true_reasons(decided, history, form) if form else decided.evidence), *measured)
    ]


def _without_names(evidence: Evidence, people: set[str], own: str, translate: Callable[[str], str]) -> Evidence:
    source = evidence.numbers.get("source")
    if source is None:
        return evidence
    if source == own:
        return Evidence(
            code=OWN_CODES.get(evidence.code, evidence.code), numbers={**evidence.numbers, "source": translate(YOU)}
        )
    if source == model.OPERATOR_SOURCE:
        return Evidence(code=evidence.code, numbers={**evidence.numbers, "source": translate(AN_OPERATOR)})
    machine = translate(A_MACHINE).format(name=str(source).partition(" ")[0])
    name = translate(ANOTHER_READER) if source in people else machine
    return Evidence(code=evidence.code, numbers={**evidence.numbers, "source": name})
