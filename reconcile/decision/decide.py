"""Decide one field: either a Decision or the Task of asking one more person. All of it on one screen."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from reconcile.policy import Policy
from transcribe.model import READ, Candidate, Decision, Evidence, Field, Posterior, Task, TaskKind

METHODS = ("expert", "ink", "barcode", "machines", "person and machine", "person and witness", "people", "weighed")
"""Every way to a decision; the text of a decision was read by one of these."""


NOT_PROVEN = "not proven"
"""The reason to ask where engines agree and nothing is odd, but nobody knows yet how right they are: as all such values
are then read by people, they measure it, as audits do."""


def decide(field: Field, posterior: Posterior, policy: Policy) -> Decision | Task:
    """The value that is taken as true, or the wish for one more reading with the reason.

    A decision is what some source read, or a long text of which each word was read; what nobody read (a repaired digit,
    a known customer) is its proposal.
    """
    facts = posterior.facts
    best = next((each for each in posterior.candidates if each.origin in READ), None)
    if best is None:
        return ask(posterior, "read", "nothing read")
    if facts["experts"]:
        return _decision(posterior, best, "expert")

    target = max(policy.target, field.target or 0.0)
    probable = posterior.probability >= target
    enough = probable or (field.target is None and 1.0 - posterior.probability <= policy.reading_cost_share)
    if enough and not probable:
        posterior = _not_worth(posterior, target, policy)
    if not posterior.people and enough and facts["by ink"]:
        return _decision(posterior, best, "ink")
    if enough and facts.get("by code"):
        return _decision(posterior, best, "barcode")
    if _machines_may(posterior, policy, enough, probable):
        return _decision(posterior, best, "machines")
    if enough and facts["people"] and facts["engines"]:
        return _decision(posterior, best, "person and machine")
    if enough and facts["people"] and facts["witness"]:
        return _decision(posterior, best, "person and witness")
    if int(facts["people"]) >= policy.people_to_agree and (enough or _agreed(posterior, policy)):
        return _decision(posterior, best, "people")
    if posterior.people >= policy.people_before_expert and probable:
        return _decision(posterior, best, "weighed")

    if posterior.people >= policy.people_before_expert:
        return ask(posterior, "adjudicate", "readers split")
    return ask(posterior, "read", _reason(posterior, policy))


def _machines_may(posterior: Posterior, policy: Policy, enough: bool, probable: bool) -> bool:
    """Whether machines decide alone: earned for values like this, nothing odd about it, and no person contradicts
    whose word could well be so.

    By themselves they need a little more than people do, and the whole target where somebody read and could say
    nothing. A long text that was searched for needs a witness: both engines read the same
    place, so that their agreement says nothing of where it begins and ends (4 of 79 addresses of receipts were wrong).
    """
    facts = posterior.facts
    if facts["trouble"] or float(facts["earned"]) < policy.target or (facts.get("extent") and not facts["witness"]):
        return False
    if facts["contradicting"] and (
        int(facts["contradicting"]) > 1 or posterior.probability < policy.min_outvote_probability
    ):
        return False
    if posterior.people or probable:
        return probable
    return enough and posterior.probability >= policy.min_machine_probability


def _agreed(posterior: Posterior, policy: Policy) -> bool:
    """Whether more people say this than anything else, and nothing speaks strongly against it."""
    more = int(posterior.facts["people"]) > int(posterior.facts["against people"])
    return more and posterior.probability >= (
        policy.min_identical_text_probability if posterior.facts.get("whole text") else policy.min_agreed_probability
    )


def _reason(posterior: Posterior, policy: Policy) -> str:
    """Why one more person is asked, as a code with a sentence in `transcribe/i18n/evidence_messages.py`."""
    facts = posterior.facts
    if posterior.people >= policy.people_to_agree:
        return "readers disagree"
    if posterior.people == 1:
        return "one reader"
    if facts["trouble"]:
        return str(facts["trouble"])
    if int(facts["listening"]) > int(facts["engines"]):
        return "engines disagree"
    if int(facts["engines"]) < policy.engines_to_agree:
        return "one engine"
    if facts.get("extent"):
        return "extent"
    return NOT_PROVEN if float(facts["earned"]) < policy.target else "not sure enough"


def _decision(posterior: Posterior, best: Candidate, method: str) -> Decision:
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


def _not_worth(posterior: Posterior, target: float, policy: Policy) -> Posterior:
    """With the reason why no more is asked: at most, one more reading makes right all that may be wrong now."""
    numbers = {"target": target, "gain": round(1.0 - posterior.probability, 4), "price": policy.reading_cost_share}
    return replace(posterior, evidence=(*posterior.evidence, Evidence(code="not worth", numbers=numbers)))


def ask(posterior: Posterior, kind: str, reason: str) -> Task:
    """The wish for one more reading."""
    return Task(
        scan=posterior.scan,
        key=posterior.key,
        kind=cast(TaskKind, kind),
        reason=reason,
        slot=1 + posterior.people + posterior.experts,
        pool="expert" if kind == "adjudicate" else "read",
    )
