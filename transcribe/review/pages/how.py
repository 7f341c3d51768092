"""How decisions are made here: what is decided automatically, by which figures, who changes them, whom to ask.

What EU 2024/2831 (article 9) wants told to people whose work is organised by a program, from the running configuration.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from fastapi import APIRouter, Response

from transcribe.i18n import said
from transcribe.review.access.sessions import SignedIn
from transcribe.review.context import Context, Here
from transcribe.review.views.form_choices import latest_forms
from transcribe.review.views.formatting import moment, number, share
from transcribe.review.views.offers import announced_share, has_known
from transcribe.store import Store

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTarget:
    """A form some of whose fields must be surer than all others: its title, and their least probability."""

    title: str
    target: float


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """The rules in force: version of what was learnt, shares, own targets, whether fields are known to practise on."""

    learnt: int
    learnt_at: datetime | None
    control: float
    has_known: bool
    targets: tuple[FormTarget, ...]


@router.get("/how")
async def how_page(context: Here, visitor: SignedIn) -> Response:
    """What a program decides here about values, work and pay, and by which figures."""
    language = visitor.language
    return context.rendering.page(
        "how.html",
        language,
        visitor=visitor,
        options=context.options,
        rules=context.options.rules,
        now=await context.look(lambda store: _in_force(store, context, language)),
        share=partial(_exact_share, language=language),
        number=partial(number, language=language),
        moment=partial(moment, zone=visitor.person.time_zone, language=language),
    )


def _exact_share(value: float, language: str) -> str:
    """A share with as many places as it has, such as 99.99 %: rounded it would say that nothing can be wrong."""
    return share(value, language, places=1 if round(value, 3) == value else 4)


def _in_force(store: Store, context: Context, language: str) -> InForce:
    versions, targets = store.parameters_versions(), []
    for form in latest_forms(store, context.forms):
        own = [field.target for field in form.all_fields() if field.target is not None]
        if own and max(own) > context.options.rules.target:
            targets.append(FormTarget(title=said(form.title, language) or form.name, target=max(own)))
    return InForce(
        learnt=versions[-1][0] if versions else 0,
        learnt_at=versions[-1][1] if versions else None,
        control=announced_share(store),
        has_known=has_known(store),
        targets=tuple(sorted(targets, key=lambda each: each.title)),
    )
