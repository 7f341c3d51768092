"""The page People, several invited at once, and the page of one person. People stand by name."""

from __future__ import annotations

import csv
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Annotated, Any, cast

from fastapi import APIRouter, Form, Query, Response

from flows.administration import anomalies, odd_reading
from flows.desk.counting import Counting
from flows.desk.deeds import Why, do
from flows.desk.pages.scan_list import midnight
from flows.desk.parts import Deed, Part, SectionPage, counting, when_counted
from flows.desk.tables import Cell, Table, with_query
from flows.desk.visit import Act, Look, ProvedAct, Visit
from flows.desk.words import DESK_ROLES
from transcribe.errors import SettingsError
from transcribe.i18n import N_, first_spoken, name_refusal, unknown_languages
from transcribe.model import Role, Transcriber
from transcribe.people import WorkFigures, new_link, work_figures
from transcribe.review import (
    ENGAGEMENT_WORDS,
    ROLE_WORDS,
    WORK_HEADS,
    Figure,
    require_proof,
    require_still_operator,
    work_row,
)
from transcribe.store import MissingPeople, facts

WORK_SECONDS = 600.0
"""How long what was added up stands: it looks at every line of pay. Chosen by hand."""

TENTHS_COUNT = 10
"""People are split into so many equal parts to find the lowest tenth."""


def person_address(who: str) -> str:
    """Where the page of somebody stands."""
    return f"/desk/people/person{with_query({'who': who})}"


def _who(handle: str) -> Cell:
    """Somebody, who leads to their page."""
    return Cell(handle, "", person_address(handle))


def work_counting(visit: Visit) -> Counting:
    """The count of everybody's work, begun where the last one is old."""
    home, context = visit.home, visit.context

    def count() -> dict[str, WorkFigures]:
        at = context.now()
        return {each.handle: work_figures(home.store, home.forms, each.id, at) for each in home.store.transcribers()}

    asked = counting(visit, "work", count)
    asked.recent(WORK_SECONDS)
    return asked


def _counted(visit: Visit) -> dict[str, WorkFigures]:
    last = work_counting(visit).last
    return last.found if last and last.found else {}


def work_of(visit: Visit, handle: str) -> tuple[Figure, ...]:
    """The row of one person, as it was added up last; nothing where they have read, skipped and contested nothing."""
    work_counting(visit)
    figures = _counted(visit).get(handle)
    return work_row(figures, visit.language) if figures and _has_worked(figures) else ()


def work_table(visit: Visit) -> Table:
    """One row for each person who has read, skipped or contested something, by name."""
    say = visit.say
    rows = [
        (_who(handle), *(Cell(each.value, each.words) for each in work_row(figures, visit.language)))
        for handle, figures in sorted(_counted(visit).items())
        if _has_worked(figures)
    ]
    return visit.table(
        "work",
        say("Work of each"),
        {"handle": say("Who"), **{name: say(head) for name, head in WORK_HEADS.items()}},
        rows,
        at="/desk/people",
        nothing=_nothing(visit),
    )


def _has_worked(figures: WorkFigures) -> bool:
    return bool(figures.readings or figures.skips or figures.appeals)


def _nothing(visit: Visit) -> str:
    """What is said where the table is empty: when it was counted, for somebody may have read since."""
    last = work_counting(visit).last
    if last is None or last.problem:
        return visit.say("It is not added up yet.")
    return visit.say("Up to %(at)s nobody had read anything.", at=visit.moment(last.at))


def hourly(visit: Visit) -> list[str]:
    """The median and the lowest tenth of what an hour comes to, by currency."""
    by_currency: dict[str, list[int]] = {}
    for each in _counted(visit).values():
        for currency, micro in each.hourly.items():
            by_currency.setdefault(currency, []).append(micro)
    return [
        visit.say(
            "Half of the people earn %(median)s an hour or less, and the lowest tenth %(low)s or less.",
            median=visit.amount(round(median(found)), currency),
            low=visit.amount(round(quantiles(found, n=TENTHS_COUNT, method="inclusive")[0]), currency),
        )
        for currency, found in sorted(by_currency.items())
        if len(found) > 1
    ]


# Who is needed and who is there: roles and languages against what waits, counted beside the page.

