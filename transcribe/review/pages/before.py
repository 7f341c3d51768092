"""Before the first task: who asks, for what, what is kept how long, the pay; and how decisions are made here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from transcribe.i18n import N_, said
from transcribe.people import HOURLY, PaidWork, has_fair_floor, paid_here, pays
from transcribe.review.access.sessions import Sending, SignedIn, language_of, person_page, signed_in_or_none
from transcribe.review.context import Context, Here
from transcribe.review.views.form_choices import PayTerms, latest_forms, pay_terms
from transcribe.review.views.formatting import day, share
from transcribe.review.views.offers import announced_share, has_known
from transcribe.store import Floor, Store

router = APIRouter()

PAY_FAULT_WORDS = {
    "no floor": N_("There is no floor of an hour, so no new paid work of this form starts."),
    "floor under its source": N_(
        "The floor is less than its own source says, so no new paid work of this form starts."
    ),
    "no rate": N_("One reading has no rate: your time is paid at the floor."),
    "no rate of an hour": N_("There is no rate of an hour: your time is paid at the floor."),
    "not paid": N_("This form is not paid: it has no rate, and there is no floor of an hour."),
    "currencies differ": N_("The rate and the floor are in different currencies."),
    "pays under the floor": N_(
        "As measured, the rate alone pays under the floor. The rest is added by itself, and no new work of this form "
        "starts until the rate is raised."
    ),
}
"""What speaks against the pay of a form, as people are told: faults, and what stands for them in `fault_words`."""


def fault_words(terms: PayTerms, paid: PaidWork) -> tuple[str, ...]:
    """The faults in the pay of a form, in words. Empty for who is not paid. A form without a rate needs no floor."""
    if not paid.any:
        return ()
    if pays(terms.rate):
        return tuple(PAY_FAULT_WORDS[fault] for fault in terms.faults)
    if not terms.has_floor:
        return (PAY_FAULT_WORDS["not paid"],)
    return (PAY_FAULT_WORDS["no rate of an hour" if paid.engagement == HOURLY else "no rate"],)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealCounts:
    """How appeals ended. `minority` counts those upheld where more people had read something else.

    `experts` has (upheld, declined) of each expert.
    """

    open: int
    late: int
    upheld: int
    minority: int
    declined: int
    no_expert: int
    experts: tuple[tuple[int, int], ...]

    @property
    def all(self) -> int:
        """All appeals."""
        return self.open + self.upheld + self.declined + self.no_expert


@router.post("/before")
async def begin(context: Here, visitor: Sending, training: Annotated[Literal["yes", "no"], Form()]) -> Response:
    """Keeps that this person knows what the work is, and whether their readings may train machines. Then it begins.

    Who has no password yet is offered one first.
    """
    who, now = visitor.person.id, context.now()

    def keep(store: Store) -> bool:
        store.set_training(who, training=training == "yes", now=now, by=who)
        return store.password(who) is not None

    has_password = await context.change(keep)
    return RedirectResponse("/work" if has_password else "/password?first=1", 303)


@router.get("/before")
async def before(request: Request, context: Here) -> Response:
    """For everybody: who asks, the share of control items, the floor.

    Which forms there are is shown only to people who are signed in: it is the business of whoever asks for the work.
    """
    visitor = await signed_in_or_none(request, context)
    language, now = visitor.language if visitor else language_of(request, context.options), context.now()

    def ask(store: Store) -> tuple[float, bool, Floor | None, tuple[PayTerms, ...], AppealCounts | None, PaidWork]:
        forms = pay_terms(store, context.forms, language, now, visitor.person.engagement) if visitor else ()
        appeals = appeal_counts(store, now) if visitor else None
        paid = visitor.paid() if visitor else paid_here(store, now)
        return announced_share(store), has_known(store), store.floor(now), forms, appeals, paid

    control, known, floor, forms, appeals, paid = await context.look(ask)
    values: dict[str, Any] = {"visitor": visitor} if visitor else {}
    return context.rendering.page(
        "before.html",
        language,
        options=context.options,
        control=share(control, language),
        is_mixed=control > 0,
        has_known=known,
        audit=share(context.options.audit_share, language),
        floor=floor,
        fair=has_fair_floor(floor),
        forms=forms,
        appeals=appeals,
        paid=paid,
        training=any(context.options.training if each.training is None else each.training for each in forms),
        faults=lambda terms: fault_words(terms, paid),
        day=partial(day, zone="UTC", language=language),
        **values,
    )


def appeal_counts(store: Store, now: datetime) -> AppealCounts:
    """The outcomes of appeals, in all and by expert. Nobody is named."""
    appeals = store.appeals()
    ended = Counter(each.outcome for each in appeals)
    return AppealCounts(
        open=ended[None],
        late=sum(each.outcome is None and each.is_late(now) for each in appeals),
        upheld=ended["upheld"],
        minority=sum(each.minority for each in appeals),
        declined=ended["declined"],
        no_expert=ended["no expert"],
        experts=tuple((each.upheld, each.declined) for each in store.expert_outcomes()),
    )


# How decisions are made here: what is decided automatically, by which figures, who changes them, whom to ask.


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
    return person_page(
        context,
        visitor,
        "how.html",
        options=context.options,
        rules=context.options.rules,
        now=await context.look(lambda store: _in_force(store, context, language)),
        share=partial(_exact_share, language=language),
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
