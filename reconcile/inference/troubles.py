"""The vetoes: why machines alone may not decide, whatever the evidence.

They are what no evidence can tell: the picture does not show the whole field, it is of another document, or a value
breaks the format or the sums that its own form gives. All else is weighed by `reconcile.parameters.evidence_model`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Literal

from reconcile.forms import PreparedField
from reconcile.inference.corroboration import MAX_OPPOSING_SUMS_FACTOR
from reconcile.inference.noisy_channel import is_outside_format
from reconcile.inference.posterior import FieldPosterior
from reconcile.inference.votes import Vote
from transcribe.codes import Flag, Reason
from transcribe.values import has_fillers

REASON_BY_FLAG: Mapping[Flag, Reason] = {
    Flag.ROWS_MISSING: Reason.ROWS_MISSING,
    Flag.OUTSIDE_PHOTO: Reason.OUTSIDE_PHOTO,
    Flag.NOT_FITTING: Reason.NOT_FITTING,
    Flag.ABSENT: Reason.NOT_FOUND,
    Flag.CROSSED_OUT: Reason.CROSSED_OUT,
    Flag.ANOTHER_DOCUMENT: Reason.ANOTHER_DOCUMENT,
    Flag.UNLABELLED: Reason.UNLABELLED,
    Flag.HANDWRITING: Reason.HANDWRITING,
}
"""What a machine may say of the picture of a field; the first that holds counts, whoever says it."""

REASON_BY_OWN_FLAG: Mapping[Flag, Reason] = {
    Flag.MISCOUNTED: Reason.MISCOUNTED,
    Flag.PARTLY_READ: Reason.PARTLY_READ,
}
"""What an engine may say of its own reading. It counts where all say it that read the value."""


MAX_OPPOSING_RULE_FACTOR = 0.1
"""Below this factor one rule of the form speaks against a value, whatever the others say. Chosen by hand."""


def is_said_by_barcode(votes: Sequence[Vote], says: str) -> bool:
    """Whether a barcode that checks itself says this."""
    flags = [vote.flags for vote in votes if vote.flags and vote.machine and vote.says == says]
    return bool(flags) and Flag.CHECKS_ITSELF in frozenset.union(*flags)


def veto_of(spot: PreparedField, weighed: FieldPosterior, says: str) -> Reason | Literal[""]:
    """Why machines alone may not decide, as a task reason; "" where nothing forbids it.

    A sign such as * or # beside a quantity is no part of it: something else stands there, as a digit struck out.
    """
    machines = [vote for vote in weighed.votes if vote.machine]
    flags = frozenset[str]().union(*[vote.flags for vote in machines])
    if flags:
        for flag, reason in REASON_BY_FLAG.items():
            if flag in flags:
                return reason
        for flag, reason in REASON_BY_OWN_FLAG.items():
            own = [flag in vote.flags for vote in machines if vote.says == says]
            if own and all(own):
                return reason
        if Flag.CHECKS_ITSELF in flags and any(
            vote.null is None and not is_said_by_barcode(machines, vote.says) for vote in machines
        ):
            return Reason.ENGINES_DISAGREE  # the label is of something else, or what is printed under its bars is
    rules = [ruled.factors[says] for ruled in weighed.ruled]
    if prod(rules) < MAX_OPPOSING_SUMS_FACTOR or min(rules, default=1.0) < MAX_OPPOSING_RULE_FACTOR:
        return Reason.SUMS
    texts = [vote.text for vote in machines if vote.says == says]
    beside_a_sign = bool(texts) and spot.facts.is_plain_number and all(map(has_fillers, texts))
    return Reason.FORMAT if beside_a_sign or is_outside_format(spot, machines, says) else ""
