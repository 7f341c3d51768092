"""The input of a draft's page as edits of its definition: each field by its number, nothing that was not asked."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flows.parts.drafting.definition_edits import Entry, SentDefinition
from flows.parts.drafting.desk.draft_names import slug
from flows.parts.drafting.desk.draft_view import COORDINATES, DraftView, EntryView, Written
from transcribe.errors import SettingsError
from transcribe.forms import MAX_FIELDS_COUNT
from transcribe.i18n import SOURCE_LANGUAGE

Sent = Mapping[str, str]
"""The values that were filled in for one entry, by key."""

NAME = re.compile(r"(field|table|rule|master|column)-(\d{1,4})(?:-(\d{1,4}))?-([a-z0-9_]+)(?:-([a-z]{2,3}))?")
"""The names of inputs: the kind of entry, its number, of a column its own, the key, and of a label its language."""

FIELD_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?")
"""A field or column in a rule."""

CHOSEN_KEYS = frozenset({"page", "type", "personal", "was", "gone"})
"""The values that a new entry sends though nobody filled it in."""


def sent_definition(view: DraftView, sent: Mapping[str, str]) -> SentDefinition:
    """The edits that a page sent. SettingsError where a number of a place is none."""
    entries: dict[str, dict[int, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    columns: dict[int, dict[int, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for name, value in sent.items():
        if found := NAME.fullmatch(name):
            what, number, column, key, language = found.groups()
            place = columns[int(number)][int(column)] if what == "column" and column else entries[what][int(number)]
            place[f"{key}-{language}" if language else key] = value.strip()
    if sum(map(len, entries.values())) + sum(map(len, columns.values())) > MAX_FIELDS_COUNT:
        raise SettingsError(f"A form has at most {MAX_FIELDS_COUNT} fields.")
    fields = [_field(each, view) for each in _kept(entries["field"])]
    tables = [_table(each, view, columns[number]) for number, each in _numbered(entries["table"])]
    names = _renamed(view, fields, tables)
    return SentDefinition(
        values=_head(sent, view),
        fields=_by_place(fields),
        tables=tables,
        rules=[_rule(each, names) for each in _kept(entries["rule"]) if each.get("check")],
        masters=list(_lists(_kept(entries["master"]), view, names)),
    )


def _renamed(view: DraftView, fields: Sequence[Entry], tables: Sequence[Entry]) -> Mapping[str, str]:
    """The names of fields and columns that are called otherwise now, with their new ones."""
    names = {view.fields[each.was].name: each.values["name"] for each in fields if each.was is not None}
    for table in (each for each in tables if each.was is not None):
        before = view.tables[table.was or 0]
        for column in (each for each in table.columns if each.was is not None):
            old = f"{before.name}.{before.columns[column.was or 0].name}"
            names[old] = f"{table.values['name']}.{column.values['name']}"
    return names


def _lists(sent: Sequence[Sent], view: DraftView, names: Mapping[str, str]) -> Iterator[Entry]:
    for each in sent:
        number = _was(each, len(view.masters))
        if number is not None:
            field = view.masters[number].said("field")
            yield Entry(was=number, values={"field": names.get(field, field)})


def _kept(entries: Mapping[int, Sent]) -> list[Sent]:
    """The entries that are to be there, in their order."""
    return [each for _, each in _numbered(entries)]


def _numbered(entries: Mapping[int, Sent]) -> list[tuple[int, Sent]]:
    """The same with their numbers: none that is marked as gone, and no new one in which nobody filled in anything."""
    return [
        (number, each)
        for number, each in sorted(entries.items())
        if not each.get("gone") and (each.get("was") or any(each[key] for key in each if key not in CHOSEN_KEYS))
    ]


def _was(sent: Sent, count: int) -> int | None:
    """The number that an entry had among so many; None where it is new."""
    number = _whole(sent.get("was", ""))
    return number if number is not None and number < count else None


def _whole(text: str) -> int | None:
    """A whole number of at most six digits; None for another text."""
    return int(text) if re.fullmatch("[0-9]{1,6}", text) else None


def _field(sent: Sent, view: DraftView) -> Entry:
    number = _was(sent, len(view.fields))
    values = _described(sent, None if number is None else view.fields[number])
    if view.pages:
        values["box"] = _place(sent, COORDINATES)
        values["page"] = None if sent.get("page", "1") in ("", "1") else _number(sent, "page")
    return Entry(was=number, values=values)


def _table(sent: Sent, view: DraftView, columns: Mapping[int, Sent]) -> Entry:
    number = _was(sent, len(view.tables))
    before = () if number is None else view.tables[number].columns
    values: dict[str, Any] = {"name": _name(sent, "lines")}
    if view.pages:
        values["box"] = _place(sent, COORDINATES)
        values["rows"] = _number(sent, "rows")
        values["page"] = None if sent.get("page", "1") in ("", "1") else _number(sent, "page")
    kept = _kept(columns)
    if view.pages:
        kept.sort(key=lambda each: MAX_FIELDS_COUNT**2 if (x0 := _whole(each.get("x0", ""))) is None else x0)
    columns_of = [_column(each, before, is_drawn=bool(view.pages)) for each in kept]
    return Entry(was=number, values=values, columns=columns_of)


def _column(sent: Sent, before: Sequence[EntryView], *, is_drawn: bool) -> Entry:
    number = _was(sent, len(before))
    values = _described(sent, None if number is None else before[number])
    if is_drawn:
        values["span"] = _place(sent, ("x0", "x1"))
    return Entry(was=number, values=values)


def _rule(sent: Sent, names: Mapping[str, str]) -> Entry:
    """A rule; fields that are called otherwise now are so in it."""
    check = FIELD_NAME.sub(lambda found: names.get(found[0], found[0]), sent.get("check", ""))
    return Entry(was=_was(sent, MAX_FIELDS_COUNT), values={"name": sent.get("name", ""), "check": check})


def _described(sent: Sent, before: EntryView | None) -> dict[str, Any]:
    """The keys that a field and a column share."""
    return {
        "name": _name(sent, "field"),
        "label": _texts(sent, "label", before.written if before else {}),
        "type": sent.get("type", ""),
        "required": bool(sent.get("required")),
        "pattern": sent.get("pattern", ""),
        "personal": sent.get("personal", ""),
    }


def _name(sent: Sent, otherwise: str) -> str:
    """The name; one is made of the label where nobody gave any."""
    label = next((text for key, text in sent.items() if key.startswith("label-") and text), "")
    return sent.get("name", "") or slug(label or otherwise, "_")


def _texts(sent: Sent, key: str, before: Written) -> str | dict[str, str]:
    """A text by language; it stays a plain one where it was, or is new, and there is one language only."""
    said = {name.partition("-")[2]: text for name, text in sent.items() if name.startswith(f"{key}-") and text}
    is_plain = isinstance(before.get(key, ""), str) and set(said) <= {SOURCE_LANGUAGE}
    return said.get(SOURCE_LANGUAGE, "") if is_plain else said


def _head(sent: Mapping[str, str], view: DraftView) -> dict[str, Any]:
    """The values of the form itself."""
    titles = {name.removeprefix("title-"): text.strip() for name, text in sent.items() if name.startswith("title-")}
    if (added := sent.get("add-language", "")) and titles:
        titles.setdefault(added, next(iter(titles.values())))  # it shows in which languages labels are asked for
    values: dict[str, Any] = {
        "title": _texts({f"title-{language}": text for language, text in titles.items()}, "title", view.written),
        "locale": sent.get("locale", "").strip(),
        "currency": sent.get("currency", "").strip().upper(),
        "languages": sent.get("languages", "").replace(",", " ").split(),
    }
    helps = {name: text.replace("\r\n", "\n").strip() for name, text in sent.items() if name.startswith("help-")}
    values["help"] = _texts(helps, "help", view.written)
    values["retention_days"] = _whole(sent.get("retention_days", "").strip()) or None
    return values


def _place(sent: Sent, keys: Sequence[str]) -> list[int] | None:
    """The numbers of a place; None where nobody gave any."""
    return [_number(sent, key) for key in keys] if any(sent.get(key) for key in keys) else None


def _number(sent: Sent, key: str) -> int:
    text = sent.get(key, "")
    if (number := _whole(text)) is None:
        raise SettingsError(f'{sent.get("name", "")}: {key} is a whole number of pixels, 0 or more, not "{text}".')
    return number


def _by_place(fields: Sequence[Entry]) -> list[Entry]:
    """Fields in their order, each new one before the first that stands lower on its page or on a later one."""
    ordered = [each for each in fields if each.was is not None]
    for new in (each for each in fields if each.was is None):
        lower = (at for at, each in enumerate(ordered) if _reading_order(each) > _reading_order(new))
        ordered.insert(next(lower, len(ordered)), new)
    return ordered


def _reading_order(entry: Entry) -> tuple[int, int]:
    box = entry.values.get("box")
    return int(entry.values.get("page") or 1), box[1] if box else 1_000_000
