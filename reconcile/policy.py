"""Every threshold of deciding, with its reason."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What has to be true before a value counts as decided. A form's `target` may only raise the policy's."""

    target: float = 0.995
    """The least calibrated probability of a decision: one field in two hundred may be wrong, as good double keying."""

    agreed: float = 0.9
    """The least probability at which two people who agree decide: agreement may fall short of `target` where nothing
    else is known, but not where sums, check digits or master data speak against both."""

    closely: float = 0.95
    """How alike two people's texts must be (RapidFuzz ratio, 0 to 1) to agree where nearly the same is the same."""

    people_to_agree: int = 2
    """So many people who say the same decide without a machine."""

    people_before_expert: int = 3
    """After so many readings without a decision the readers are split, and an expert is asked."""

    people_at_most: int = 7
    """More readings than this are never bought for one field; an expert is asked whatever the gain would be."""

    engines_to_agree: int = 2
    """One engine alone never decides: two passes of one engine agreed wrongly on 8 to 18 % of boxes."""

    blank_ink: float = 0.98
    """The least confidence of the ink test at which an empty box is blank without a person."""

    price: float = 0.002
    """What one more reading costs, as a share of what a wrong value costs: below this gain it is not bought."""

    audit_share: float = 0.04
    """The share of decided fields that a person reads again, blind, for ever: 3 to 5 % measures a form in weeks."""


POLICY = Policy()
"""What holds where nothing else is set."""
