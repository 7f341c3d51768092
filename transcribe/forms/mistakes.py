"""All mistakes of a form definition at once: those of single keys, and those that show only when it is put together."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import ValidationError

from transcribe.errors import FormError
from transcribe.fields import facts_of
from transcribe.forms.schema import pattern_refusal
from transcribe.forms.wrong_values import only_causes, place_of, wrong_value
from transcribe.geometry import Box
from transcribe.i18n import Worded, worded
from transcribe.model import Blank, Form

Said = TypeVar("Said")
Made = TypeVar("Made")

STAND_INS: Mapping[str, object] = {
    "name": "form",
    "version": 1,
    "title": "Form",
    "languages": ["eng"],
    "locale": "en_GB",
}
"""What stands for a wrong key that every form has, while the others are looked at."""

ENTRIES = ("field", "table", "rule", "master")
"""The lists of a definition of which an entry can be left out while the others are looked at."""


OPTIONS = tuple(
    "duplicates earliest_date identified_by latest_date page pages prefill qualification strict surroundings training "
    "whole_form".split()
)
"""The options that a form can have."""

MIN_LIKENESS_PER_CENT = 75.0
"""RapidFuzz ratio from which a key may be another one, mistyped: "requried" is 88 % like "required". Chosen by hand."""


class Entry(NamedTuple):
    """An entry of a list of a definition, by its name or its number from 1 on.

    It is said as `field "total"` or `page number 2`.
    """

    kind: str
    of: str | int

    def __str__(self) -> str:
        return f'{self.kind} "{self.of}"' if isinstance(self.of, str) else f"{self.kind} number {self.of}"


Place = Sequence[str | Entry]
"""The path to an entry of a definition, from the outermost table to the key."""


class Mistake(Worded):
    """A mistake of a definition: commands say the file, where in it, and what; pages what, and of which column."""

    place: Place
    about: Sequence[Entry]


def mistake(file: str, place: Place, said: str, *about: Entry) -> Mistake:
    """The mistake that stands there, of the entries of its place, or of those that it is `about`."""
    where = f"{' '.join(map(str, place))}: " if place else ""
    column = next((str(each.of) for each in reversed(place) if isinstance(each, Entry) and each.kind == "column"), "")
    made = Mistake(f"{file}: {where}{said}")
    made.message, made.values = ("“%(column)s”: %(said)s" if column else "%(said)s"), {"column": column, "said": said}
    made.place, made.about = place, about or [each for each in place if isinstance(each, Entry)]
    return made


class Mistakes:
    """The mistakes that were found so far."""

    def __init__(self) -> None:
        self.found: list[str] = []

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Keep the FormError that is raised here, and go on after it."""
        try:
            yield
        except FormError as error:
            self.found += error.args

    def kept(self, make: Callable[[Said], Made], said: Iterable[Said]) -> list[Made]:
        """The entries made without a FormError; the errors of the others are noted as mistakes."""
        made = []
        for each in said:
            with self.noted():
                made.append(make(each))
        return made

    def raise_all(self) -> None:
        """Raise all of them as one FormError; nothing where there is none."""
        if self.found:
            raise FormError(*dict.fromkeys(self.found))


def wrong_keys(file: str, content: Mapping[str, object], error: ValidationError, known: Iterable[str]) -> list[str]:
    """What is wrong with single keys: file, key, what is wrong. `known` are all keys that a definition may have."""
    lines = []
    for each in only_causes(error.errors(include_url=False)):
        if each["type"] == "extra_forbidden":
            said = _unknown(
                str(each["loc"][-1]), known, "there is no such key%s; see the list in docs/adding-a-form.md"
            )
        else:
            said = wrong_value(each)
        lines.append(mistake(file, _place(place_of(each), content), said))
    return list(dict.fromkeys(lines))


def require_no_nul(file: str, content: Mapping[str, object]) -> None:
    """FormError where a text of a definition, or of a file beside it, holds a NUL, which no database keeps."""
    left: list[object] = [content]
    while left:
        value = left.pop()
        if isinstance(value, Mapping):
            left += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            left += value
        elif isinstance(value, str) and "\0" in value:
            begin = value.partition("\0")[0][-20:]
            said = worded("A NUL character stands in a text, after “%(begin)s”. Take it out.", begin=begin,
                          command="a NUL character stands in a text, after %(begin)r. Take it out.")  # fmt: skip
            raise FormError(mistake(file, (), said))


def unknown_options(file: str, options: Iterable[str]) -> list[str]:
    """The mistakes for options that nothing reads, such as a mistyped name."""
    unknown = [each for each in options if each not in OPTIONS]
    return [mistake(file, ("options", each), _unknown(each, OPTIONS, "there is no such option%s")) for each in unknown]