LEAST_READERS_COUNT = 2
"""Two who read a field, and an expert beside them, finish every order."""

MISSING_SECONDS = 300.0
"""How long it stands who is missing: it looks at every open question. Chosen by hand."""

WAITS_WORDS = {
    "orders": N_("orders to be finished"),
    "checks": N_("checks of decided fields"),
    "appeals": N_("hearings of appeals"),
}
"""What waits for somebody."""


def missing_counting(visit: Visit) -> Counting:
    """The count of who is missing, begun where the last one is old."""
    store = visit.home.store
    asked = counting(visit, "missing people", store.missing_people)
    asked.recent(MISSING_SECONDS)
    return asked


def missing_table(visit: Visit) -> Table:
    """Roles, languages and regions without which something is finished by nobody who is there."""
    say, last = visit.say, missing_counting(visit).last
    found: list[MissingPeople] = list(last.found or []) if last else []
    rows = [
        (
            Cell(each.role, visit.roles([each.role])),
            each.people,
            Cell(" ".join(each.languages), "" if each.languages else say("any")),
            Cell(" ".join(each.regions), "" if each.regions else say("any")),
            Cell(each.qualification, visit.kind(each.qualification) if each.qualification else "–"),
            Cell(each.waits, say(WAITS_WORDS[each.waits])),
            each.fields,
            each.orders,
        )
        for each in found
    ]
    return visit.table(
        "missing",
        say("Who is missing"),
        {
            "role": say("Role"),
            "people": say("Missing at least"),
            "languages": say("One of the languages"),
            "regions": say("One of the regions"),
            "qualification": say("Test passed"),
            "waits": say("What waits for them"),
            "fields": say("Fields"),
            "orders": say("Orders"),
        },
        rows,
        at="/desk/people",
        nothing=_nobody_missing(visit) if last else "",
    )


def _nobody_missing(visit: Visit) -> str:
    """What is said where all that waits can be done; where next to nobody reads, that this is not enough for more."""
    people = [each for each in visit.home.store.transcribers() if not each.paused]
    readers = [each for each in people if each.may_read]
    if len(readers) > LEAST_READERS_COUNT and any("expert" in each.roles for each in readers):
        return visit.say("Nobody is missing: people who are there can do all that waits.")
    return visit.say(
        "Nothing waits now for somebody who is not there. Two people who read, and an expert, are the least."
    )


def there_table(visit: Visit) -> Table:
    """How many people are there, by role and language; who reads two counts in both."""
    say, there = visit.say, Counter[tuple[str, str]]()
    for person in visit.home.store.transcribers():
        if not person.paused:
            there.update((role, language) for role in person.roles for language in person.languages or ("",))
    rows = [
        (Cell(role, visit.roles([role])), Cell(language, language or say("none said")), count)
        for (role, language), count in sorted(there.items())
    ]
    return visit.table(
        "there",
        say("Who is there"),
        {"role": say("Role"), "language": say("Language"), "people": say("People")},
        rows,
        at="/desk/people",
    )


# The page People and its one deed: what is added up is added up anew. People stand by name.

router = APIRouter()

ODD_SECONDS = 3600.0
"""How long it stands what is odd: it looks at all time that is not paid out. Chosen by hand."""


ODD_KINDS = {
    "sent often": N_("sent often"),
    "waiting": N_("waiting"),
    "beside readings": N_("time beside readings"),
    "beyond the clock": N_("more than the clock"),
    "burst": N_("many at once"),
    "implausibly quick": N_("implausibly quick"),
    "paid again": N_("paid more than once"),
    "constant": N_("always the same answer"),
    "copied": N_("the same mistakes as somebody else"),
    "quick": N_("faster than one can look"),
    "unrelated": N_("answers that fit nothing there"),
    "other letters": N_("letters of another alphabet"),
}
"""What is odd in somebody's work, in a few words."""


def odd_counting(visit: Visit) -> Counting:
    """The looking for what is odd in unpaid work and in the latest readings. It begins where the last one is old."""
    home = visit.home
    asked = counting(visit, "anomalies", lambda: [*anomalies(home), *odd_reading(home)])
    asked.recent(ODD_SECONDS)
    return asked


