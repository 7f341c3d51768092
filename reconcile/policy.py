"""Every threshold of deciding, with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What has to be true before a value counts as decided. A form's `target` may only raise the policy's."""

    target: float = 0.995
    """The share of decided values that are right: one in two hundred may be wrong, as with good double keying. Machines
    alone decide only where it is proven, as a lower bound, for values like this; a form's own target for a field is
    asked of that field's probability."""

    reading_cost_share: float = 0.07
    """What one more reading costs, as a share of what a wrong value costs: where the value is so probable that one
    gains less than this, it is not bought. Fields decided at this limit are few, so that the target is kept on the
    whole: see the table of docs/reconciling.md."""

    min_agreed_probability: float = 0.9
    """The least probability at which people who agree decide: agreement may fall short where nothing else is known, but
    not where sums, check digits or master data speak against them."""

    min_identical_text_probability: float = 0.5
    """The same of a long text that all who read it typed alike: of ten words and more one is otherwise than written in
    every fifth such text, and hardly fewer where one more person types it."""

    min_outvote_probability: float = 0.9999
    """The least probability at which machines that agree outvote one person: only what is plainly of another field, or
    by somebody who is mostly wrong, is so improbable. Against two people machines never decide."""

    min_machine_probability: float = 0.95
    """The least probability at which machines decide alone, by agreeing or where a witness chooses between them: two
    engines may read alike what a layout prints otherwise than its readers think (a year, then day and month)."""

    min_text_similarity: float = 0.95
    """How alike two people's texts must be (RapidFuzz ratio, 0 to 1) to agree where nearly the same is the same."""

    people_to_agree: int = 2
    """So many people who say the same decide without a machine."""

    people_before_expert: int = 3
    """After so many readings without a decision the readers are split, and an expert is asked."""

    engines_to_agree: int = 2
    """One engine alone never decides: two passes of one engine agreed wrongly on 8 to 18 % of boxes."""

    min_ink_confidence: float = 0.95
    """The least confidence of the ink test at which a box is empty or ticked without a person."""

    audit_share: float = 0.03
    """The share of decided fields that a person reads again, blind, for ever: 3 to 5 % measures a form in weeks."""


POLICY = Policy()
"""What holds where nothing else is set."""
