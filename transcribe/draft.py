"""A form definition drafted from its blank page: ruled places, named by the print beside them, to be edited by hand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy
from babel import Locale, UnknownLocaleError
from babel.numbers import get_territory_currencies

from transcribe.errors import FormError
from transcribe.grids import Grid
from transcribe.model import Box, Page, Word
from transcribe.ocr import Engine
from transcribe.paper import grey
from transcribe.ruling import BELOW, ruling, without_lines

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

WIDE = 1.6
"""Words of a label are closer than this many times their height; what is farther is another label."""
BESIDE = 0.2
"""How far from its place a label to the left may end, as a share of the page's width."""
DARK = 128
"""Rows of a header whose middle grey is below have light print on a dark band."""
ZOOM, SIGNATURE = 2, 2.2
"""How many times larger labels are shown to the engine than they are printed, and how many times the room of a line of
writing a signature takes."""


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
    print_ = Page(number=page.number, picture=without_lines(page.picture))
    labels = _read(engine, print_, [*_beside(places, places, page), *_right_of(found.ticks, page)])
    silent = [box for box in places if _field(box, labels, page, right=False) is None]
    labels += _read(engine, print_, _beside(silent, places, page), zoom=1)  # fewer crops at once lose fewer
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


# --- print -----------------------------------------------------------------------------------------------------------


def _read(engine: Engine, page: Page, regions: Sequence[Box], zoom: int = ZOOM) -> list[Word]:
    """The labels in some regions, read enlarged: they are often the smallest print of a page."""
    if not regions:
        return []
    larger = numpy.asarray(cv2.resize(page.picture, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC), numpy.uint8)
    shown = Page(number=page.number, picture=larger)
    seen = engine.words(shown, [Box(*(zoom * side for side in region)) for region in regions])
    smaller = [[replace(word, box=Box(*(round(side / zoom) for side in word.box))) for word in words] for words in seen]
    return [label for words in smaller for label in _labels(words)]


def _beside(asked: Sequence[Box], places: Sequence[Box], page: Page) -> list[Box]:
    """Where the labels of places to write in may stand: to the left as far as the next place, above, inside at the top
    of a high one, and below."""
    height, width = page.picture.shape[:2]
    high = round(width * 0.024)
    regions = []
    for box in asked:
        level = [other.x1 for other in places if other.x1 <= box.x0 and other.y0 < box.y1 and other.y1 > box.y0]
        left = max([0, round(box.x0 - width * BESIDE), *level])
        regions.append(Box(left + 3, box.y0, box.x0 - 3, box.y1))
        regions.append(Box(box.x0 - 4, box.y0 - high, box.x1, box.y0 - 1))
        if box.height > 1.8 * high:
            regions.append(Box(box.x0 + 3, box.y0 + 3, box.x1 - 3, box.y0 + high))
        regions.append(Box(box.x0, box.y1 - round(width * BELOW) + 2, box.x1, min(height, box.y1 + high)))
    return [each for each in regions if each.y0 >= 0 and each.width > high and each.height > high / 2]


def _right_of(ticks: Sequence[Box], page: Page) -> list[Box]:
    """Where the labels of boxes to tick stand: as far as the next box on the same level."""
    width = page.picture.shape[1]
    regions = []
    for box in ticks:
        level = [other.x0 for other in ticks if other.x0 > box.x1 and other.y0 < box.y1 and other.y1 > box.y0]
        regions.append(Box(box.x1 + 3, box.y0 - 4, min([*level, width, round(box.x1 + width * 0.3)]) - 4, box.y1 + 4))
    return regions


def _labels(words: Iterable[Word]) -> list[Word]:
    """Words that stand together, as one."""
    said = [word for word in words if re.search(r"\w{2}|°", word.text) and word.box.height > 6]
    joined: list[Word] = []
    for word in sorted(said, key=lambda each: (each.line, each.box.x0)):
        last = joined[-1] if joined else None
        if last and last.line == word.line and 0 <= word.box.x0 - last.box.x1 + 3 <= WIDE * word.box.height:
            joined[-1] = _together(last, word)
        else:
            joined.append(word)
    return joined


def _together(one: Word, other: Word) -> Word:
    box = Box(one.box.x0, min(one.box.y0, other.box.y0), other.box.x1, max(one.box.y1, other.box.y1))
    return Word(text=f"{one.text} {other.text}", box=box, confidence=one.confidence, line=one.line)


def _label(box: Box, labels: Sequence[Word], width: int, *, right: bool) -> str | None:
    """The print that belongs to a place: right of a box to tick; else inside at the top, above, left, or below."""
    near = [
        (distance, word.text)
        for word in labels
        if (distance := _distance(box, word.box, width, right=right)) is not None
    ]
    return min(near)[1] if near else None


def _distance(box: Box, word: Box, width: int, *, right: bool) -> float | None:
    """How far a label stands from its place, in pixels with a penalty for unusual sides; None if it cannot be its."""
    middle = (word.y0 + word.y1) / 2
    level = box.y0 - 4 <= middle <= box.y1 + 4
    over = min(box.x1, word.x1) - max(box.x0, word.x0)
    if right:
        gap = word.x0 - box.x1
        return gap if level and -4 <= gap <= width * BESIDE / 3 else None
    left_gap, above_gap, below_gap = box.x0 - word.x1, box.y0 - word.y1, word.y0 - box.y1
    starts = -12 <= word.x0 - box.x0 <= box.width / 2
    if level and -6 <= left_gap <= width * BESIDE:
        return float(left_gap)
    if starts and over > 0 and -6 <= above_gap <= word.height * 1.3:
        return max(0.0, above_gap) + 2
    if starts and box.y0 - 2 <= word.y0 and word.y1 <= box.y1 and over > 0:
        return 20.0
    if starts and over > 0 and -width * BELOW <= below_gap <= word.height:
        return below_gap + 60.0
    return None


# --- fields ----------------------------------------------------------------------------------------------------------


def _field(box: Box, labels: Sequence[Word], page: Page, *, right: bool) -> Drafted | None:
    text = _label(box, labels, page.picture.shape[1], right=right)
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
