"""Several people invited at once: one line each. Where any line is bad nobody is added, and every bad line is said."""

from __future__ import annotations

import csv
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, cast

from fastapi import APIRouter, Form, Response

from flows.desk.visit import Look, ProvedAct, Visit
from transcribe.i18n import N_, name_refusal, unknown_languages
from transcribe.model import Role, Transcriber
from transcribe.people import secret_hash
from transcribe.review import ENGAGEMENT_WORDS, ROLE_WORDS, require_proof, require_still_operator

router = APIRouter()

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
    spoken = [interface, *(each.replace("_", "-").partition("-")[0].lower() for each in read)]
    return Transcriber(
        id=secrets.token_urlsafe(9),
        handle=name,
        roles=frozenset(cast(list[Role], roles)),
        languages=read,
        engagement=cast(Any, engagement),
        interface_language=next((each for each in spoken if each in languages), pages),
    )


def _add(visit: Visit, people: Sequence[Transcriber], until: datetime) -> list[Invited]:
    """Add them all in one transaction, each with a link of which only the hash is kept."""
    store, at, by = visit.home.store, visit.now, visit.visitor.person.id
    added = []
    with store.together():
        require_still_operator(store, visit.visitor)
        for person in people:
            token = secrets.token_urlsafe(32)
            store.put_transcriber(person, at, by)
            store.put_link(person.id, secret_hash(token), until, at)
            store.log(by, "link made", person.id, {}, at)
            link = f"{visit.context.options.public_url.rstrip('/')}/in/{token}"
            added.append(Invited(person=person, link=link))
    return added


def _page(
    visit: Visit, *, lines: str = "", bad: Sequence[BadLine] = (), added: Sequence[Invited] = (), until: str = ""
) -> Response:
    return visit.page(
        "desk_invite.html", 422 if bad else 200, lines=lines, bad=bad, added=added, until=until, heads=HEADS
    )
