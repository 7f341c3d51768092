"""A form definition drafted from its blank page: ruled places, named by the print beside them, to be edited by hand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy
from babel import Locale, UnknownLocaleError
from babel.numbers import get_territory_currencies

from transcribe.captions import beside, label, read, right_of
from transcribe.combs import comb
from transcribe.errors import FormError
from transcribe.grids import Grid
from transcribe.ink import A4_HEIGHT
from transcribe.model import Box, Page, Word
from transcribe.ocr import Engine
from transcribe.paper import grey
from transcribe.ruling import ruling, without_lines

if TYPE_CHECKING:
    from transcribe.model import Picture

TYPES: tuple[tuple[str, str], ...] = (
    ("signature", r"signature|signed|unterschrift|\bfirma\b|visa\b"),
    ("email", r"e-?mail|courriel|correo|\bmel\b"),
    ("phone", r"phone|\btel\b|\btelephone|mobile|\bfax\b|portable|\bmovil"),
    ("amount", r"\btotal|\bmontant|\bamount|\bsolde|\bbalance|\bimporte|betrag|summe\b"),
    (
        "date",
        r"\bdate|\ble\b|livraison souhaitee|deliver by|livrer avant|echeance|\bdue\b|datum\b|\bfecha|"
        r"liefertermin|(?:ship|required|needed) by",
    ),
    ("integer", r"\bqte|quantit|\bqty|\bnombre|\bnb\b|pieces|\bmenge|anzahl|cantidad|\buds\b"),
    (
        "amount",
        r"total|montant|amount|price|prix|\btva\b|\bvat\b|\bht\b|\bttc\b|cost|remise|discount|"
        r"\bdelivery$|frais|preis|precio|mwst|\biva\b|\bbase imponible|\btax\b|shipping|carriage|versand",
    ),
    (
        "code",
        r"\bn°|\bno\b|number|numero|\bref|code|siret|account|compte|postcode|\bzip\b|(?:kunden|auftrags|"
        r"bestell|artikel)nummer|\bplz\b|\bnif\b|\bcif\b|referencia|\bpedido n|artikelnr",
    ),
    (
        "name",
        r"\bnom\b|\bname\b|raison sociale|customer$|client$|company|societe|\bkunde$|\bcliente$|"
        r"\bfirma \w|empresa|nombre y",
    ),
)
"""The first pattern that the label matches, without accents and in small letters, names the type; else it is text."""

DARK = 128
"""Rows of a header whose middle grey is below have light print on a dark band."""
SIGNATURE = 2.2
"""How many times the room of a line of writing a signature takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """One field or column of a draft."""

    name: str
    label: str
    type: str
    box: Box


def draft(page: Page, engine: Engine, *, name: str, blank: str, language: str = "eng", locale: str = "en_GB") -> str:
    """The TOML of a form whose blank is `page`, kept as the file `blank`; a place without print beside it is left out.

    Gives a definition that `form.load` takes as it is; names, types and rows are guesses to be looked through.
    Raises FormError where the locale is unknown, or the page has no frame, line or box with print beside it.
    """
    currency = _currency(locale)
    found = ruling(page.picture)
    places = [box for box in (*found.frames, *found.lines) if not _is_dark(page, box)]
    print_ = Page(number=page.number, picture=_without_teeth(without_lines(page.picture), places))
    labels = read(engine, print_, [*beside(places, places, page), *right_of(found.ticks, page)])
    silent = [box for box in places if _field(box, labels, page, right=False) is None]
    labels += read(engine, print_, beside(silent, places, page), zoom=1)  # fewer crops at once lose fewer
    fields = [_field(box, labels, page, right=False) for box in places]
    marks = [_field(box, labels, page, right=True) for box in found.ticks]
    tables = [_columns(grid, page, engine) for grid in found.grids]
    named = _distinct([each for each in (*fields, *marks) if each])
    if not named and not tables:
        raise FormError(f"{blank}: there is no frame, line or box with print beside it; write the definition by hand.")
    height, width = page.picture.shape[:2]
    written = re.sub(r"[^a-z0-9]+", "-", _plain(name)).strip("-") or "form"
    head = [
        f"# Drafted from {blank}: check every name, type and box (`fairhand forms preview`), then delete this line.",
        f'name = "{written if written[0].isalpha() else f"form-{written}"}"',
        "version = 1",
        f'title = "{_clean(name)}"',
        f'languages = ["{language}"]',
        f'locale = "{locale}"',
        f'currency = "{currency}"',
        f'blank = "{blank}"',
        f"size = [{width}, {height}]",
    ]
    body = [_field_toml(each) for each in sorted(named, key=lambda each: (each.box.y0, each.box.x0))]
    grids = [
        _table_toml(number, grid, columns)
        for number, (grid, columns) in enumerate(zip(found.grids, tables, strict=True))
    ]
    return "\n".join(head) + "\n\n" + "\n\n".join((*body, *grids)) + "\n"


