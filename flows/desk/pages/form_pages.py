"""The gallery of forms, the page of each with its tables and pictures, and what the data suggest for it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import fastapi
from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse

from flows.desk.counting import Counting
from flows.desk.deeds import with_done
from flows.desk.pages.counts import scans_of, straight_through, visible
from flows.desk.parts import counting, when_counted
from flows.desk.tables import Cell, Kind, Raw, Table, table_file
from flows.desk.visit import Act, Look, Visit
from flows.measuring import SuggestedForm, suggest_form
from transcribe import fields, forms
from transcribe.drawing import blank_thumbnail
from transcribe.errors import FormError, NotFound
from transcribe.forms import KEYS, Difference, differences, field_boxes
from transcribe.geometry import Box
from transcribe.i18n import N_, said
from transcribe.model import Form, Master
from transcribe.model import Form as FormModel
from transcribe.review import picture_response

WHAT: Mapping[str, str] = {
    "form": N_("form"),
    "field": N_("field"),
    "table": N_("table"),
    "rule": N_("rule"),
    "list": N_("list of known values"),
}
"""What a difference is about."""

PERSONAL: Mapping[str, str] = {
    "": N_("no"),
    "contact": N_("contact data"),
    "payment": N_("payment data: masked before a picture is kept"),
}
"""What is personal in a field."""

SUGGESTED: Mapping[str, str] = {
    "pattern": N_("a pattern"),
    "master": N_("a list of known values"),
    "required": N_("never blank"),
    "rule": N_("a rule"),
}
"""What a suggestion is."""


def type_choices(visit: Visit) -> list[tuple[str, str]]:
    """The types of fields that there are with what they are called, the most usual first."""
    usual_first = sorted(fields.names(), key=lambda name: fields.facts_of(name).rank)
    return [(name, type_words(visit, name)) for name in usual_first]


def type_words(visit: Visit, name: str) -> str:
    """What a type is called."""
    return said(fields.facts_of(name).name, visit.language) or name


# What the decided fields of a form suggest: looked for beside the pages, as it reads every scan of the form.

MOST_SCANS_UNASKED = 500
"""So many scans of a form are looked through without being asked: a second or two. Chosen by hand."""


def suggesting(visit: Visit, name: str) -> Counting:
    """The looking for what data suggest for a form, as `fairhand forms suggest` does."""
    home = visit.home
    return counting(visit, _key(name), lambda: suggest_form(home, home.forms.find(name)))


def look_if_quick(visit: Visit, name: str, scans: int) -> None:
    """Have it looked for where nobody had yet, and the form has few scans."""
    if suggested(visit, name) is None and 0 < scans <= MOST_SCANS_UNASKED:
        suggesting(visit, name).begin()


def suggested(visit: Visit, name: str) -> SuggestedForm | None:
    """What was found last; None where nobody had it looked for."""
    known = visit.counted.get(_key(name))
    found = known.last.found if known and known.last else None
    return found if isinstance(found, SuggestedForm) else None


def waiting_count(visit: Visit, name: str) -> int | None:
    """How many suggestions were found last; None where nobody had them looked for."""
    found = suggested(visit, name)
    return None if found is None else len(found.suggestions)


def forget_suggested(visit: Visit, name: str) -> None:
    """What was found is about an earlier version now."""
    visit.counted.pop(_key(name), None)


def suggestions_table(visit: Visit, name: str) -> Table:
    """Each suggestion with what bears it out."""
    say, found = visit.say, suggested(visit, name)
    rows = [
        (
            Cell(each.field, each.field or say("the form")),
            Cell(each.kind, say(SUGGESTED[each.kind])),
            Cell(each.toml, _line(each.toml)),
            each.seen,
            each.of,
            each.rests_on.people,
        )
        for each in (found.suggestions if found else ())
    ]
    return visit.table(
        "suggestions",
        say("What the data suggest"),
        {
            "field": say("Field"),
            "kind": say("What"),
            "toml": say("What it says"),
            "seen": say("Seen in records"),
            "of": say("Of records"),
            "people": say("People who read them"),
        },
        rows,
        at=f"/desk/form/{name}",
        nothing=_nothing(visit, found),
    )


def _nothing(visit: Visit, found: SuggestedForm | None) -> str:
    if found is None:
        return ""
    if found.records < found.least:
        return visit.say(
            "Too few scans are decided to suggest anything: %(least)s are needed, and there are %(count)s.",
            least=found.least,
            count=found.records,
        )
    return visit.say("The data suggest nothing that the definition does not say.")


def _line(toml: str) -> str:
    """The lines of a suggestion that say something, in one."""
    return " · ".join(line for line in toml.splitlines() if line and not line.startswith(("#", "[[")))


def _key(name: str) -> str:
    return f"suggested {name}"


# The forms of the home as the desk knows them: definition, versions, how many scans, how many straight through.

Since = Mapping[tuple[str, int], datetime]
"""When the first scan of each version came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownForm:
    """A form that scans can come in as. `form` is None where its definition cannot be used, for this `problem`.

    `installed_at` is when its definition was put here, None for one that is shipped. `suggestions` is None where
    nobody had them looked for.
    """

    name: str
    form: Form | None
    problem: str
    versions: tuple[int, ...]
    since: Mapping[int, datetime]
    installed_at: datetime | None
    scans: int
    straight: float | None
    suggestions: int | None

    def title(self, language: str) -> str:
        """What it is called."""
        return (said(self.form.title, language) if self.form else "") or self.name

    @property
    def in_force(self) -> int | None:
        """The version that new scans come in with."""
        return self.form.version if self.form else None


