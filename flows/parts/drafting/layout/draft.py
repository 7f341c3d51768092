"""A form definition drafted from its blank pages: ruled places named by the print beside them, to be edited by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.numbers import get_territory_currencies

from flows.parts.drafting.layout.borderless_tables import heading_of, is_on_dark_band
from flows.parts.drafting.layout.emptied_boxes import (
    emptied,
    filled_places,
    label_of,
    label_regions,
    labels_of,
    left_label_regions,
    read_labels,
    tick_label_regions,
)
from flows.parts.drafting.layout.grids import (
    Drafted,
    Grid,
    each_on_its_own,
    field_toml,
    table_toml,
)
from flows.parts.drafting.layout.rulings import Ruling, find_ruling, without_lines
from transcribe.errors import FormError, NothingDrafted
from transcribe.fields import FREE_TEXT, LANGUAGES_OF_LABELS, facts_of, plain_label, type_of
from transcribe.forms import comb
from transcribe.geometry import Box
from transcribe.i18n import worded
from transcribe.imaging import grey, shrunk, use_one_thread
from transcribe.ink import A4_HEIGHT
from transcribe.model import Page, Word
from transcribe.ocr import Engine

if TYPE_CHECKING:
    from transcribe.model import Picture

SIGNATURE_HEIGHT_LINES = 2.2
"""Height of a signature in lines of writing. Chosen by hand."""

MIN_SHRUNK_SCALE = 1.1
"""A page so many times higher than A4 at 200 dpi is looked at in that size: labels are lost in finer pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftedDefinition:
    """A drafted definition: its TOML, and notes for the person who edits it."""

    text: str
    notes: tuple[str, ...]


def without_writing(page: Page) -> Page:
    """A filled page, in grey, without what somebody wrote: in frames, rows of tables and boxes to tick."""
    seen, scale = _at_a4_size(page)
    places = [box.scaled(scale) for box in filled_places(seen.picture)]
    return replace(page, picture=emptied(page.picture, places))


def draft_pages(
    pages: Sequence[Page],
    engine: Engine,
    *,
    name: str,
    blanks: Sequence[str],
    language: str,
    locale: str,
    filled: Sequence[Page] = (),
) -> DraftedDefinition:
    """The definition of a form whose blanks are `pages`, kept as the files `blanks`.

    `filled` are the same pages as they were filled in, where they were: a label inside a frame is read there.
    `forms.load` takes it as it is; names, types and rows are guesses to be looked through. A frame without print beside
    it is a field all the same, without a label; lines and boxes to tick are left out there, and `notes` count them.
    Raises FormError where the locale is unknown, or no page has a frame, or a line or box with print beside it.
    """
    use_one_thread()
    currency = _currency(locale)
    found = [
        _on_page(replace(page, number=number), filled[number - 1] if filled else None, engine, language)
        for number, page in enumerate(pages, 1)
    ]
    named = _distinct([each for on_page in found for each in on_page.fields])
    tables = [table for on_page in found for table in on_page.tables]
    if not named and not tables:
        raise NothingDrafted(f"{blanks[0]}: there is no frame, line or box with print beside it; write it by hand.")
    head = _head(pages, name=name, blanks=blanks, language=language, locale=locale, currency=currency)
    body = [field_toml(each) for each in named]
    body += [table_toml(number, *table) for number, table in enumerate(tables)]
    return DraftedDefinition(
        text="\n\n".join((head, *body)) + "\n", notes=_notes(named, sum(each.left for each in found), language)
    )


def _head(pages: Sequence[Page], *, name: str, blanks: Sequence[str], language: str, locale: str, currency: str) -> str:
    """The lines before the fields."""
    written = re.sub(r"[^a-z0-9]+", "-", plain_label(name)).strip("-") or "form"
    sizes = [list(page.picture.shape[1::-1]) for page in pages]
    whose = [f'blank = "{blank}"\nsize = {size}' for blank, size in zip(blanks, sizes, strict=True)]
    head = f"""\
# Drafted from {", ".join(blanks)}: check every name, type and box (`fairhand forms preview`), then delete this line.
name = "{written if written[0].isalpha() else f"form-{written}"}"
version = 1
title = {json.dumps(" ".join(name.split()), ensure_ascii=False)}
languages = [{", ".join(f'"{each}"' for each in language.split("+"))}]
locale = "{locale}"
currency = "{currency}"
"""
    return head + whose[0] if len(pages) == 1 else head + "".join(f"\n[[page]]\n{each}\n" for each in whose).rstrip()


