"""Pages that are put together from parts: a head, words, a table, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from flows.desk.charts import Chart
from flows.desk.counting import Counting
from flows.desk.deeds import with_done
from flows.desk.tables import Kind, Table, table_file
from flows.desk.visit import Act, Look, Visit
from transcribe.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """A form of a part: where it is sent, what its button says, its values, and what is chosen from.

    `choices` are values in words of the field `choice`, which `asks` names.
    """

    action: str
    label: str
    values: Mapping[str, str] = field(default_factory=dict)
    choice: str = ""
    asks: str = ""
    choices: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a page. `said` stands above its table, `faint` below; `links` are addresses with their words.

    Where there is a `chart`, the table is the one behind it.
    """

    head: str
    table: Table
    chart: Chart | None = None
    said: Sequence[str] = ()
    faint: Sequence[str] = ()
    links: Sequence[tuple[str, str]] = ()
    deeds: Sequence[Deed] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it shows nothing yet, and nothing can be done in it."""
        return not (self.table.rows or self.deeds or (self.chart and self.chart.marks))


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionPage:
    """A page that is put together from parts: its address, its title (a message of the catalogues), its parts.

    `tables` are those that can be made without the rest of the page, by name: what a file of one is made from.
    `counts` are what is counted anew where somebody asks for it. `of_home`: it is about the whole home, and for those
    who see all forms. With a `headline` its figures stand first, and parts that are empty are only named.
    """

    address: str
    title: str
    parts: Callable[[Visit], Sequence[Part]]
    tables: Mapping[str, Callable[[Visit], Table]] = field(default_factory=dict)
    counts: Sequence[Callable[[Visit], Counting]] = ()
    of_home: bool = False
    headline: Callable[[Visit], Sequence[tuple[str, str]]] | None = None


def section_routes(section: SectionPage) -> APIRouter:
    """The page, each of its tables as .csv and as .json, and where it counts, what has it counted anew."""
    router = APIRouter()

    def made(visit: Visit) -> Sequence[Part]:
        if section.of_home:
            visit.require_all_forms()
        return section.parts(visit)

    def made_table(visit: Visit, name: str) -> Table:
        if section.of_home:
            visit.require_all_forms()
        alone = section.tables.get(name)
        return alone(visit) if alone else _table_of(section.parts(visit), name)

    @router.get(section.address)
    async def page(visit: Look) -> Response:
        return await visit.show(lambda: _section_page(visit, section, made(visit)))

    @router.get(f"{section.address}/{{name}}.{{kind}}")
    def file(visit: Look, name: str, kind: Kind) -> Response:
        return table_file(made_table(visit, name), kind)

    async def count(visit: Act) -> Response:
        visit.require_all_forms()
        for counting_of in section.counts:
            counting_of(visit).begin()
        return RedirectResponse(with_done(section.address, "count"), 303)

    if section.counts:
        router.post(f"{section.address}/count")(count)
    return router


def _section_page(visit: Visit, section: SectionPage, parts: Sequence[Part]) -> Response:
    first = section.headline(visit) if section.headline else None
    empty = [each for each in parts if first is not None and each.is_empty]
    return visit.page(
        "desk_section.html",
        title=visit.say(section.title),
        parts=[each for each in parts if each not in empty],
        empty=empty,
        empty_said=list(dict.fromkeys(line for each in empty for line in each.faint)),
        headline=first,
        back_to=None,
    )


def single_page(visit: Visit, title: str, part: Part, back: tuple[str, str]) -> Response:
    """A page of one part, with the way `back` to a section: its address and its name."""
    return visit.page("desk_section.html", title=title, parts=[part], back_to=(back[0], visit.say(back[1])))


def _table_of(parts: Sequence[Part], name: str) -> Table:
    """The table of one part. NotFound where no part has it."""
    table = next((each.table for each in parts if each.table.name == name), None)
    if table is None:
        raise NotFound("There is no such table.")
    return table


def counting(visit: Visit, name: str, count: Callable[[], object]) -> Counting:
    """What is counted beside the pages under this name, kept as long as the program runs."""
    return visit.counted.setdefault(name, Counting(count))


def when_counted(visit: Visit, asked: Counting) -> list[str]:
    """When something was counted last, and whether it is being counted, in words."""
    last = asked.last
    said = [visit.say("As of %(at)s. What came later is not in it.", at=visit.moment(last.at))] if last else []
    if last and last.problem:
        said.append(visit.say("It could not be looked at: %(why)s", why=last.problem))
    if asked.runs:
        said.append(visit.say("It is being looked at now. That may take minutes."))
    return said or [visit.say("It was not looked at since the program started.")]
