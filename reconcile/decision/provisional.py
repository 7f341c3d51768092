"""The likeliest value of a field that is not decided, and the exception that tells of it wherever it is published."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import replace

from reconcile.decision.decide import target_of
from reconcile.decision.record import assemble, is_complete
from reconcile.policy import Policy
from transcribe.codes import Method, Reason
from transcribe.model import Decision, Field, FieldKey, Form, Posterior, Record, RuleException, Scan, Task

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