def _notes(fields: Sequence[Drafted], left: int, language: str) -> tuple[str, ...]:
    """Notes on what drafting did not understand, in sentences."""
    silent = [each.name for each in fields if not each.label]
    notes = list[str]()
    if silent:
        notes.append(
            worded(
                "No print stands beside %(fields)s: name them, or delete what is no field.", fields=", ".join(silent)
            )
        )
    names = {each.name for each in fields}
    twice = [each.name for each in fields if each.label and _base(each.name) in names]
    if twice:
        notes.append(
            worded(
                "The print beside %(fields)s stands beside another field too: give each a name that says which it is.",
                fields=", ".join(twice),
            )
        )
    if left:
        notes.append(f"{left} lines or boxes to tick without print beside them were left out.")
    unknown = [each for each in language.split("+") if each not in LANGUAGES_OF_LABELS]
    if unknown:
        notes.append(f"What labels mean in {' and '.join(unknown)} is not known: look through the type of each field.")
    return tuple(notes)


def _base(name: str) -> str:
    """The name without the number that a second of its kind has: "customer" of "customer_2"; "" where there is none."""
    base, _, number = name.rpartition("_")
    return base if number.isdigit() and int(number) > 1 else ""


def _currency(locale: str) -> str:
    """The currency of the locale's country, EUR where the locale names none; FormError for an unknown locale."""
    try:
        territory = Locale.parse(locale).territory
    except (UnknownLocaleError, ValueError) as error:
        raise FormError(f"There is no locale {locale!r}. Name one as fr_FR or en_GB.") from error
    return (get_territory_currencies(territory) or ["EUR"])[0] if territory else "EUR"


def _without_dividers(print_: Picture, places: Sequence[Box]) -> Picture:
    """A blank's print without the dividers of combs: engines take them for letters, and lose labels."""
    for box in places:
        if comb(print_, box, max(print_.shape) / A4_HEIGHT):
            print_[box.slices] = 255
    return print_


# --- fields ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _OnPage:
    """The drafts of one page: fields from the top, tables with their columns, and the number of places left out."""

    fields: list[Drafted]
    tables: list[tuple[int, Grid, list[Drafted]]]
    left: int


def _on_page(page: Page, filled: Page | None, engine: Engine, language: str) -> _OnPage:
    seen, scale = _at_a4_size(page)
    found = find_ruling(seen.picture)
    places = [box for box in (*found.frames, *found.lines) if not is_on_dark_band(seen, box)]
    taken = [*places, *found.ticks]
    print_ = Page(number=seen.number, picture=_without_dividers(without_lines(seen.picture), places))
    labels = read_labels(engine, print_, [*label_regions(places, taken, seen), *tick_label_regions(found.ticks, seen)])
    width = seen.picture.shape[1]
    silent = [box for box, label in zip(places, labels_of(places, labels, width), strict=True) if label is None]
    labels += read_labels(engine, print_, label_regions(silent, taken, seen), zoom=1)  # fewer crops at once lose fewer
    if filled is not None:
        silent = [box for box, label in zip(places, labels_of(places, labels, width), strict=True) if label is None]
        came = replace(print_, picture=_without_dividers(without_lines(_at_a4_size(filled)[0].picture), places))
        labels += read_labels(engine, came, label_regions(silent, taken, seen))
    frames = set(found.frames)
    fields = [
        _field(box, label, language, room=box not in frames)
        for box, label in zip(places, labels_of(places, labels, width), strict=True)
    ]
    marks = [_field(box, label, "", room=False) for box, label in _mark_labels(found, labels, print_, engine)]
    kept = [each for each, box in zip(fields, places, strict=True) if each.label or box in frames]
    ticked = [replace(each, type="checkbox") for each in marks if each.label]
    named = sorted([*kept, *ticked], key=lambda each: (each.box.y0, each.box.x0))
    alone = each_on_its_own({each.box: each.label for each in named}, frames, [grid.box for grid in found.grids])
    tables = [(page.number, *_enlarged(grid, _columns(grid, seen, engine, language), scale)) for grid in found.grids]
    return _OnPage(
        fields=[
            replace(each, box=_clipped(alone[each.box].scaled(scale), page), page=page.number)
            for each in named
            if each.box in alone
        ],
        tables=tables,
        left=len(places) + len(found.ticks) - len(named),
    )