def _unknown(key: str, known: Iterable[str], command: str) -> str:
    """The message for an unknown key, with the known key that is most like it, if any."""
    from rapidfuzz import fuzz, process

    near = process.extractOne(key, sorted(set(known) - {key}), scorer=fuzz.ratio, score_cutoff=MIN_LIKENESS_PER_CENT)
    if near is None:
        return worded("The text of the draft has something that no form has.", command=command % "")
    return worded("The text of the draft has something that no form has. Should it be “%(key)s”?",
                  command=command % '; do you mean "%(key)s"?', key=near[0])  # fmt: skip


def _place(location: Sequence[int | str], content: object) -> Place:
    """("field", 3, "box") as `field "order_number" box`: entries of a list by their name where they have one."""
    said: list[str | Entry] = []
    for part in location:
        if isinstance(part, str):
            content = content.get(part) if isinstance(content, Mapping) else None
            said.append(part)
            continue
        content = content[part] if isinstance(content, list) and part < len(content) else None
        name = content.get("name") if isinstance(content, Mapping) else None
        said.append(Entry(str(said.pop()), str(name) if name else part + 1))
    return said or ["the whole definition"]


def without_wrong_keys(content: Mapping[str, object], error: ValidationError) -> dict[str, object]:
    """The definition without what is wrong in it, so that the rest can be looked at too.

    What names a field or table that is left out goes with it: whether it is right cannot be told.
    """
    left = dict(content)
    wrong: dict[str, set[int]] = {}
    columns: dict[int, set[int]] = {}
    for each in error.errors(include_url=False):
        match each["loc"]:
            case ("table", int(table), "column", int(column), *_):
                columns.setdefault(table, set()).add(column)
            case (str(first), int(entry), *_) if first in ENTRIES:
                wrong.setdefault(first, set()).add(entry)
            case (str(first), *_) if first in STAND_INS:
                left[first] = STAND_INS[first]
            case (first, *_):
                left.pop(str(first), None)
    lost: list[str] = []
    for table, numbers in columns.items():
        names = _leave_out(left, table, numbers)
        lost += names
        if not names:
            wrong.setdefault("table", set()).add(table)
    for entries, numbers in wrong.items():
        listed = left[entries]
        assert isinstance(listed, list), "pydantic counted its entries"
        if entries in ("field", "table"):
            lost += [_name(listed[number]) for number in numbers]
        left[entries] = [each for number, each in enumerate(listed) if number not in numbers]
    for entries, key in (("rule", "check"), ("master", "field")):
        listed = left.get(entries, [])
        if isinstance(listed, list) and lost:
            left[entries] = [each for each in listed if not _names_one(each, key, lost)]
    return left


def _leave_out(definition: dict[str, object], table: int, columns: set[int]) -> list[str]:
    """Leave these columns out of a table, and give their names; [] where the table would have none left."""
    tables = definition["table"]
    assert isinstance(tables, list), "pydantic counted its entries"
    entry = tables[table]
    listed = entry["column"]
    right = [each for number, each in enumerate(listed) if number not in columns]
    if not right:
        return []
    definition["table"] = [*tables[:table], {**entry, "column": right}, *tables[table + 1 :]]
    return [f"{_name(entry)}.{_name(listed[number])}" for number in columns]


def _name(entry: object) -> str:
    """The name of a field or table; "" where it has none, which is in every text."""
    return str(entry.get("name", "")) if isinstance(entry, Mapping) else ""


def _names_one(entry: object, key: str, names: Sequence[str]) -> bool:
    return isinstance(entry, Mapping) and any(name in str(entry.get(key, "")) for name in names)


# The one gate of form definitions: what a text must be before any parser sees it.

MAX_DEFINITION_BYTES = 1_000_000
"""The longest definition. Chosen by hand."""

MAX_NESTED_COUNT = 8
"""Tables and lists inside each other, and parts of a key: twice what a definition needs. Parsers take memory with the
square of a key's parts: 20 KB of dots took 396 MB."""

MAX_DIGITS_COUNT = 18
"""Digits of a whole number: all of them are below 2^63, which databases hold."""

MAX_FIELDS_COUNT = 2000
"""Entries of a definition: no form has more fields than could be drawn. Chosen by hand."""

_SAID = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5})?|' r"'''(?:[^']|'(?!''))*+(?:'{3,5})?|"
    r'"(?:[^"\\\n]|\\[^\n])*+"?|' r"'[^'\n]*+'?|#[^\n]*+", re.DOTALL
)  # fmt: skip
"""A text or a remark, also one without its end."""

_TOML_PLACE = re.compile(r"\(at line ([0-9]+), column ([0-9]+)\)$")
_LONG_KEY = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{MAX_NESTED_COUNT}}}")
_LONG_NUMBER = re.compile(rf"(?<![\w.-])(?:0[xob][0-9a-fA-F]|[0-9])[0-9a-fA-F_]{{{MAX_DIGITS_COUNT}}}")


