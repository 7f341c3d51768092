"""Roles of print on receipts and invoices beside a form's own fields, with the labels that announce them.

Print belongs to the label that it is most like. A role takes from a field what only looks like the field's label.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from transcribe.extraction.page_text.vocabulary import texts_of

ROLES: tuple[str, ...] = (
    "#total",
    "#subtotal",
    "#tax",
    "#service",
    "#tip",
    "#rounding",
    "#discount",
    "#paid",
    "#change",
    "#count",
    "#summary",
    "#rate",
    "#due",
    "#delivery",
    "#account",
    "#left",
    "#born",
    "#phone",
    "#registered",
)
"""The names of the roles; each begins with #. A text that stands under two roles plays the later one."""


@cache
def labels_by_role() -> Mapping[str, tuple[str, ...]]:
    """The labels of each role, in all languages: the list in the table [labels] that is called as the role."""
    return {role: texts_of(f"labels.{role.removeprefix('#')}") for role in ROLES}
