"""Decide one field: either a Decision or the Task of asking one more person."""

from __future__ import annotations

from dataclasses import replace

from reconcile.policy import Policy
from transcribe.codes import EvidenceCode, Method, Reason
from transcribe.model import READ, Candidate, Decision, Evidence, Field, Posterior, Standing, Task, TaskKind

PICTURE_TROUBLES = frozenset({Reason.NOT_FITTING, Reason.ROWS_MISSING})
"""Troubles after which people get a wider picture: theirs may be cut or of another place."""


OPERATOR_PROBABILITY = 0.99
"""The assumed probability of an operator's correction, which nobody audits. It is that of an expert of whom nothing is
known, see `reconcile.parameters.source_errors`."""


def decide(field: Field, posterior: Posterior, policy: Policy) -> Decision | Task:
    """The value that is taken as true, or the task of asking one more person with the reason.

    A decision is a text that some source read, or a long text of which each word was read. A value that no source read
    (a repaired digit, a known customer) is its proposal.
    """
    standing = posterior.standing
    best = next((each for each in posterior.candidates if each.origin in READ), None)
    if best is None:
        return ask(posterior, "read", Reason.NOTHING_READ)
    if standing.by_operator:
        return _decision(_assumed(posterior), best, Method.OPERATOR)
    if standing.experts:
        return _decision(posterior, best, Method.EXPERT)

    target = target_of(field, policy)
    probable = posterior.probability >= target
    enough = probable or (_has_price(field, standing) and 1.0 - posterior.probability <= policy.reading_cost_share)
    if enough and not probable:
        posterior = _with_price(posterior, target, policy)
    alone = posterior.probability >= policy.min_machine_probability or standing.engines >= policy.engines_to_agree
    if enough and alone and standing.by_ink and not posterior.people:  # alone, or engines that read nothing beside it
        return _decision(posterior, best, Method.INK)
    if enough and standing.by_code:
        return _decision(posterior, best, Method.BARCODE)
    if _may_machines_decide(posterior, policy, enough, probable):
        return _decision(posterior, best, Method.MACHINES)
    if enough and standing.people and (standing.engines or standing.like_ink):
        return _decision(posterior, best, Method.PERSON_AND_MACHINE)
    if enough and standing.people and standing.witness:
        return _decision(posterior, best, Method.PERSON_AND_WITNESS)
    if standing.people >= policy.people_to_agree and (enough or _is_agreed(posterior, policy)):
        return _decision(posterior, best, Method.PEOPLE)
    if _is_unanimous(posterior, policy):
        return _decision(posterior, best, Method.PEOPLE)
    if posterior.people >= policy.people_before_expert and probable and standing.people:
        return _decision(posterior, best, Method.WEIGHED)

    if posterior.people >= policy.people_before_expert:
        return ask(posterior, "adjudicate", Reason.READERS_SPLIT)
    return ask(posterior, "read", _reason(posterior, policy))


def target_of(field: Field, policy: Policy) -> float:
    """The target probability of a field: the home's or the form's, whichever is higher."""
    return max(policy.target, field.target or 0.0)


def _assumed(posterior: Posterior) -> Posterior:
    """The posterior of what an operator corrected: they had seen all readings, so that these prove nothing of it."""
    assumed = Evidence(code=EvidenceCode.OPERATOR_ASSUMED, numbers={"probability": OPERATOR_PROBABILITY})
    return replace(posterior, probability=OPERATOR_PROBABILITY, evidence=(assumed,))


def _has_price(field: Field, standing: Standing) -> bool:
    """True if a field may be decided below its target, where another reading costs more than it gains. Not where the
    form sets the field's target, and not of a code of a new shape: what is decided teaches that shape."""
    return field.target is None and not standing.of_new_shape