def definition_content(name: str, text: str | bytes) -> dict[str, object]:
    """What a definition says, as TOML has it; `name` is its file's. FormError names what keeps it from being one."""
    if len(text) > MAX_DEFINITION_BYTES:
        said = worded("The text is longer than any form. Look for what is in it twice.", most=MAX_DEFINITION_BYTES,
                      command="this is longer than %(most)s bytes, and no form definition.")  # fmt: skip
        raise FormError(mistake(name, (), said))
    try:
        plain = text if isinstance(text, str) else text.decode("utf-8-sig")  # Windows begins such files with a mark
        _require_plain(name, plain)
        content = tomllib.loads(plain)
    except UnicodeDecodeError as error:
        said = worded(
            "This is no text. Save it as UTF-8.",
            command="this is no text in UTF-8. Name the TOML file of a form; where it is one, save it as UTF-8.",
        )
        raise FormError(mistake(name, (), said)) from error
    except ValueError as error:  # also of dates and numbers that there are not
        raise FormError(mistake(name, (), _no_toml(error))) from error
    require_no_nul(name, content)
    columns = sum(len(listed(table, "column")) for table in listed(content, "table"))
    _require_few(name, columns + sum(len(listed(content, key)) for key in ENTRIES))
    return content


def _no_toml(error: ValueError) -> str:
    """The mistake that TOML's reader found in a text. Until Python 3.14 its place stands only in the sentence."""
    command = "this is no TOML: %(fault)s."
    if found := _TOML_PLACE.search(str(error)):
        return worded(
            "The text cannot be read. Look at line %(line)s, character %(column)s: a quote, a bracket or = is missing.",
            command=command, fault=error, line=found[1], column=found[2],
        )  # fmt: skip
    return worded(
        "The text cannot be read: something stands twice, or a quote or bracket is missing at its end.",
        command=command, fault=error,
    )  # fmt: skip


def _require_plain(name: str, text: str) -> None:
    """FormError where a parser would take long or much: with the line and the part that is too much."""
    bare = _SAID.sub(lambda said: "s" + "\n" * said[0].count("\n"), text)
    for what, most, pattern in (("parts", MAX_NESTED_COUNT, _LONG_KEY), ("digits", MAX_DIGITS_COUNT, _LONG_NUMBER)):
        if found := pattern.search(bare):
            raise FormError(_at(name, bare, found, worded(
                "“%(said)s…” is longer than anything of a form. Take it out.",
                command="%(said)s... has more than %(most)s %(what)s.", said=found[0][:20], most=most, what=what,
            )))  # fmt: skip
    depth = 0
    for found in re.finditer(r"[\[{]|[\]}]", bare):
        depth += 1 if found[0] in "[{" else -1
        if depth > MAX_NESTED_COUNT:
            raise FormError(_at(name, bare, found, worded(
                "More brackets stand inside each other than in any form. Take them out.",
                command="this is nested too deep for a form definition.",
            )))  # fmt: skip
    _require_few(name, bare.count("[["))


def _at(name: str, bare: str, found: re.Match[str], said: str) -> Mistake:
    """The mistake that was found, with the key and the line that it stands in."""
    begin = bare.rfind("\n", 0, found.start()) + 1
    key = bare[begin : begin + 200].partition("\n")[0].partition("=")[0].strip()
    line = bare.count("\n", 0, begin) + 1
    return mistake(
        name, (key[:20],), worded("Line %(line)s: %(said)s", command="line %(line)s: %(said)s", line=line, said=said)
    )


def _require_few(name: str, entries: int) -> None:
    if entries > MAX_FIELDS_COUNT:
        said = worded("A form has at most %(count)s fields.", count=MAX_FIELDS_COUNT,
                      command="a form has at most %(count)s fields, columns and rules.")  # fmt: skip
        raise FormError(mistake(name, ("field",), said))


