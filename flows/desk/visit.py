"""Who looks at the desk and what they may: the dependency of every page, and that of every deed."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, TypeVar

from babel.dates import format_timedelta
from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from flows.desk.counting import POLL_SECONDS, Counting, Shared
from flows.desk.static_files import desk_static
from flows.desk.tables import Cell, Column, Raw, Table, time_cell
from flows.desk.words import ACTS, DESK_ROLES, WITHOUT_SENTENCE, section_of, sections_for
from flows.desk.words import DONE as DONE_WORDS
from flows.home import Home
from transcribe.errors import FairhandError, FormError, NotFound
from transcribe.fields import facts_of
from transcribe.i18n import advice, in_words, reason_sentence, said, translation
from transcribe.review import (
    ENGAGEMENT_WORDS,
    ROLE_WORDS,
    Context,
    Here,
    Rendering,
    Sending,
    SignedIn,
    Visitor,
    amount,
    day,
    full_amount,
    moment,
    number,
    require_proof,
    share,
    signed,
    spent,
)

Result = TypeVar("Result")

Piece = Callable[["Visit", Any], Any]
"""Gives what a part puts into a page, from the visit and what the page is about there."""

MOST_CHANCE_SHARE = 0.9999
"""A probability is shown as no more than this: two places of 99.999 would round to certainty."""

POLL_HEADER = "x-desk-poll"
"""What live.js sends with a request for parts that may have changed."""

REFUSED = "fairhand.refused"
"""Where a request says what was sent with a form that was refused, whose page is shown again."""

DONE = "done"
"""The query parameter that says which deed was done just now."""

HIDDEN_NAMES = frozenset({
    "at", "csrf", "field", "how", "name", "number", "other", "records", "reference", "seen", "sure", "until", "who",
})  # fmt: skip
"""Names of hidden fields, and of the tick of what cannot be undone: nobody typed what these hold."""


@dataclass(slots=True, kw_only=True)
class SentForm:
    """What was sent with a form that was refused: its address, values by the names of fields, and why. Else falsy.

    The page of the form shows it in its fields, and `stands` says that it did.
    """

    address: str = ""
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    why: str = ""
    stands: bool = False

    def __bool__(self) -> bool:
        return bool(self.why)

    @property
    def typed(self) -> list[str]:
        """What somebody typed, without what pages sent by themselves."""
        shown = {
            name: values
            for name, values in self.values.items()
            if name not in HIDDEN_NAMES and not name.endswith(("-was", "-page"))
        }
        return [each for values in shown.values() for each in values if each]

    def text(self, name: str, otherwise: object = "") -> object:
        """What was sent in a field; what stands in it otherwise."""
        self.stands = True
        return self.values.get(name, (otherwise,))[0]

    def has(self, name: str, value: object, otherwise: object = False) -> bool:
        """Whether a value was chosen or ticked; whether it is otherwise."""
        self.stands = True
        return str(value) in self.values.get(name, ()) if self else bool(otherwise)

    def numbers(self, kind: str, count: int) -> list[int]:
        """The numbers of entries of a kind that were new to a page with so many; that of the next where none were."""
        sent = (re.match(rf"{kind}-(\d{{1,4}})-", name) for name in self.values)
        return sorted({int(found[1]) for found in sent if found and int(found[1]) >= count} or {count})


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The home that the desk is about, and its templates."""

    home: Home
    rendering: Rendering
    kept: dict[object, Any] = field(default_factory=dict)
    """What took long to work out, by what it was worked out from."""
    counted: dict[str, Counting] = field(default_factory=dict)
    """What is counted beside the pages, by its name."""
    shared: Shared = field(default_factory=Shared)
    """What all desks show, as it was some seconds ago."""
    pieces: Mapping[str, Sequence[Piece]] = field(default_factory=dict)
    """What parts put into pages, by the name of the place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Desk):
    """One request to the desk. `forms` are those that its visitor is limited to; None: they see all."""

    context: Context
    visitor: Visitor
    request: Request
    forms: frozenset[str] | None

    @property
    def language(self) -> str:
        """The language of the pages."""
        return self.visitor.language

    @property
    def may_change(self) -> bool:
        """Whether the visitor may change anything: an auditor only looks."""
        return "operator" in self.visitor.person.roles

    @property
    def by(self) -> str:
        """Who does what is done here, as acts and the log keep it."""
        return self.visitor.person.handle

    @property
    def now(self) -> datetime:
        """The time."""
        return self.context.now()

    def say(self, message: str, **values: object) -> str:
        """A message of the catalogues in the visitor's language, with its values put in."""
        told = translation(self.language).gettext(message)
        return told % values if values else told

    def reason(self, code: str) -> str:
        """Why people are asked, in words; the code where there are none."""
        try:
            return translation(self.language).gettext(reason_sentence(code))
        except KeyError:
            return self.say(WITHOUT_SENTENCE.get(code, code)) if code else code

    def photo_advice(self, codes: Collection[str]) -> str:
        """What was wrong with a photograph and what to do, in words."""
        return advice(codes, translation(self.language).gettext)

    @property
    def sent(self) -> SentForm:
        """What was sent with a form that this page shows again."""
        sent: SentForm = self.request.scope.get(REFUSED, SentForm())
        return sent

    def form(self, address: str, **about: str) -> SentForm:
        """The same where it was sent to this address, and is about these values; nothing otherwise."""
        sent, fields = self.sent, {name: [value] for name, value in about.items()}
        return sent if sent.address == address and fields.items() <= dict(sent.values).items() else SentForm()

    def in_words(self, sentence: str) -> str:
        """A sentence of a command in the visitor's language, where it knows what it was made of."""
        return in_words(sentence, translation(self.language).gettext)

    def told(self, error: FairhandError) -> str:
        """What an error says, in the visitor's language; of several sentences each."""
        return " ".join(map(self.in_words, error.args))

    def kind(self, field_type: str) -> str:
        """What a type of fields is called; its own name where it does not come with fairhand."""
        return said(facts_of(field_type).plural, self.language) or field_type

    def called(self, form: str) -> str:
        """What a form is called, with its name for programs; the name alone where its definition cannot be used."""
        try:
            title = said(self.home.forms.find(form).title, self.language)
        except (FormError, NotFound):
            title = ""
        return f"{title} ({form})" if title and title != form else form

    def forms_to_choose(self) -> list[tuple[str, str]]:
        """The forms that the visitor sees, with what they are called."""
        return [(each, self.called(each)) for each in self.home.forms.names() if self.sees(each)]

    def roles(self, roles: Collection[str]) -> str:
        """What somebody may do here, in words."""
        return ", ".join(self.say(ROLE_WORDS.get(each, each)) for each in sorted(roles))

    def engagement(self, engagement: str) -> str:
        """How somebody is paid, in words."""
        return translation(self.language).gettext(ENGAGEMENT_WORDS.get(engagement, engagement))

    def number(self, value: float, places: int = 0) -> str:
        """A number as it is written here."""
        return number(value, self.language, places)

    def share(self, value: float, places: int = 1) -> str:
        """A share as it is written here, in per cent with at most so many places."""
        return share(value, self.language, places)

    def signed(self, value: float) -> str:
        """A number with its sign, as it is written here."""
        return signed(value, self.language)

    def chance(self, probability: float) -> str:
        """A probability as it is written here; one that is nearly 1 is not said to be it."""
        return share(min(probability, MOST_CHANCE_SHARE), self.language, 2)

    def full_amount(self, micro: int, currency: str) -> str:
        """Money with all its places, to a millionth."""
        return full_amount(micro, currency, self.language)

    def date(self, on: date) -> str:
        """A day as it is written here."""
        return day(datetime.combine(on, time(12), UTC), "UTC", self.language)

    def amount(self, micro: int, currency: str) -> str:
        """Money as it is written here."""
        return amount(micro, currency, self.language)

    def spent(self, seconds: float) -> str:
        """A time that something took."""
        return spent(seconds, self.language)

    def moment(self, at: datetime) -> str:
        """A time where the visitor lives."""
        return moment(at, self.visitor.person.time_zone, self.language)

    def day(self, at: datetime) -> str:
        """The day of a time where the visitor lives."""
        return day(at, self.visitor.person.time_zone, self.language)

    def iso_moment(self, at: str) -> datetime:
        """The time of a text as programs are given it."""
        return datetime.fromisoformat(at)

    def age(self, since: datetime) -> str:
        """How long ago something was."""
        return format_timedelta(self.now - since, locale=self.language, threshold=1.5)

    def written(self, value: object) -> str:
        """A value as people here see it, by its type; "" for none."""
        match value:
            case None:
                return ""
            case bool():
                return self.say("yes") if value else self.say("no")
            case int():
                return self.number(value)
            case float():
                return self.number(value, 1)
            case datetime():
                return self.moment(value)
            case date():
                return self.date(value)
            case _:
                return str(value)

    def table(
        self,
        name: str,
        caption: str,
        heads: Mapping[str, str],
        rows: Iterable[Sequence[Raw]],
        *,
        at: str = "",
        query: Mapping[str, str] | None = None,
        nothing: str = "",
    ) -> Table:
        """A table of these rows: `heads` are its columns in words, by name; it stands as a file at `at`/`name`."""
        cells = [[self.cell(each) for each in row] for row in rows]
        columns = [
            Column(column, head, any(row[place].is_number for row in cells))
            for place, (column, head) in enumerate(heads.items())
        ]
        address = f"{at}/{name}" if at else ""
        return Table(
            name=name, caption=caption, columns=columns, rows=cells, address=address, query=query, nothing=nothing
        )

    def cell(self, value: Raw) -> Cell:
        """A value in a cell: for programs as it is, for people as it is written here."""
        if isinstance(value, Cell):
            return value
        if isinstance(value, datetime):
            return time_cell(value, self.moment(value))
        return Cell(value.isoformat() if isinstance(value, date) else value, self.written(value))

    def sees(self, form: str) -> bool:
        """Whether the visitor sees scans of this form. Whose form nobody knows yet is seen by who is not limited."""
        return self.forms is None or form in self.forms

    def require_form(self, form: str) -> None:
        """NotFound where the visitor is limited to other forms."""
        if not self.sees(form):
            raise NotFound("This form is not open to this person.")

    def require_operator(self) -> None:
        """NotFound where the visitor changes nothing: a page that only asks for a deed is not theirs."""
        if not self.may_change:
            raise NotFound("Only an operator changes something here.")

    def require_all_forms(self) -> None:
        """NotFound where the visitor is limited to some forms: what concerns the whole home is not theirs."""
        if self.forms is not None:
            raise NotFound("This is open to those who see all forms.")

    async def look(self, ask: Callable[[], Result]) -> Result:
        """The answer of a function that is run in a thread."""
        return await run_in_threadpool(ask)

    async def show(self, made: Callable[[], Response]) -> Response:
        """A page with parts that change by themselves; desks that ask for its parts anew share one some seconds old."""
        if POLL_HEADER not in self.request.headers:
            return await run_in_threadpool(made)
        return await run_in_threadpool(lambda: self._shared_page(made))

    def _shared_page(self, made: Callable[[], Response]) -> Response:
        """The main part as somebody was given it who may see and do the same, with this session's own token in it."""
        person, address = self.visitor.person, self.request.url
        key = (address.path, address.query, self.language, person.time_zone, self.forms, self.may_change)

        def make() -> tuple[bytes, bytes]:
            _, head, rest = bytes(made().body).partition(b"<main")  # the visitor's own name stands above it
            return self.visitor.csrf.encode(), head + rest

        token, main = self.shared.of(key, POLL_SECONDS, self.now, make)
        return HTMLResponse(main.replace(token, self.visitor.csrf.encode()))

    def of_parts(self, place: str, about: object = None) -> list[Any]:
        """What each part puts into a place of a page."""
        return [piece(self, about) for piece in self.pieces.get(place, ())]

    def from_parts(self, place: str, about: object = None) -> str:
        """The HTML that parts put into a place of a page."""
        return "".join(self.of_parts(place, about))

    def piece(self, template: str, **values: Any) -> str:
        """The HTML of a template that stands inside a page."""
        return self.rendering.text(template, self.language, visit=self, visitor=self.visitor, **values)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page of the desk, with all that its layout needs."""
        return self.rendering.page(
            template,
            self.language,
            status,
            visit=self,
            visitor=self.visitor,
            sections=sections_for(sees_all_forms=self.forms is None),
            current=section_of(self.request.url.path),
            desk_static=desk_static,
            done_words=DONE_WORDS,
            act_words=ACTS,
            done=self.request.query_params.get(DONE, ""),
            **values,
        )


async def _visit(request: Request, context: Here, visitor: SignedIn) -> Visit:
    """The visit of who may look. NotFound for everybody else: there is no such page for them."""
    if DESK_ROLES.isdisjoint(visitor.person.roles):
        raise NotFound("This page is for operators and auditors.")
    desk: Desk = request.app.state.desk
    of_desk = {each.name: getattr(desk, each.name) for each in dataclasses.fields(Desk)}
    forms = await context.glance(lambda store: store.forms_of_person(visitor.person.id))
    return Visit(**of_desk, context=context, visitor=visitor, request=request, forms=forms or None)


async def _act(visit: Annotated[Visit, Depends(_visit)], sending: Sending) -> Visit:
    """As `_visit`, for who changes something: an operator, from a form of our own pages."""
    visit.require_operator()
    return visit


async def _act_proved(visit: Annotated[Visit, Depends(_act)]) -> Visit:
    await require_proof(visit.context, visit.visitor)
    return visit


Look = Annotated[Visit, Depends(_visit)]
"""How a page asks for who looks."""

Act = Annotated[Visit, Depends(_act)]
"""How a deed asks for who does it."""

ProvedAct = Annotated[Visit, Depends(_act_proved)]
"""How a deed asks for who does it that moves money or power, or cannot be undone."""
