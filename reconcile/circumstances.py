"""The circumstances of a field's readings that calibrating and deciding look at, beside how probable each value is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reconcile.agree import BLANK, Vote, closely, faults
from reconcile.family import Family, family_of
from reconcile.policy import POLICY
from transcribe.model import Field, Form, Null

INK = "ink"
"""The source that looks at ink alone: blank or not, ticked or not, signed or not."""

LOOKALIKE = re.compile(r"[0OoQ1Il|5S8B2Z]")
"""Characters that both engines mistake alike in a code (both read PO as P0)."""

MISFIT = ("not fitting", "absent", "illegible", "crossed out")
"""What a machine may say of a field that it cannot read; people then look at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What stands beside the probability of the value that `says` on one field.

    `engines`, `people` and `experts` count independent sources that say it, `against_people` people who say something
    else, `readers` all people. `ink` is the ink test's confidence that it is so (0 where it did not look).
    `trouble` is why machines alone may not decide here, "" where they may.
    """

    family: Family
    null: Null | None
    engines: int
    people: int
    experts: int
    readers: int
    against_people: int
    against_engines: int
    ink: float
    valid: bool
    trouble: str
    fit: float
    quality: float

    def facts(self) -> dict[str, float | int | str | bool]:
        """The same as a posterior carries it, for deciding and explaining."""
        return {
            "engines": self.engines,
            "people": self.people,
            "experts": self.experts,
            "against people": self.against_people,
            "against engines": self.against_engines,
            "by ink": self.ink > 0,
            "valid": self.valid,
            "trouble": self.trouble,
            "fit": self.fit,
            "quality": self.quality,
        }


def circumstances(field: Field, form: Form, votes: Sequence[Vote], says: str, null: Null | None) -> Circumstances:
    """The circumstances of the value that `says` (comparable text)."""
    engines = [vote for vote in votes if vote.machine and vote.source != INK]
    people = [vote for vote in votes if vote.kind == "person"]
    for_it = [vote for vote in people if closely(field, vote.says, says, POLICY.closely)]
    valid = null is not None or not faults(field, form, says)
    return Circumstances(
        family=family_of(field.type),
        null=null,
        engines=sum(vote.says == says for vote in engines),
        people=sum(vote.shown is None or vote.shown != vote.says for vote in for_it),
        experts=sum(vote.kind == "expert" and vote.says == says for vote in votes),
        readers=len(people),
        against_people=len(people) - len(for_it),
        against_engines=sum(vote.says != says for vote in engines),
        ink=max((vote.confidence or 0.0 for vote in votes if vote.source == INK and vote.says == says), default=0.0),
        valid=valid,
        trouble=_trouble(field, votes, says, valid),
        fit=min((vote.fit for vote in engines), default=1.0),
        quality=min((vote.quality for vote in engines), default=1.0),
    )


def _trouble(field: Field, votes: Sequence[Vote], says: str, valid: bool) -> str:
    """Why machines alone may not decide, as a task reason; "" where they may."""
    machines = [vote for vote in votes if vote.machine]
    for flag in MISFIT:
        if any(flag in vote.flags for vote in machines):
            return "not found" if flag == "absent" else flag
    if any("handwriting" in vote.flags for vote in machines):
        return "handwriting"
    if says == BLANK and not any(vote.source == INK and vote.says == BLANK for vote in machines):
        return "ink but no text" if any(vote.source == INK for vote in machines) else "nothing read"
    if not valid:
        return "format"
    if family_of(field.type) == "code" and field.pattern is None and field.type == "code" and LOOKALIKE.search(says):
        return "lookalike"
    return ""