def _parts(visit: Visit) -> list[Part]:
    say, deeds = visit.say, [Deed(action="/desk/people/count", label=visit.say("Add it up anew"))]
    needed = when_counted(visit, missing_counting(visit))
    several = [("/desk/people/invite", say("Invite several people"))] if visit.may_change else []
    invite = [("/people", say("Invite or change somebody")), *several] if visit.may_change else []
    return [
        Part(head=say("Work of each"), table=work_table(visit), said=hourly(visit), deeds=deeds,
             faint=[*when_counted(visit, work_counting(visit)),
                    say("By name, and no ranking. Each person sees the same row of themselves under “About me”.")]),
        Part(head=say("Who is missing"), table=missing_table(visit), faint=needed, links=invite),
        Part(head=say("Who is there"), table=there_table(visit)),
        Part(head=say("People"), table=_people(visit)),
        Part(head=say("Questions about careless work"), table=questions_table(visit),
             faint=when_counted(visit, odd_counting(visit))),
    ]  # fmt: skip


def _people(visit: Visit) -> Table:
    say = visit.say
    rows = [
        (
            _who(person.handle),
            Cell(" ".join(sorted(person.roles)), visit.roles(person.roles)),
            " ".join(person.languages),
            Cell(person.engagement, visit.engagement(person.engagement)),
            person.paused,
        )
        for person in visit.home.store.transcribers()
    ]
    columns = {
        "handle": say("Who"),
        "roles": say("Roles"),
        "languages": say("Languages"),
        "engagement": say("How they are paid"),
        "paused": say("Paused"),
    }
    return visit.table("people", say("People"), columns, rows, at="/desk/people")


def questions_table(visit: Visit) -> Table:
    """What is asked about somebody's work, as it was found last."""
    say, last = visit.say, odd_counting(visit).last
    rows = [
        (
            _who(each.handle),
            Cell(each.kind, say(ODD_KINDS.get(each.kind, each.kind))),
            Cell(each.question, visit.in_words(each.question)),
        )
        for each in (last.found or [] if last else [])
    ]
    columns = {"handle": say("Who"), "kind": say("Kind"), "question": say("Question")}
    return visit.table(
        "questions",
        say("Questions about careless work"),
        columns,
        rows,
        at="/desk/people",
        nothing=say("Nothing odd was found.") if last else "",
    )


TABLES: Mapping[str, Callable[[Visit], Table]] = {
    "work": work_table,
    "missing": missing_table,
    "there": there_table,
    "people": _people,
    "questions": questions_table,
}
"""The tables that can be made alone."""

SECTION = SectionPage(
    address="/desk/people",
    title=N_("People"),
    parts=_parts,
    tables=TABLES,
    counts=(work_counting, missing_counting, odd_counting),
    of_home=True,
)
"""The page and its tables as files."""


# Several people invited at once: one line each. Where any line is bad nobody is added, and every bad line is said.

MOST_PEOPLE = 200
"""So many people are invited at a time. Chosen by hand."""

MOST_CHARACTERS = 30_000
"""The longest text of lines: 200 of 150 characters."""

HEADS = ("name", "roles", "languages", "engagement", "interface")
"""The columns, in the order that holds where no line of heads comes first."""

LANGUAGES_PATTERN = re.compile(r"[A-Za-z_, -]{0,200}")
"""What is said of languages, as the page of one person allows it."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that nobody can be invited by: its number from 1, and why, as a message of the catalogues."""

    number: int
    why: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """A person who was added, with the link that is shown once."""

    person: Transcriber
    link: str


@router.get("/desk/people/invite")
async def invite_page(visit: Look) -> Response:
    """Asks for the lines; for the password first, before anything is typed."""
    visit.require_operator()
    visit.require_all_forms()
    await require_proof(visit.context, visit.visitor)
    return _page(visit)


@router.post("/desk/people/invite")
async def invite(visit: ProvedAct, lines: Annotated[str, Form(min_length=1, max_length=MOST_CHARACTERS)]) -> Response:
    """Adds everybody and shows their links once, or nobody, with what is wrong in which line."""
    visit.require_all_forms()
    known = {each.handle for each in await visit.look(visit.home.store.transcribers)}
    people, bad = read_lines(lines, known, visit.context.options.languages, visit.language)
    if bad or not people:
        return _page(visit, lines=lines, bad=bad or [BadLine(1, N_("There is no line with a name."), "")])
    until = visit.now + timedelta(days=visit.context.options.link_days)
    added = await visit.look(lambda: _add(visit, people, until))
    return _page(visit, added=added, until=visit.moment(until))


