"""The likeliest value of a field that is not decided, and the exception that tells of it wherever it is published."""

from __future__ import annotations

from reconcile.policy import Policy
from transcribe.codes import Method, Reason
from transcribe.model import Decision, Field, Posterior, RuleException


def provisional(posterior: Posterior) -> Decision:
    """The likeliest value that somebody read, as a decision that decides nothing."""
    best = next(each for each in posterior.candidates if each.was_read)
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


def below_target(decision: Decision, field: Field, policy: Policy) -> RuleException:
    """The exception of a record whose value of this field is not decided.

    It has the target, and how probable the value is.
    """
    target = max(policy.target, field.target or 0.0)
    return RuleException(
        rule=Reason.BELOW_TARGET, keys=(decision.key,), expected=f"{target:g}", found=f"{decision.probability:.4f}"
    )
