"""Queries of the record database: whole records with their lines and the origin of each value."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconcile.records import schema
from reconcile.records.database import begin_reading, open_for_reading
from reconcile.records.document import lines_of
from reconcile.records.interchange.selection import EVERYTHING, Selection, search_phrase, selected
from reconcile.records.table_library import Database
from transcribe.errors import NotFound, StartOver
from transcribe.model import Value

_NUMBERS_SQL = "select r.id, r.record_version from {source} and r.changed > ? order by r.changed"
"""Which records are asked for: they are found and sorted first, as documents are long."""

_DOCUMENT_SQL = "select json from documents where record = ? and record_version = ?"

_COPIED = (
    *("id", "scan", "form", "form_version", "record_version", "recorded_at", "first_recorded_at", "state"),
    *("same_order_as", "may_be_same_order_as", "currency", "changed"),
)
"""Keys of a document that its record has by the same name."""

_COPIED_OF_FIELDS = (
    *("row", "value", "currency", "text", "probability", "method", "people", "experts", "page"),
    *("known", "known_key", "known_value"),
)
"""The same of each field of a document."""

Line = Mapping[str, Value]
"""One row of a form's table: values by column, and its number under "row"."""


MAX_NUMBER = 2**63 - 1
"""The largest number that SQLite has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueOrigin:
    """Where one value came from.

    `no_value` is the reason why the value is None, `currency` that of an amount. `people` and `experts` are the numbers
    of those who read it. `box` is x0, y0, x1, y1 in pixels from the top left of the straightened page, whose
    `page_size` is width and height.
    `known` is what the field's master data say: "known" with their key and value, "ambiguous", "not in catalogue"; None
    where it has none.
    """

    field: str
    row: int | None
    value: str | None
    no_value: str | None
    currency: str | None
    text: str
    probability: float
    method: str
    machines: tuple[str, ...]
    people: int
    experts: int
    page: int | None
    box: tuple[int, int, int, int] | None
    page_size: tuple[int, int] | None
    known: str | None
    known_key: str | None
    known_value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRule:
    """A rule that the paper breaks, as it was published."""

    rule: str
    fields: tuple[str, ...]
    expected: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRecord:
    """One record as downstream systems see it: values by field, and lines by table, each with its row from 0.

    `state` is "provisional" where some value is not decided, else "final". `same_order_as` is the scan of the order
    that this one is once more, as somebody has settled; `may_be_same_order_as` one that nobody has settled yet.

    `changed` grows with every change of any record. A copy is kept up to date by asking for records whose number is
    above the highest one that it has. `document` is all of it as JSON types.
    """

    id: int
    scan: str
    scan_name: str
    form: str
    form_version: int
    record_version: int
    recorded_at: str
    first_recorded_at: str
    state: str
    same_order_as: str | None
    may_be_same_order_as: str | None
    currency: str
    changed: int
    values: Mapping[str, Value]
    tables: Mapping[str, tuple[Line, ...]]
    origins: tuple[ValueOrigin, ...]
    exceptions: tuple[BrokenRule, ...]
    document: Mapping[str, Any]


def forms(path: Path) -> list[str]:
    """The names of the published forms. NotFound where nothing was published yet."""
    with open_for_reading(path) as database:
        return schema.form_names(database)


def records(
    path: Path,
    form: str,
    *,
    after: int = 0,
    search: str | None = None,
    limit: int | None = None,
    selection: Selection = EVERYTHING,
) -> Iterator[PublishedRecord]:
    """The records of a form that changed after the change number `after`, in the order of their changes.

    With `search` only records with all its words in their plain fields or in one line; accents and case do not count.
    `selection` leaves out what it does not look for. All records are as they stand when the first one is asked for.
    NotFound where nothing was published, or the form is unknown.
    """
    with open_for_reading(path) as database:
        begin_reading(database)
        of_form = schema.parts_of(database, form)
        if not of_form:
            raise schema.no_records(database, form)
        wanted = None if search is None else _record_ids_with_words(database, of_form, search)
        given = 0
        source, values = selected(database, form, selection)
        for number, version in database.execute(_NUMBERS_SQL.format(source=source), [*values, after]):
            if wanted is not None and number not in wanted:
                continue
            if limit is not None and given >= limit:
                return
            given += 1
            (document,) = next(database.execute(_DOCUMENT_SQL, [number, version]))
            yield record_of(json.loads(document))


def scans_with_words(path: Path, form: str, words: str, limit: int) -> list[str]:
    """The scans of a form whose record has all these words, the latest first.

    They stand in its plain fields or in one line. Accents and case do not count. NotFound where nothing was published;
    none where the form is unknown.
    """
    with open_for_reading(path) as database:
        ids = sorted(_record_ids_with_words(database, schema.parts_of(database, form), words), reverse=True)[:limit]
        marks = ", ".join("?" * len(ids))
        return [str(scan) for (scan,) in database.execute(f"select scan from records where id in ({marks})", ids)]  # noqa: S608 only marks


def scans_with_exceptions(path: Path, form: str, limit: int) -> list[str]:
    """The scans of a form on whose record something does not hold, those that changed last first.

    NotFound where nothing was published; none where the form is unknown.
    """
    asked = "select scan from records where form = ? and exceptions > 0 order by changed desc limit ?"
    with open_for_reading(path) as database:
        return [str(scan) for (scan,) in database.execute(asked, [form, limit])]


def written_values(path: Path, since: str) -> dict[str, tuple[int, int]]:
    """By form how many final records were first recorded since a time, and how many values are written on them.

    What is blank or an empty box is not written. NotFound where nothing was published.
    """
    asked = """select r.form, count(distinct r.id), count(p.key) from records r
        left join provenance p on p.record = r.id and p.no_value is null and p.value <> 'false'
        where r.recorded_at >= :since and r.first_recorded_at >= :since and r.state = 'final' group by r.form"""
    with open_for_reading(path) as database:
        return {form: (records, values) for form, records, values in database.execute(asked, {"since": since})}


def erased(path: Path, *, after: int = 0, until: int = 2**63 - 1) -> list[tuple[str, int]]:
    """(scan, change number) of scans erased after one change number, until another: a copy drops them."""
    asked = "select scan, changed from erased where changed > ? and changed <= ? order by changed"
    with open_for_reading(path) as database:
        return list(database.execute(asked, [after, until]))


def left(path: Path, form: str, *, after: int, until: int) -> list[tuple[str, int, str]]:
    """(scan, change number, form now) of the scans that turned out to be of another form: a copy drops them.

    Those that turned out so after a number, and until another one.
    """
    with open_for_reading(path) as database:
        asked = """select m.scan, m.changed, r.form from moved m join records r on r.scan = m.scan
            where m.form = ? and m.changed > ? and m.changed <= ? and r.form <> m.form order by m.changed"""
        return list(database.execute(asked, [form, after, until]))


def gone(path: Path, form: str, after: int, *, moves: bool) -> list[tuple[str, str, int, str]]:
    """(scan, "erased" or "left", change number, form now) of what a copy drops, in the order of the changes.

    `moves` tells those that turned out to be of another form than this one, too.
    """
    found = [(scan, "erased", changed, "") for scan, changed in erased(path, after=after)]
    if moves:
        found += [(scan, "left", at, now) for scan, at, now in left(path, form, after=after, until=MAX_NUMBER)]
    return sorted(found, key=lambda each: each[2])


def position(path: Path) -> int:
    """The outbox position of the file: every change up to this number stands in it."""
    return numbers(path)[1]


def epoch(path: Path) -> int:
    """The position that the home was restored from a backup at; 0 where it never was."""
    return numbers(path)[0]


def numbers(path: Path) -> tuple[int, int]:
    """The epoch and the outbox position of the file."""
    with open_for_reading(path) as database:
        found: tuple[int, int] = next(database.execute(_NUMBERS))
        return found


_NUMBERS = "select coalesce((select epoch from outbox_epoch), 0), coalesce((select position from outbox_position), 0)"


def require_position(path: Path, after: int) -> None:
    """StartOver where a program's position was given by another state than this one, so that it would miss changes."""
    begun, reached = numbers(path)
    if 0 < after < begun or after > max(reached, begun):
        raise StartOver(
            f"The number {after} was never given by the records as they are now: they were restored from a backup, or "
            "made from an older state. Start over: drop your copy, and ask after 0."
        )