def _may_machines_decide(posterior: Posterior, policy: Policy, enough: bool, probable: bool) -> bool:
    """Whether machines decide alone: they have earned it, nothing forbids it, and nobody gave another plausible value.

    They need the whole target where one engine says it alone, or a person could not read the field. What no engine
    says, as that a field is blank, they do not decide: they miss a single digit alike, and the ink test is there for
    it. A long text that was searched for needs a witness: both engines read the same place, so that their agreement
    says nothing of where the text begins and ends (4 of 79 addresses of receipts were wrong).
    """
    standing = posterior.standing
    if standing.trouble or standing.earned < policy.target or (standing.searched_text and not standing.witness):
        return False
    if standing.contradicting and (
        standing.contradicting > 1 or standing.engines < 2 or posterior.probability < policy.min_outvote_probability
    ):
        return False
    alone = standing.engines < policy.engines_to_agree
    if alone and standing.people:
        return False  # it is a person and a machine who say it
    reached = probable if alone or posterior.people else enough
    return reached and posterior.probability >= policy.min_machine_probability


def _is_agreed(posterior: Posterior, policy: Policy) -> bool:
    """Whether more people say this than anything else, and nothing speaks strongly against it."""
    standing = posterior.standing
    more = standing.people > standing.against_people
    return more and posterior.probability >= (
        policy.min_identical_text_probability if standing.typed_alike else policy.min_agreed_probability
    )


def _is_unanimous(posterior: Posterior, policy: Policy) -> bool:
    """Whether all people say this, unprompted, and nothing that is known of the field or the picture speaks against it.

    Two are enough where no engine reads something else and master data have it, if there are any. Three always are.
    """
    standing = posterior.standing
    if standing.careful < posterior.people or standing.opposed or standing.trouble in PICTURE_TROUBLES:
        return False
    if standing.careful >= policy.people_before_expert:
        return True
    alone = not standing.against_engines and not standing.unlisted
    return standing.careful >= policy.people_to_agree and alone


def _reason(posterior: Posterior, policy: Policy) -> Reason:
    """Why one more person is asked, as a code with a sentence in `transcribe/i18n/evidence_messages.py`."""
    standing = posterior.standing
    if posterior.people >= policy.people_to_agree:
        return Reason.READERS_DISAGREE
    if posterior.people == 1:
        return Reason.ONE_READER
    if standing.trouble:
        return standing.trouble
    if standing.listening == 1:
        return Reason.ONE_ENGINE
    if standing.searched_text and standing.engines >= policy.engines_to_agree:
        return Reason.EXTENT
    if posterior.probability >= policy.min_machine_probability and standing.situation:
        return Reason.NOT_PROVEN if standing.earned < policy.target else Reason.NOT_SURE_ENOUGH
    return standing.doubt or Reason.NOT_SURE_ENOUGH


def _decision(posterior: Posterior, best: Candidate, method: Method) -> Decision:
    likelier = posterior.candidates[0]
    return Decision(
        key=posterior.key,
        value=best.value,
        text=best.text,
        probability=posterior.probability,
        method=method,
        evidence=posterior.evidence,
        readings=posterior.readings,
        parameters=posterior.parameters,
        null=best.null,
        proposal=None if likelier is best else likelier.text,
    )


def _with_price(posterior: Posterior, target: float, policy: Policy) -> Posterior:
    """The posterior with evidence that one more reading would gain less than its price. At most it would make right all
    that may be wrong now."""
    numbers = {"target": target, "gain": round(1.0 - posterior.probability, 4), "price": policy.reading_cost_share}
    return replace(posterior, evidence=(*posterior.evidence, Evidence(code=EvidenceCode.NOT_WORTH, numbers=numbers)))


def ask(posterior: Posterior, kind: TaskKind, reason: Reason) -> Task:
    """The task of asking one more person."""
    return Task(
        scan=posterior.scan,
        key=posterior.key,
        kind=kind,
        reason=reason,
        slot=1 + posterior.people + posterior.experts,
        pool="expert" if kind == "adjudicate" else "read",
    )