def listed(content: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    """The tables of a list of a definition; none where it is no list."""
    said = content.get(key)
    return [each for each in said if isinstance(each, Mapping)] if isinstance(said, list) else []


# Where the fields of a form stand: each on its page, and no two on one place.

MAX_OVERLAP_SHARE = 0.5
"""Boxes that share more of the smaller one's area are one place, where both fields would be read as the same. Chosen by
hand: of the shipped forms no two boxes share 0.2."""


MIN_SIDE_PX = 8
"""The smallest side of a box, and height of a row, in pixels of the blank: a millimetre at 200 dpi. Chosen by hand."""


def misplaced(file: str, entry: Entry, page: int, box: Box | None, blanks: Sequence[Blank | None]) -> Mistake | None:
    """The fields and tables that do not fit on their page. A blank of None is not looked at."""
    if page > len(blanks):
        said = worded("There is no page %(page)s: the form has %(count)s. Choose one of its pages.",
                      command="the form has no page %(page)s; its last one is %(count)s.",
                      page=page, count=len(blanks))  # fmt: skip
        return mistake(file, (entry, "page"), said)
    here = blanks[page - 1]
    if here is None:
        return None
    if here.path is None:
        said = worded("A box needs a picture of its page.",
                      command="a box needs a blank, the empty page that it refers to.")  # fmt: skip
        return mistake(file, (entry, "box"), said) if box is not None else None
    if box is None:
        said = worded("It has no box yet. Draw it where the value stands on the page.",
                      command="a form with a blank needs a box here, x0, y0, x1, y1 on the blank.")  # fmt: skip
        return mistake(file, (entry,), said)
    wide, high = here.size
    said = worded("Its box reaches outside the page, which is %(wide)s pixels wide and %(high)s high.",
                  command="%(box)s reaches outside the blank of %(wide)s x %(high)s.",
                  box=list(box), wide=wide, high=high)  # fmt: skip
    return mistake(file, (entry, "box"), said) if box.x1 > wide or box.y1 > high else None


def overlapping(file: str, form: Form) -> Iterator[Mistake]:
    """Every two fields whose boxes lie on each other, with what to do. A column of a table counts as one field."""
    for number in range(1, len(form.blanks) + 1):
        for (one, its), (other, others) in combinations(_places(form, number), 2):
            share = its.overlap_share(others)
            if share > MAX_OVERLAP_SHARE:
                said = worded(
                    "Its box lies on that of “%(other)s”: both would read the same. Draw them apart, or take one of "
                    "the two out.",
                    command='%(part)s of the smaller box lie on that of "%(other)s", so that both read the same. Draw '
                    "them apart (fairhand forms preview shows them), or take one of the two out.",
                    part=f"{share:.0%}", other=one,
                )  # fmt: skip
                yield mistake(file, (Entry("field", other), "box"), said)


def unanswerable(file: str, form: Form) -> Iterator[Mistake]:
    """Every field that nobody could fill in or read as it is defined, with what to do."""
    for field in form.all_fields():
        entry = Entry("field", field.name)
        if facts_of(field.type).is_choice and not field.examples:
            said = worded("A choice is one of a few words. List them in the text of the draft, as its examples.",
                          command="a choice is one of a few words. List them as its examples.")  # fmt: skip
            yield mistake(file, (entry, "examples"), said)
        if any(not text.strip() for text in field.label.values()):
            said = worded("Its label is empty. Write what stands beside it.",
                          command="it is empty. Write what stands beside it, or leave label out.")  # fmt: skip
            yield mistake(file, (entry, "label"), said)
        if field.box and min(field.box.width, field.box.height) < MIN_SIDE_PX:
            said = worded("Its box is too small to write or tick anything in. Draw it larger.", box=list(field.box),
                          command="%(box)s is too small to write or tick anything in.")  # fmt: skip
            yield mistake(file, (entry, "box"), said)
    for table in form.tables:
        if table.box and table.box.height < MIN_SIDE_PX * table.rows:
            said = worded(
                "%(rows)s rows are lower than %(least)s pixels each in its box. Count the lines that are drawn.",
                command="%(rows)s of them are lower than %(least)s pixels in a box of %(high)s pixels. Count the lines "
                "that are drawn.",
                rows=table.rows, least=MIN_SIDE_PX, high=table.box.height,
            )  # fmt: skip
            yield mistake(file, (Entry("table", table.name), "rows"), said)


def _places(form: Form, number: int) -> list[tuple[str, Box]]:
    """The fields of a page and the columns of its tables by name, each with all the place that it takes."""
    places = [(field.name, field.box) for field in form.fields if field.page == number and field.box]
    for table in form.tables:
        if table.page == number and table.box:
            spans = [(column.field.name, column.span) for column in table.columns if column.span]
            places += [(name, Box(x0, table.box.y0, x1, table.box.y1)) for name, (x0, x1) in spans]
    return places


# Patterns of forms that were used before RE2 matched patterns, and that RE2 does not know.


def ignored_patterns(path: Path) -> list[str]:
    """Every pattern of a definition that cannot be used: file, field, which construct, and what to write instead.

    A file that is no definition has none: loading it says what is wrong with it.
    """
    try:
        content = definition_content(path.name, path.read_bytes())
    except (OSError, FormError):
        return []
    tables = listed(content, "table")
    fields = [("", each) for each in listed(content, "field")]
    fields += [(f"{table.get('name')}.", each) for table in tables for each in listed(table, "column")]
    found = ((f"{part}{each.get('name')}", pattern_refusal(str(each.get("pattern") or ""))) for part, each in fields)
    return [f'{path.name}: field "{name}" pattern: {refusal}' for name, refusal in found if refusal]