def read_lines(
    text: str, known: set[str], languages: Sequence[str], pages: str
) -> tuple[list[Transcriber], list[BadLine]]:
    """The people of these lines, and the lines that are bad. `pages` is the language of pages where none is said."""
    people: list[Transcriber] = []
    bad: list[BadLine] = []
    taken = set(known)
    for number, cells in _cells(text):
        person = _person(cells, languages, pages, taken)
        if isinstance(person, str):
            bad.append(BadLine(number, person, cells.get("name", "")))
        else:
            taken.add(person.handle)
            people.append(person)
    if len(people) > MOST_PEOPLE:
        bad.append(BadLine(MOST_PEOPLE + 1, N_("These are too many at a time: 200 people at most."), ""))
    return people, bad


def _cells(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line that is not empty, with its number, as cells by head. Tabs, semicolons or commas part it."""
    heads: Sequence[str] = HEADS
    is_first = True
    for number, line in enumerate(text.splitlines(), start=1):
        bare = re.sub('"[^"]*"', "", line)
        mark = next((each for each in "\t;" if each in bare), ",")
        try:
            (row,) = csv.reader([line], delimiter=mark, skipinitialspace=True, strict=True)
        except (csv.Error, ValueError):
            row = [line]  # a quote that does not close: no name begins with one
        cells = [each.strip() for each in row]
        if not any(cells):
            continue
        if is_first and cells[0].lower() == HEADS[0]:
            heads = [each.lower() for each in cells]
        else:
            yield number, dict(zip(heads, cells, strict=False))
        is_first = False


def _person(cells: dict[str, str], languages: Sequence[str], pages: str, taken: set[str]) -> Transcriber | str:
    """The person of a line, or why there is none."""
    name, said = cells.get("name", ""), cells.get("languages", "")
    roles = cells.get("roles", "").replace(",", " ").lower().split() or ["transcriber"]
    engagement, interface = cells.get("engagement", "").lower() or "by reading", cells.get("interface", "")
    if refusal := name_refusal(name, taken):
        return refusal
    if not set(roles) <= set(ROLE_WORDS):
        return N_("Roles are transcriber, expert, operator and auditor.")
    if not LANGUAGES_PATTERN.fullmatch(said):
        return N_("Languages are written like fr en.")
    if engagement not in ENGAGEMENT_WORDS:
        return N_("How somebody is paid is one of these: by reading, hourly, staff, volunteer.")
    if interface and interface not in languages:
        return N_("The pages are not there in this language.")
    read = tuple(dict.fromkeys(said.replace(",", " ").split()))
    if unknown_languages(read):
        return N_("No language has one of these codes. Codes are written as en, fr or pt_BR.")
    return Transcriber(
        id=secrets.token_urlsafe(9),
        handle=name,
        roles=frozenset(cast(list[Role], roles)),
        languages=read,
        engagement=cast(Any, engagement),
        interface_language=first_spoken((interface, *read), languages) or pages,
    )


def _add(visit: Visit, people: Sequence[Transcriber], until: datetime) -> list[Invited]:
    """Add them all in one transaction, each with a link of which only the hash is kept."""
    store, at, by = visit.home.store, visit.now, visit.visitor.person.id
    added = []
    with store.together():
        require_still_operator(store, visit.visitor)
        for person in people:
            store.put_transcriber(person, at, by)
            link = f"{visit.context.options.public_url.rstrip('/')}/in/{new_link(store, person.id, until, at, by)}"
            added.append(Invited(person=person, link=link))
    return added


def _page(
    visit: Visit, *, lines: str = "", bad: Sequence[BadLine] = (), added: Sequence[Invited] = (), until: str = ""
) -> Response:
    return visit.page(
        "desk_invite.html", 422 if bad else 200, lines=lines, bad=bad, added=added, until=until, heads=HEADS
    )


# One person on the desk: what was done about them, and what an operator may do: readings of a period, limits.

MOST_FORMS = 1000
"""So many forms may be ticked at once."""

Who = Annotated[str, Query(min_length=1, max_length=100)]
Person = Annotated[str, Form(min_length=1, max_length=100)]
Day = Annotated[str, Form(pattern=r"^\d{4}-\d{2}-\d{2}$")]
LastDay = Annotated[str, Form(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
Forms = Annotated[list[str] | None, Form(max_length=MOST_FORMS)]

Move = Callable[[str, datetime, datetime, str, str, datetime], facts.SetAsideReadings]
"""Sets the readings of a period of somebody aside, or takes them back."""


@router.get("/desk/people/person")
def person_page(visit: Look, who: Who) -> Response:
    """One person: questions about how they read, what was done about them, and the deeds."""
    visit.require_all_forms()
    store = visit.home.store
    person = store.transcriber(who)
    return visit.page(
        "desk_person.html",
        person=person,
        work=work_of(visit, person.handle),
        may_read=person.may_read,
        questions=_questions(visit, person),
        odd_words=ODD_KINDS,
        acts=store.acts_on(person.id),
        forms=visit.home.forms.names(),
        limited=store.forms_of_person(person.id),
        may_be_limited=bool(person.roles & DESK_ROLES) and person.id != visit.visitor.person.id,
    )


@router.post("/desk/people/person/set-aside")
async def set_aside(visit: Act, who: Person, first: Day, why: Why, last: LastDay = "") -> Response:
    """Takes what somebody read from one day to another out of weighing."""
    return await _moved(visit, who, first, last, why, "readings-aside")


@router.post("/desk/people/person/take-back")
async def take_back(visit: Act, who: Person, first: Day, why: Why, last: LastDay = "") -> Response:
    """Weighs again what was set aside of these days."""
    return await _moved(visit, who, first, last, why, "readings-back")


@router.post("/desk/people/person/limit")
async def limit(visit: ProvedAct, who: Person, forms: Forms = None) -> Response:
    """Limits an operator or auditor to some forms; to none of them in particular where none is ticked."""
    visit.require_all_forms()
    store = visit.home.store
    person = await visit.look(lambda: store.transcriber(who))

    def deed() -> object:
        if not person.roles & DESK_ROLES or person.id == visit.visitor.person.id:
            raise SettingsError(visit.say("Only another operator or an auditor is limited to some forms."))
        chosen = sorted({visit.home.forms.find(each).name for each in forms or ()})
        store.set_forms_of_person(person.id, chosen, visit.now, visit.by)
        return chosen

    return await do(visit, deed, person_address(person.handle), "limited")


async def _moved(visit: Visit, who: str, first: str, last: str, why: str, done: str) -> Response:
    """Have the readings of these days set aside, or taken back; days are those of the visitor's time zone."""
    visit.require_all_forms()
    store = visit.home.store
    person = await visit.look(lambda: store.transcriber(who))
    move: Move = store.set_readings_aside if done == "readings-aside" else store.take_readings_back

    def deed() -> object:
        begin, until = _period(visit, first, last)
        moved = move(person.id, begin, until, visit.by, why, visit.now)
        if not moved.readings:
            raise SettingsError(visit.say("There is no such reading of these days. Nothing has changed."))
        return moved

    return await do(visit, deed, person_address(person.handle), done)


def _period(visit: Visit, first: str, last: str) -> tuple[datetime, datetime]:
    begin, until = midnight(visit, first), midnight(visit, last, days=1) if last else visit.now
    if begin is None or until is None:
        raise SettingsError(visit.say("There is no such day. Choose another one."))
    if begin > visit.now:
        raise SettingsError(visit.say("The first day lies in the future: nothing was read since."))
    if begin >= until:
        raise SettingsError(visit.say("The last day comes before the first one."))
    return begin, until


def _questions(visit: Visit, person: Transcriber) -> Sequence[object]:
    """What is asked about how they read or work, as it was found last; of readings with examples."""
    last = odd_counting(visit).last
    found = [each for each in (last.found or [] if last else []) if each.handle == person.handle]
    return [(each, getattr(each, "examples", ())) for each in found]  # what is odd in pay has none