def known_forms(visit: Visit) -> list[KnownForm]:
    """Every form that the visitor sees, the most used first."""
    home = visit.home
    since, counts = _since(visit), _counts(visit)
    names = [name for name in home.forms.names() if visit.sees(name)]
    found = [_known(visit, name, since, counts.get(name, Counter())) for name in names]
    return sorted(found, key=lambda each: (-each.scans, each.name))


def known_form(visit: Visit, name: str) -> KnownForm:
    """One of them. NotFound where there is none of this name, or it is not the visitor's."""
    visit.require_form(name)
    if name not in visit.home.forms.names():
        raise NotFound("There is no such form here.")
    counts = _counts(visit).get(name, Counter())
    return _known(visit, name, _since(visit), counts)


def _known(visit: Visit, name: str, since: Since, counts: Counter[str]) -> KnownForm:
    library = visit.home.forms
    form, problem = None, ""
    try:
        form = library.find(name)
    except (FormError, NotFound) as error:
        problem = str(error)
    versions = sorted({*library.versions(name), *([form.version] if form else ())})
    return KnownForm(
        name=name,
        form=form,
        problem=problem,
        versions=tuple(versions),
        since={version: since[name, version] for version in versions if (name, version) in since},
        installed_at=_installed_at(visit, name),
        scans=scans_of(counts),
        straight=straight_through(counts),
        suggestions=waiting_count(visit, name),
    )


def _since(visit: Visit) -> Since:
    return {(name, version): at for name, version, at in visit.home.store.form_times()}