def parts(path: Path, form: str) -> list[str]:
    """The tables of a form: "" for its plain fields, then those of lines. NotFound where nothing of it is there."""
    with open_for_reading(path) as database:
        found = sorted(schema.parts_of(database, form))
        if not found:
            raise schema.no_records(database, form)
        return found


def columns(path: Path, form: str, part: str = "") -> list[schema.FieldColumn]:
    """The columns of a form's plain fields, or of one of its tables. NotFound names the tables that there are."""
    with open_for_reading(path) as database:
        columns_of_part = schema.columns_of(database, form, part)
        if not columns_of_part:
            parts_of_form = schema.parts_of(database, form)
            if not parts_of_form:
                raise schema.no_records(database, form)
            known = ", ".join(sorted(filter(None, parts_of_form))) or "none"
            raise NotFound(f"The form {form} has no table {part!r} in the records. Its tables: {known}.")
        return columns_of_part


def record_of(document: Mapping[str, Any]) -> PublishedRecord:
    """The record of a document."""
    named = {name: document[name] for name in _COPIED}
    values = document["values"]
    return PublishedRecord(
        **named,
        scan_name=document["name"],
        values={name: value for name, value in values.items() if not isinstance(value, list)},
        tables={name: lines_of(document, name) for name, value in values.items() if isinstance(value, list)},
        origins=tuple(map(_origin, document["fields"])),
        exceptions=tuple(BrokenRule(**{**each, "fields": tuple(each["fields"])}) for each in document["exceptions"]),
        document=document,
    )


def _origin(field: Mapping[str, Any]) -> ValueOrigin:
    box, size = field["box"], field["page_size"]
    return ValueOrigin(
        **{name: field[name] for name in _COPIED_OF_FIELDS},
        field=field["name"],
        no_value=field["null"],
        machines=tuple(field["machines"]),
        box=None if box is None else tuple(box),
        page_size=None if size is None else tuple(size),
    )


def _record_ids_with_words(database: Database, parts: Mapping[str, str], words: str) -> set[int]:
    """The ids of records with all words in their plain fields, or all of them in one line."""
    ids, phrase = set[int](), search_phrase(words)
    for part, table in parts.items():
        index = schema.index_of(database, table)
        if index is not None and phrase:
            found = f'select rowid from "{index}" where "{index}" match ?'  # noqa: S608 our own name
            of_lines = f'select record from "{table}" where id in ({found})'  # noqa: S608 our own name
            rows = database.execute(of_lines if part else found, [phrase])
            ids.update(_integer(number) for (number,) in rows)
    return ids


def _integer(cell: object) -> int:
    assert isinstance(cell, int), "an INTEGER column of a STRICT table"
    return cell
