"""The thresholds of deciding that a home or an experiment may set, each with its reason.

What else bounds a decision stands as a constant, with its reason, where it is used: a witness in
`reconcile/inference/corroboration.py`, a probability in `inference/calibration.py`, the right of machines in
`parameters/parameters.py`. What evidence is worth stands in tables, `parameters/evidence_model.json`, which are fitted.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What has to be true before a value counts as decided. A form's `target` may only raise the policy's."""

    target: float = 0.995
    """The share of decided values that are right: one in two hundred may be wrong, as with good double keying.

    Machines alone decide only where this is proven for values like the one at hand, as a lower bound. A form's own
    target for a field is compared with that field's probability.
    """

    reading_cost_share: float = 0.07
    """What one more reading costs, as a share of what a wrong value costs.

    A further reading is not bought where the value is so probable that it would gain less than this. Few fields are
    decided at this limit, so the target is kept on the whole: see docs/figures.md.
    """

    min_agreed_probability: float = 0.9
    """The least probability at which people who agree decide.

    Two people who agree decide where nothing else is known, but not where sums, check digits or master data speak
    against them.
    """

    min_identical_text_probability: float = 0.5
    """The least probability at which people who typed a long text identically decide.

    Of texts of ten words and more, one in five has a word otherwise than written, and hardly fewer where one more
    person types it.
    """

    min_outvote_probability: float = 0.9999
    """The least probability at which machines that agree outvote one person; they never outvote two.

    A person's value is so improbable only where it plainly belongs to another field, or the person is mostly wrong.
    """

    min_machine_probability: float = 0.98
    """The least probability at which machines that agree decide alone.

    On forms left out of the fit 14 of 12,262 such values were wrong, on issuers of receipts left out 5 of 345
    (`python -m tests.bench.fit_evidence`).
    """

    min_text_similarity: float = 0.95
    """The least similarity of two people's texts (RapidFuzz ratio, 0 to 1) that counts as agreement.

    It holds for field types whose values need not be exact.
    """

    people_to_agree: int = 2
    """So many people with the same value decide without a machine."""

    people_before_expert: int = 3
    """After so many readings by people without a decision, an expert is asked."""

    engines_to_agree: int = 2
    """Machines decide where so many engines agree, and in few other cases.

    Two passes of one engine are no two engines: they agreed wrongly on 8 to 18 % of boxes. So engines that are not
    those of the shipped record first have to prove themselves (`Circumstances.situation`).
    """

    min_ink_confidence: float = 0.95
    """The least confidence of the ink test at which a box counts as empty or ticked without a person."""

    audit_share: float = 0.03
    """The share of decided fields that a person reads again, blind, for ever: 3 to 5 % measures a form in weeks.

    On 152 orders in soft light 0.04 took 0.014 more readings a filled field, and as many orders were wholly right.
    """


POLICY = Policy()
"""The policy where no setting changes it."""
