"""What differs between two versions of a form, as people compare them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from transcribe.model import Column, Field, Form, Table

What = Literal["form", "field", "table", "rule", "list"]
"""What a difference is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference: of what, by its name, and in which key. `key` is "" where it is new or gone altogether.

    `before` and `after` are what was and is said, "" where nothing.
    """

    what: What
    name: str
    key: str
    before: str
    after: str


def differences(before: Form, after: Form) -> list[Difference]:
    """What a later version says otherwise: of the form, its fields and tables in their order, rules, and lists."""
    return [
        *_changed("form", "", _of_form(before), _of_form(after)),
        *_listed("field", _fields(before), _fields(after)),
        *_listed("table", {each.name: _of_table(each) for each in before.tables},
                 {each.name: _of_table(each) for each in after.tables}),
        *_listed("rule", {each.check: {} for each in before.rules}, {each.check: {} for each in after.rules}),
        *_listed("list", _lists(before), _lists(after)),
    ]  # fmt: skip


def unchanged_fields(before: Form, after: Form) -> frozenset[str]:
    """The fields that two versions of a form have alike.

    They are of one type, at one place of a page of one size. What somebody read of one in the paper is what they would
    read of the other. Their labels may say it better.
    """
    was, now = _places(before), _places(after)
    return frozenset(name for name, place in now.items() if was.get(name) == place)


def _places(form: Form) -> dict[str, tuple[object, ...]]:
    """What each field is and where it stands, by name; with the box and rows of its table for a column."""
    sizes = {number: blank.size for number, blank in enumerate(form.blanks, start=1)}
    plain = {each.name: (each.type, each.page, sizes.get(each.page), each.box) for each in form.fields}
    cells = {
        column.field.name: (column.field.type, table.page, sizes.get(table.page), table.box, table.rows, column.span)
        for table in form.tables
        for column in table.columns
    }
    return {**plain, **cells}


def _listed(
    what: What, before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]
) -> Iterator[Difference]:
    """What is gone, what is new, and what says something else, by name."""
    for name in before:
        if name not in after:
            yield Difference(what=what, name=name, key="", before=name, after="")
    for name, said in after.items():
        if name not in before:
            yield Difference(what=what, name=name, key="", before="", after=name)
        else:
            yield from _changed(what, name, before[name], said)


def _changed(what: What, name: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Difference]:
    for key in dict.fromkeys((*before, *after)):
        if before.get(key, "") != after.get(key, ""):
            yield Difference(what=what, name=name, key=key, before=before.get(key, ""), after=after.get(key, ""))


def _of_form(form: Form) -> dict[str, str]:
    return {
        "title": _texts(form.title),
        "languages": ", ".join(form.languages),
        "locale": form.locale,
        "currency": form.currency,
        "retention_days": str(form.retention_days or ""),
        "pages": ", ".join(f"{blank.size[0]} x {blank.size[1]}" for blank in form.blanks if blank.path),
        **{f"options {name}": str(value) for name, value in sorted(form.options.items())},
    }


def _fields(form: Form) -> dict[str, dict[str, str]]:
    columns = {column.field.name: column for table in form.tables for column in table.columns}
    return {each.name: _of_field(each, columns.get(each.name)) for each in form.all_fields()}


def _of_field(field: Field, column: Column | None) -> dict[str, str]:
    return {
        "type": field.type,
        "label": _texts(field.label),
        "help": _texts(field.help),
        "required": "true" if field.required else "",
        "pattern": field.pattern or "",
        "personal": field.personal or "",
        "target": str(field.target or ""),
        "examples": ", ".join(field.examples),
        "languages": ", ".join(field.languages),
        "regions": ", ".join(field.regions),
        "apart": field.apart,
        "currency": field.currency or "",
        "page": str(field.page),
        "box": _numbers(field.box or (column.span if column else None)),
    }


def _of_table(table: Table) -> dict[str, str]:
    label, rows = _texts(table.label), str(table.rows or "")
    return {"label": label, "rows": rows, "page": str(table.page), "box": _numbers(table.box)}


def _lists(form: Form) -> dict[str, dict[str, str]]:
    """The lists of known values, told by their number and what their file is."""
    return {
        each.field: {"values": f"{len({value for value, _ in each.values})} ({each.digest[:8]})"}
        for each in form.masters
    }


def _texts(texts: Mapping[str, str]) -> str:
    return " / ".join(texts.values())


def _numbers(numbers: Sequence[int] | None) -> str:
    return ", ".join(map(str, numbers or ()))
