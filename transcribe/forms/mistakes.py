"""All mistakes of a form definition at once: those of single keys, and those that show only when it is put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from pydantic import ValidationError

from transcribe.errors import FormError
from transcribe.forms.wrong_values import only_causes, place_of, wrong_value
from transcribe.i18n import Worded, worded

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
"""Where in a definition something stands, from the outermost table to the key."""


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
        """What is made of each entry; of those that raise a FormError nothing but the mistake."""
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
    """What is wrong with options that nothing reads: a mistyped one would leave the form as it is without it."""
    unknown = [each for each in options if each not in OPTIONS]
    return [mistake(file, ("options", each), _unknown(each, OPTIONS, "there is no such option%s")) for each in unknown]


def _unknown(key: str, known: Iterable[str], command: str) -> str:
    """What is said of a key that there is not, with the known one that is most like it where one is."""
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