def _mark_labels(found: Ruling, labels: Sequence[Word], print_: Page, engine: Engine) -> list[tuple[Box, str | None]]:
    """Each box to tick with its label: what stands right of it, else what stands left of it."""
    width = print_.picture.shape[1]
    said = {box: label_of(box, labels, width, right=True) for box in found.ticks}
    bare = [box for box, label in said.items() if label is None]
    places = [*found.frames, *found.lines, *found.ticks, *(grid.box for grid in found.grids)]
    for box, region in left_label_regions(bare, places, print_):
        said[box] = label_of(box, read_labels(engine, print_, [region]), width, right=False)
    return list(said.items())


def _at_a4_size(page: Page) -> tuple[Page, float]:
    """The page in grey, no larger than A4 at 200 dpi, and how many times larger it came."""
    picture = grey(page.picture)
    scale = max(picture.shape) / A4_HEIGHT
    if scale < MIN_SHRUNK_SCALE:
        return Page(number=page.number, picture=picture), 1.0
    return Page(number=page.number, picture=shrunk(picture, 1 / scale)), scale


def _enlarged(grid: Grid, columns: Sequence[Drafted], scale: float) -> tuple[Grid, list[Drafted]]:
    """A grid and its columns in pixels of the page as it came."""
    spans = tuple((round(scale * x0), round(scale * x1)) for x0, x1 in grid.spans)
    larger = replace(grid, box=grid.box.scaled(scale), spans=spans)
    return larger, [replace(each, box=each.box.scaled(scale)) for each in columns]


def _kind(text: str, language: str) -> str:
    """The type that a label names in one of the languages of the print, as "deu+spa"."""
    kinds = [type_of(text, each) for each in language.split("+")]
    return next((kind for kind in kinds if kind != FREE_TEXT), FREE_TEXT)


def _field(box: Box, text: str | None, language: str, *, room: bool) -> Drafted:
    """A field named by its label; `room` above a line is made higher for a signature."""
    kind = _kind(_clean(text or ""), language)
    if room and facts_of(kind).is_mark and box.height < box.width / 5:
        box = Box(box.x0, max(0, box.y1 - round(box.height * SIGNATURE_HEIGHT_LINES)), box.x1, box.y1)
    return Drafted(name=_name(text) if text else "field", label=_clean(text or ""), type=kind, box=box)


def _columns(grid: Grid, page: Page, engine: Engine, language: str) -> list[Drafted]:
    """A grid's columns, named by the print above each; light print on a band is read from its negative."""
    height = round(grid.box.height / grid.rows)
    shown, heads = heading_of(
        page, [Box(x0 + 6, max(0, grid.box.y0 - height), x1 - 6, grid.box.y0 - 5) for x0, x1 in grid.spans]
    )
    read = [" ".join(word.text for word in words) for words in engine.words(shown, heads)]
    columns = []
    for number, (head, text) in enumerate(zip(heads, read, strict=True), 1):
        said = _clean(text) or f"column {number}"
        box = Box(head.x0 - 6, 0, head.x1 + 6, 0)
        columns.append(Drafted(name=_name(said), label=said, type=_kind(said, language), box=box))
    return _distinct(columns)


def _clipped(box: Box, page: Page) -> Box:
    height, width = page.picture.shape[:2]
    return box.clipped(width, height)


def _name(label: str) -> str:
    """The label as a name: lower case without accents, words joined by _."""
    spelt = plain_label(label).replace("n°", "no").replace("%", "")
    name = re.sub(r"[^a-z0-9]+", "_", spelt).strip("_")
    return name if re.match(r"[a-z]", name) else f"field_{name}".rstrip("_")


def _clean(label: str) -> str:
    return re.sub(r'[\s"\\*:]+', " ", label).strip(" .,;|_-=~—–•«»")


def _distinct(found: Sequence[Drafted]) -> list[Drafted]:
    """The same drafts with names of their own: a second of a name gets a number, and those without a label are counted
    from field_1."""
    seen: dict[str, int] = {}
    distinct = []
    for each in found:
        seen[each.name] = seen.get(each.name, 0) + 1
        alone = seen[each.name] == 1 and each.label
        distinct.append(each if alone else replace(each, name=f"{each.name}_{seen[each.name]}"))
    return distinct