def _currency(locale: str) -> str:
    """The money of the locale's country, euros where it names none."""
    try:
        territory = Locale.parse(locale).territory
    except (UnknownLocaleError, ValueError) as error:
        raise FormError(f"There is no locale {locale!r}. Name one as fr_FR or en_GB.") from error
    return (get_territory_currencies(territory) or ["EUR"])[0] if territory else "EUR"


def _is_dark(page: Page, box: Box) -> bool:
    """Whether a place is a dark band, as behind a heading: nobody writes on it."""
    x0, y0, x1, y1 = _inside(box, page)
    return bool(numpy.median(grey(page.picture)[y0:y1, x0:x1]) < DARK)


def _without_teeth(print_: Picture, places: Sequence[Box]) -> Picture:
    """A blank's print without the teeth of combs: dots that the engine takes for letters, and loses labels for."""
    for box in places:
        if comb(print_, box, max(print_.shape) / A4_HEIGHT):
            print_[box.y0 : box.y1, box.x0 : box.x1] = 255
    return print_


# --- fields ----------------------------------------------------------------------------------------------------------


def _field(box: Box, labels: Sequence[Word], page: Page, *, right: bool) -> Drafted | None:
    text = label(box, labels, page.picture.shape[1], right=right)
    if text is None:
        return None
    kind = "checkbox" if right else _type(text)
    if kind == "signature" and box.height < box.width / 5:
        box = Box(box.x0, max(0, box.y1 - round(box.height * SIGNATURE)), box.x1, box.y1)
    return Drafted(name=_name(text), label=_clean(text), type=kind, box=_inside(box, page))


def _columns(grid: Grid, page: Page, engine: Engine) -> list[Drafted]:
    """A grid's columns, named by the print above each; print on a dark band is read from its negative."""
    height = round(grid.box.height / grid.rows)
    heads = [Box(x0 + 6, max(0, grid.box.y0 - height), x1 - 6, grid.box.y0 - 5) for x0, x1 in grid.spans]
    picture = grey(page.picture)
    dark = numpy.median(picture[heads[0].y0 : heads[0].y1, heads[0].x0 : heads[-1].x1], axis=1) < DARK
    if dark.mean() > 0.5:
        top, bottom = heads[0].y0 + int(dark.argmax()) + 3, heads[0].y1 - int(dark[::-1].argmax()) - 3
        heads = [Box(head.x0, top, head.x1, bottom) for head in heads]
    shown = Page(number=page.number, picture=255 - picture) if dark.mean() > 0.5 else page
    read = [" ".join(word.text for word in words) for words in engine.words(shown, heads)]
    columns = []
    for number, (head, text) in enumerate(zip(heads, read, strict=True), 1):
        said = _clean(text) or f"column {number}"
        columns.append(Drafted(name=_name(said), label=said, type=_type(said), box=Box(head.x0 - 6, 0, head.x1 + 6, 0)))
    return _distinct(columns)


def _inside(box: Box, page: Page) -> Box:
    height, width = page.picture.shape[:2]
    return Box(max(0, box.x0), max(0, box.y0), min(width, box.x1), min(height, box.y1))


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)).lower()


def _type(label: str) -> str:
    return next((kind for kind, pattern in TYPES if re.search(pattern, _plain(label))), "text")


def _name(label: str) -> str:
    """The label as a name: small letters without accents, words joined by _."""
    plain = _plain(label).replace("n°", "no").replace("%", "")
    name = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return name if re.match(r"[a-z]", name) else f"field_{name}".rstrip("_")


def _clean(label: str) -> str:
    return re.sub(r'[\s"\\*:]+', " ", label).strip(" .,;|_-=~—–•«»")


def _distinct(found: Sequence[Drafted]) -> list[Drafted]:
    """The same, the second of a name with a number after it."""
    seen: dict[str, int] = {}
    distinct = []
    for each in found:
        seen[each.name] = seen.get(each.name, 0) + 1
        name = each.name if seen[each.name] == 1 else f"{each.name}_{seen[each.name]}"
        distinct.append(Drafted(name=name, label=each.label, type=each.type, box=each.box))
    return distinct


# --- TOML ------------------------------------------------------------------------------------------------------------


def _field_toml(field: Drafted) -> str:
    return f'[[field]]\nname = "{field.name}"\nlabel = "{field.label}"\ntype = "{field.type}"\nbox = {list(field.box)}'


def _table_toml(number: int, grid: Grid, columns: Sequence[Drafted]) -> str:
    name = "lines" if number == 0 else f"lines_{number + 1}"
    x0, x1 = min(c.box.x0 for c in columns), max(c.box.x1 for c in columns)
    box = Box(min(grid.box.x0, x0), grid.box.y0, max(grid.box.x1, x1), grid.box.y1)
    head = f'[[table]]\nname = "{name}"\nbox = {list(box)}\nrows = {grid.rows}'
    each = (
        f'[[table.column]]\nname = "{column.name}"\nlabel = "{column.label}"\ntype = "{column.type}"\n'
        f"span = [{column.box.x0}, {column.box.x1}]"
        for column in columns
    )
    return "\n\n".join((head, *each))