def _counts(visit: Visit) -> Mapping[str, Counter[str]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for each in visible(visit, visit.home.store.scan_counts_in_all()):
        counts[each.form][each.what] += each.count
    return counts


def _installed_at(visit: Visit, name: str) -> datetime | None:
    path = visit.home.settings.forms / f"{name}.toml"
    return datetime.fromtimestamp(path.stat().st_mtime, UTC) if path.is_file() else None


# The tables of one form: fields, versions and what differs between them, rules, lists of known values.

MOST_SHOWN_VALUES = 3
"""So many values of a list are named. Chosen by hand."""


def fields_table(visit: Visit, known: KnownForm) -> Table:
    """Every field and column of the version in force."""
    say = visit.say
    columns = {
        "name": say("Name"),
        "label": say("Label"),
        "type": say("Type"),
        "required": say("Required"),
        "pattern": say("Pattern"),
        "personal": say("Personal data"),
        "list": say("Known values"),
        "page": say("Page"),
    }
    return visit.table(
        "fields",
        say("Fields of the form"),
        columns,
        list(_field_rows(visit, known.form)) if known.form else [],
        at=f"/desk/form/{known.name}",
        nothing=known.problem,
    )


def without_empty(table: Table) -> Table:
    """A table without columns in which no row says anything, or every row is of the first page."""
    said = [
        place
        for place, column in enumerate(table.columns)
        if any(row[place].words not in (("", "1") if column.name == "page" else ("",)) for row in table.rows)
    ]
    columns = [table.columns[place] for place in said]
    return replace(table, columns=columns, rows=[[row[place] for place in said] for row in table.rows])


def _field_rows(visit: Visit, form: Form) -> Iterator[tuple[Raw, ...]]:
    listed = {each.field: len(set(_texts(each))) for each in form.masters}
    for each in form.all_fields():
        yield (
            each.name,
            said(each.label, visit.language) or each.name,
            Cell(each.type, type_words(visit, each.type)),
            each.required or None,
            each.pattern or "",
            Cell(each.personal or "", visit.say(PERSONAL[each.personal]) if each.personal else ""),
            listed.get(each.name),
            each.page,
        )


def versions_table(visit: Visit, known: KnownForm) -> Table:
    """Every version that was used or is in force, the latest first."""
    say = visit.say
    no_scan = Cell(None, say("no scan came with it yet"))
    rows = [
        (version, *((True, first, known.installed_at) if version == known.in_force else (None, first, None)))
        for version in reversed(known.versions)
        for first in [known.since.get(version) or no_scan]
    ]
    return visit.table(
        "versions",
        say("Versions, the latest first"),
        {
            "version": say("Version"),
            "in_force": say("In force"),
            "first_scan": say("First scan"),
            "installed": say("Installed on"),
        },
        rows,
        at=f"/desk/form/{known.name}",
    )


def earlier_versions(known: KnownForm) -> list[int]:
    """The versions that are in force no more, the latest first."""
    return [version for version in reversed(known.versions) if version != known.in_force]


def differences_table(visit: Visit, known: KnownForm) -> Table:
    """What each version says otherwise than the one before, the latest first."""
    return difference_table(visit, f"/desk/form/{known.name}", _between_versions(visit, known))


def difference_table(visit: Visit, at: str, versions: Iterable[tuple[int, Sequence[Difference]]]) -> Table:
    """What versions say otherwise, each difference in a row."""
    say = visit.say
    rows = [
        (
            version,
            Cell(each.what, say(WHAT[each.what])),
            each.name,
            Cell(each.key, say(KEYS[each.key]) if each.key in KEYS else ""),
            Cell(each.before, each.before or "–"),
            Cell(each.after, each.after or "–"),
        )
        for version, found in versions
        for each in found
    ]
    heads = {
        "version": say("Version"),
        "what": say("What"),
        "name": say("Name"),
        "key": say("In what"),
        "before": say("Before"),
        "after": say("After"),
    }
    nothing = say("There is no earlier version to compare with.")
    return visit.table("differences", say("What differs between versions"), heads, rows, at=at, nothing=nothing)


def _between_versions(visit: Visit, known: KnownForm) -> Iterator[tuple[int, list[Difference]]]:
    """Each version with what it says otherwise, the latest first; those that cannot be used any more are left out."""
    there = {version: form for version in known.versions if (form := form_of_version(visit, known, version))}
    for before, after in reversed(list(pairwise(sorted(there)))):
        yield after, differences(there[before], there[after])


def form_of_version(visit: Visit, known: KnownForm, version: int) -> Form | None:
    """A version of a form as scans were read with it; None where it cannot be used any more."""
    if known.form and version == known.form.version:
        return known.form
    try:
        return visit.home.forms(known.name, version)
    except (FormError, NotFound):
        return None


def rules_table(visit: Visit, known: KnownForm) -> Table:
    """What the figures of the paper should satisfy."""
    say = visit.say
    rules = known.form.rules if known.form else ()
    return visit.table(
        "rules",
        say("Rules"),
        {"name": say("Name"), "check": say("What should hold")},
        [("" if each.name == each.check else each.name, each.check) for each in rules],
        at=f"/desk/form/{known.name}",
        nothing=say("It has no rule."),
    )


def _texts(known: Master) -> list[str]:
    return [value for value, _ in known.values]


def _repeated(known: Master) -> list[str]:
    """The first values that stand in a list more than once."""
    return [value for value, count in Counter(_texts(known)).items() if count > 1][:MOST_SHOWN_VALUES]


def lists_table(visit: Visit, known: KnownForm) -> Table:
    """The lists of known values."""
    say = visit.say
    masters = known.form.masters if known.form else ()
    return visit.table(
        "lists",
        say("Lists of known values"),
        {
            "field": say("Field"),
            "values": say("Known values"),
            "first": say("The first of them"),
            "twice": say("Written more than once"),
        },
        [
            (
                each.field,
                len(set(_texts(each))),
                ", ".join(list(dict.fromkeys(_texts(each)))[:MOST_SHOWN_VALUES]),
                ", ".join(_repeated(each)),
            )
            for each in masters
        ],
        at=f"/desk/form/{known.name}",
        nothing=say("It has no list of known values."),
    )


def forms_table(visit: Visit, forms: list[KnownForm]) -> Table:
    """All forms."""
    say = visit.say
    rows = [
        (
            Cell(each.name, "", f"/desk/form/{each.name}"),
            each.title(visit.language),
            each.in_force,
            None if each.in_force is None else each.since.get(each.in_force),
            len(each.versions),
            Cell(each.scans, visit.number(each.scans), f"/desk/scans?form={each.name}" if each.scans else ""),
            Cell(each.straight, "" if each.straight is None else visit.share(each.straight), is_amount=True),
            each.suggestions,
        )
        for each in forms
    ]
    return visit.table(
        "forms",
        say("Forms, the most used first"),
        {
            "form": say("Form"),
            "title": say("Title"),
            "version": say("In force"),
            "since": say("First scan of it"),
            "versions": say("Versions"),
            "scans": say("Scans"),
            "straight_through": say("Straight through"),
            "suggestions": say("Suggestions"),
        },
        rows,
        at="/desk",
        nothing=say("There is no form here yet."),
    )


# A form as it is drawn: its pages with where each field, table and column stands.


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBox:
    """One field or cell: what it is called, its box, and the kind of its frame."""

    label: str
    box: Box
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPage:
    """One page with its size in pixels."""

    number: int
    size: tuple[int, int]
    boxes: Sequence[DrawnBox]


def drawn_pages(form: Form, language: str) -> list[DrawnPage]:
    """The pages of a form that have a blank, with every field drawn, tables cell by cell."""
    return [
        DrawnPage(number=number, size=blank.size, boxes=_boxes(form, number, language))
        for number, blank in enumerate(form.blanks, 1)
        if blank.path is not None
    ]


def _boxes(form: Form, number: int, language: str) -> list[DrawnBox]:
    return [
        DrawnBox(
            label=said(field.label, language) or field.name,
            box=box,
            kind="payment" if field.personal == "payment" else "cell" if key.row is not None else "field",
        )
        for key, field, box in field_boxes(form, number)
    ]


def blank_of(form: Form, number: int) -> Path:
    """The picture of a page. NotFound where it has none."""
    path = form.blanks[number - 1].path if 0 < number <= len(form.blanks) else None
    if path is None:
        raise NotFound("This form has no picture of this page.")
    return Path(path)


def small_blank(form: Form, number: int) -> bytes:
    """The same, small."""
    return blank_thumbnail(str(blank_of(form, number)))


# The gallery: every form with a picture.

router = APIRouter()


@router.get("/desk/forms")
def gallery(visit: Look) -> Response:
    """All forms, the most used first."""
    found = known_forms(visit)
    shown = {each.name: drawn_pages(each.form, visit.language)[:1] if each.form else [] for each in found}
    return visit.page("forms/gallery.html", forms=found, pages=shown, table_of_forms=forms_table(visit, found))


@router.get("/desk/forms.{kind}")
def gallery_file(visit: Look, kind: Kind) -> Response:
    """All forms as a file."""
    return table_file(forms_table(visit, known_forms(visit)), kind)


# The page of one form, its pictures and tables, and what the data suggest for it.

MAX_PAGE_NUMBER = 1000
"""No form has more pages. Chosen by hand."""

FormName = Annotated[str, fastapi.Path(pattern=forms.FORM_NAME, max_length=100)]
PageNumber = Annotated[int, fastapi.Path(ge=1, le=MAX_PAGE_NUMBER)]
Version = Annotated[int, Query(ge=1)]

TABLES = {
    "fields": fields_table,
    "versions": versions_table,
    "differences": differences_table,
    "rules": rules_table,
    "lists": lists_table,
}
"""What stands on the page, by the name of its files."""


@router.get("/desk/form/{name}")
def form_page(visit: Look, name: FormName) -> Response:
    """One form: its pages with every field drawn, and all that is known of it."""
    known = known_form(visit, name)
    counting = suggesting(visit, name)
    look_if_quick(visit, name, known.scans)
    return visit.page(
        "forms/form.html",
        known=known,
        pages=drawn_pages(known.form, visit.language) if known.form else [],
        tables={each: without_empty(made_of(visit, known)) for each, made_of in TABLES.items()},
        suggestions=suggestions_table(visit, name),
        found=suggested(visit, name),
        when=when_counted(visit, counting),
        looks=counting.runs,
    )


@router.get("/desk/form/{name}/page/{number}")
def page_of_form(visit: Look, name: FormName, number: PageNumber, version: Version | None = None) -> Response:
    """The blank of a page."""
    form = _form(visit, known_form(visit, name), version)
    return picture_response(blank_of(form, number).read_bytes(), brief=True)


@router.get("/desk/form/{name}/small/{number}")
def small_page_of_form(visit: Look, name: FormName, number: PageNumber) -> Response:
    """The same, small."""
    return picture_response(small_blank(_form(visit, known_form(visit, name), None), number), brief=True)


@router.get("/desk/form/{name}/{table}.{kind}")
def form_file(visit: Look, name: FormName, table: str, kind: Kind) -> Response:
    """One of its tables as a file."""
    known = known_form(visit, name)
    if table == "suggestions":
        return table_file(suggestions_table(visit, name), kind)
    if table not in TABLES:
        raise NotFound("There is no such table.")
    return table_file(TABLES[table](visit, known), kind)


@router.post("/desk/form/{name}/look")
async def look_for_suggestions(visit: Act, name: FormName) -> Response:
    """Has it looked for what the data suggest."""
    await visit.look(lambda: known_form(visit, name))
    suggesting(visit, name).begin()
    return RedirectResponse(with_done(f"/desk/form/{name}", "count"), 303)


def _form(visit: Visit, known: KnownForm, version: int | None) -> FormModel:
    form = known.form if version is None else form_of_version(visit, known, version)
    if form is None:
        raise NotFound("This form cannot be shown.")
    return form
