"""All mistakes of a form definition at once: those of single keys, and those that show only when it is put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from pydantic import ValidationError

from transcribe.errors import FormError
from transcribe.forms.wrong_values import only_causes, place_of, wrong_value

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
            self.found.append(str(error))

    def kept(self, make: Callable[[Said], Made], said: Iterable[Said]) -> list[Made]:
        """What is made of each entry; of those that raise a FormError nothing but the mistake."""
        made = []
        for each in said:
            with self.noted():
                made.append(make(each))
        return made

    def raise_all(self) -> None:
        """Raise all of them as one FormError, one a line; nothing where there is none."""
        if self.found:
            raise FormError("\n".join(dict.fromkeys(self.found)))


def wrong_keys(file: str, content: Mapping[str, object], error: ValidationError, known: Iterable[str]) -> list[str]:
    """What is wrong with single keys: file, key, what is wrong. `known` are all keys that a definition may have."""
    lines = []
    for each in only_causes(error.errors(include_url=False)):
        if each["type"] == "extra_forbidden":
            text = f"there is no such key{_meant(str(each['loc'][-1]), known)}; see the list in docs/adding-a-form.md"
        else:
            text = wrong_value(each)
        lines.append(f"{file}: {_key(place_of(each), content)}: {text}")
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
            raise FormError(f"{file}: a NUL character stands in a text, after {begin!r}. Take it out.")


def unknown_options(file: str, options: Iterable[str]) -> list[str]:
    """What is wrong with options that nothing reads: a mistyped one would leave the form as it is without it."""
    unknown = [each for each in options if each not in OPTIONS]
    return [f"{file}: options {each}: there is no such option{_meant(each, OPTIONS)}" for each in unknown]


def _meant(key: str, known: Iterable[str]) -> str:
    """The known key that is most like this one, as a question; nothing where none is like it."""
    from rapidfuzz import fuzz, process

    near = process.extractOne(key, sorted(set(known) - {key}), scorer=fuzz.ratio, score_cutoff=MIN_LIKENESS_PER_CENT)
    return f'; do you mean "{near[0]}"?' if near else ""


def _key(location: Sequence[int | str], content: object) -> str:
    """("field", 3, "box") as `field "order_number" box`: entries of a list by their name where they have one."""
    said: list[str] = []
    for part in location:
        if isinstance(part, str):
            content = content.get(part) if isinstance(content, Mapping) else None
            said.append(part)
            continue
        content = content[part] if isinstance(content, list) and part < len(content) else None
        name = content.get("name") if isinstance(content, Mapping) else None
        said.append(f'"{name}"' if name else f"number {part + 1}")
    return " ".join(said) or "the whole definition"


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
