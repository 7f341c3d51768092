"""What somebody looks for among the records of a form: a batch, how records stand, words, and since when."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import product
from math import isfinite, prod
from pathlib import Path
from typing import Literal, get_args

from reconcile.records import schema
from reconcile.records.database import begin_reading, open_for_reading
from reconcile.records.sql_names import INDEX_SUFFIX
from reconcile.records.table_library import Database
from transcribe.errors import NotFound, SettingsError

Status = Literal["complete", "provisional", "corrected", "exceptions"]
"""How a record stands: every value decided, or not; a published value was changed; something does not hold."""


STATUSES: tuple[Status, ...] = get_args(Status)
"""All of these."""


_CORRECTED = "exists (select 1 from history h where h.record = r.id)"
"""Whether a later version of a record changed a value."""


_OF_STATUS: dict[Status, tuple[str, str]] = {
    "complete": ("r.state = 'final'", "idx_records_form_state_changed"),
    "provisional": ("r.state = 'provisional'", "idx_records_form_state_changed"),
    "corrected": (f"r.record_version > 1 and {_CORRECTED}", schema.OF_SEVERAL_VERSIONS),
    "exceptions": ("r.exceptions > 0", schema.WITH_EXCEPTIONS),
}
"""The condition of each, and the index that has such records in the order of their changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What records are looked for. None and "" ask for nothing; `since` is ISO 8601 in UTC.

    `words` all stand in the plain fields or in one line; accents and case do not count. `exception` is a rule that does
    not hold.
    """

    batch: str | None = None
    status: Status | None = None
    words: str = ""
    since: str | None = None
    exception: str | None = None


EVERYTHING = Selection()
"""All records of a form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedValue:
    """A value in a list of records: of an amount with its currency."""

    value: str | int | float | None
    type: str
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRecord:
    """A record in a list. `changed` is the number of its last change; `values` are those of the fields asked for."""

    scan: str
    scan_name: str
    batch: str
    state: str
    exceptions: int
    is_corrected: bool
    recorded_at: str
    changed: int
    values: Sequence[ListedValue]


def selected(database: Database, form: str, selection: Selection) -> tuple[str, list[object]]:
    """SQL behind "from": the records `r` of a form that are looked for, and its values. The order is by `changed`.

    Where few meet a condition they are looked up; else records are walked through in the order of their changes.
    """
    found = list(_conditions(database, form, selection))
    few = few_of(database, found)
    if few is None:
        source, values = f"records r indexed by {_index(selection)} where r.form = ?", [form]
    else:
        source, values = f"records r not indexed where r.id in {AMONG} and r.form = ?", [few.ids, form]
    told = "".join(f" and ({each.sql})" for each in found)
    return f"{source}{told}", [*values, *(value for each in found for value in each.values)]


def listed_records(
    path: Path, form: str, selection: Selection, fields: Sequence[str], before: int | None, limit: int
) -> list[ListedRecord]:
    """The records of a form that are looked for, those that changed last first, below the change number `before`.

    NotFound where nothing was published, or the form is unknown. A field that the records do not have has no value.
    """
    with open_for_reading(path) as database:
        begin_reading(database)
        table = schema.table_of(database, form)
        if table is None:
            raise schema.no_records(database, form)
        columns = {each.field: each for each in schema.columns_of(database, form, "")}
        shown = [columns.get(name) for name in fields]
        source, values = selected(database, form, selection)
        asked = f"select r.id from {source} and r.changed < ? order by r.changed desc limit ?"  # noqa: S608 ours
        numbers = list(database.execute(asked, [*values, 2**63 - 1 if before is None else before, limit]))
        own = f"select r.*, {_CORRECTED} as is_corrected from records r where r.id = ?"  # noqa: S608 ours
        found = []
        for (number,) in numbers:
            (record,) = database.query(own, [number])
            (of_form,) = database.table(table).rows_where("id = ?", [number])
            found.append(_listed(record, [_value(each, of_form) if each else None for each in shown]))
        return found


def forms_of_batch(path: Path, batch: str) -> list[str]:
    """The forms of which there are records of a batch. NotFound where nothing was published yet."""
    asked = "select 1 from records where batch = ? and form = ? limit 1"
    with open_for_reading(path) as database:
        return [
            form
            for form in schema.form_names(database)
            if next(database.execute(asked, [batch, form]), None) is not None
        ]


def last_change(path: Path, form: str) -> str | None:
    """When a record of a form changed last, ISO 8601. None where it has none."""
    asked = "select recorded_at from records where form = ? order by changed desc limit 1"
    with open_for_reading(path) as database:
        found = next(database.execute(asked, [form]), None)
        return None if found is None else str(found[0])


def form_of_record(path: Path, scan: str) -> str:
    """The form of the record of a scan, by its id or the beginning of it. NotFound where there is none."""
    with open_for_reading(path) as database:
        asked = "select form from records where scan >= ? and scan < ? limit 1"
        found = next(database.execute(asked, [scan, f"{scan}~"]), None)
    if found is None:
        raise NotFound("There is no record of this scan.")
    return str(found[0])


def _index(selection: Selection) -> str:
    """The index by which records are walked through where no condition is met by few."""
    if selection.status in ("provisional", "corrected", "exceptions"):
        return _OF_STATUS[selection.status][1]
    if selection.batch is not None:
        return "idx_records_batch_form_changed"
    return _OF_STATUS[selection.status][1] if selection.status else "idx_records_form_changed"


def _conditions(database: Database, form: str, selection: Selection) -> Iterator[Condition]:
    if selection.batch is not None:
        few = "select id from records where batch = ? and form = ?"
        yield Condition(sql="r.batch = ?", values=[selection.batch], few=few, few_values=[selection.batch, form])
    if selection.status is not None:
        meets, index = _OF_STATUS[selection.status]
        few = f"select r.id from records r indexed by {index} where r.form = ? and {meets}"  # noqa: S608 our own names
        yield Condition(sql=meets, values=[], few=few, few_values=[form])
    if selection.since is not None:
        few = "select id from records where recorded_at >= ?"
        yield Condition(sql="r.recorded_at >= ?", values=[selection.since], few=few, few_values=[selection.since])
    if selection.exception is not None:
        yield with_exception(form, selection.exception)
    if selection.words.strip():
        yield _with_words(database, schema.parts_of(database, form), search_phrase(selection.words))


def _with_words(database: Database, parts: dict[str, str], phrase: str) -> Condition:
    """Records with all words of a phrase in their plain fields, or all of them in one line."""
    meets, few = [], []
    for part, table in parts.items():
        index = schema.index_of(database, table)
        if index is None or not phrase:
            continue
        if part:
            lines = f'"{index}" f cross join "{table}" l on l.id = f.rowid where f."{index}" match ?'
            few.append(f"select l.record as id from {lines}")  # noqa: S608 our own names
            of_record = f'"{table}" l cross join "{index}" f on f.rowid = l.id where l.record = r.id'
            meets.append(f'exists (select 1 from {of_record} and f."{index}" match ?)')  # noqa: S608 our own names
        else:
            few.append(f'select rowid as id from "{index}" where "{index}" match ?')  # noqa: S608 our own names
            meets.append(f'exists (select 1 from "{index}" where rowid = r.id and "{index}" match ?)')  # noqa: S608 ours
    values = [phrase] * len(meets)
    if not meets:
        return Condition(sql="false", values=[])
    return Condition(sql=" or ".join(meets), values=values, few=" union all ".join(few), few_values=values)


def _value(column: schema.FieldColumn, row: dict[str, object]) -> ListedValue:
    value, currency = row[column.column], row.get(f"{column.column}_currency") if column.facts.is_money else None
    assert value is None or isinstance(value, str | int | float), "a column of a STRICT table"
    return ListedValue(value=value, type=column.type, currency=None if currency is None else str(currency))


def _listed(record: dict[str, object], values: Iterable[ListedValue | None]) -> ListedRecord:
    copied = {name: record[name] for name in ("scan", "scan_name", "batch", "state", "exceptions", "recorded_at")}
    return ListedRecord(
        **copied,  # type: ignore[arg-type]  # columns of a STRICT table
        changed=int(str(record["changed"])),
        is_corrected=bool(record["is_corrected"]),
        values=[each or ListedValue(value=None, type="text") for each in values],
    )


# Conditions on records as SQL: filters on typed fields, and where an index knows the few records that meet one.

COMPARISONS = {"eq": "is", "ne": "is not", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
"""The comparisons of a filter, as SQL has them. An empty value is that of a field without one."""


FEW_COUNT = 3_000
"""So few records that meet a condition are looked up and sorted; else records are walked through in their order.

Of a million records a page of 100 takes some 8 ms by either way where 3,000 meet the condition, and less elsewhere.
"""


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""A day as records have it. Texts are compared: a month would be before all of its days."""


_WORD = re.compile(r"[0-9A-Za-z]")
"""What makes a word to every version of a search index."""


ANY_RULE = "any"
"""What asks for records on which any rule does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition on `r`, a row of `records`, or `b`, the one of its form's table, with its values.

    `few` selects the ids of all records that may meet it, by an index. Empty where no index knows them. `is_exact`: all
    of those do.
    """

    sql: str
    values: Sequence[object]
    few: str = ""
    few_values: Sequence[object] = ()
    is_exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Few:
    """The ids of the few records that may meet a condition, as the text of a JSON list.

    `exactly` is that condition, where all of them meet it.
    """

    ids: str
    exactly: Condition | None


SAME_LETTERS = (("æ", "ae"), ("œ", "oe"), ("ß", "ss"), ("ø", "o"), ("ł", "l"), ("đ", "d"))
"""Letters that a search index takes for ones of their own, and how they are written without them."""


MOST_SPELLINGS_COUNT = 64
"""The spellings of one word that are looked for, six such letters in it. Chosen by hand."""


def search_phrase(words: str) -> str:
    """What a search index is asked for all words of a text. "" where it has none, as a quotation mark has."""
    found = (each.replace('"', '""') for each in words.replace("\0", " ").split() if any(map(str.isalnum, each)))
    return " AND ".join(f"({' OR '.join(_quoted(spellings(each)))})" for each in found)


def spellings(word: str) -> list[str]:
    """A word with each ø as o and each o as ø, and so on.

    The index folds accents, and not these. Of a word with many such letters they are those in which one of them is
    otherwise, or all of one kind.
    """
    pairs = [pair for with_it, without in SAME_LETTERS for pair in ((with_it, without), (without, with_it))]
    rest, parts = "".join(map(_without_accent, word.lower())), list[tuple[str, ...]]()
    while rest:
        pair = next((each for each in pairs if rest.startswith(each[0])), None)
        parts.append(pair or (rest[0],))
        rest = rest[len(parts[-1][0]) :]
    if prod(map(len, parts)) <= MOST_SPELLINGS_COUNT:
        return ["".join(each) for each in product(*parts)]
    first = [part[0] for part in parts]
    ones = [[*first[:at], part[-1], *first[at + 1 :]] for at, part in enumerate(parts) if len(part) > 1]
    alike = [[part[-1] if part == pair else part[0] for part in parts] for pair in pairs]
    return list(dict.fromkeys("".join(each) for each in (first, *alike, *ones)))[:MOST_SPELLINGS_COUNT]


def _quoted(words: Iterable[str]) -> list[str]:
    return [f'"{word}"' for word in words]


def _without_accent(letter: str) -> str:
    """A letter of the Latin alphabet without its accent, as the index has it; any other as it is."""
    parts = unicodedata.normalize("NFD", letter)
    return parts[0] if parts[0].isascii() and all(map(unicodedata.combining, parts[1:])) else letter


AMONG = "(select value from json_each(?))"
"""The ids of a JSON list."""


def few_of(database: Database, conditions: Iterable[Condition]) -> Few | None:
    """The records of the condition that the fewest meet; None where all are met by many, or no index knows.

    They are counted first: to list too many takes three times as long.
    """
    fewest, least = None, FEW_COUNT + 1
    for each in conditions:
        if each.few:
            asked = f"select count(*) from ({each.few} limit ?)"  # noqa: S608 our own words
            ((count,),) = database.execute(asked, [*each.few_values, least])
            fewest, least = (each, count) if count < least else (fewest, least)
    if fewest is None:
        return None
    ((ids,),) = database.execute(f"select json_group_array(id) from ({fewest.few})", list(fewest.few_values))  # noqa: S608 ours
    return Few(ids=ids, exactly=fewest if fewest.is_exact else None)


def with_exception(form: str, rule: str) -> Condition:
    """Records `r` of a form on which a rule does not hold; `ANY_RULE` is any of them."""
    if rule == ANY_RULE:
        few = "select id from records where form = ? and exceptions > 0"
        return Condition(sql="r.exceptions > 0", values=[], few=few, few_values=[form])
    meets = "exists (select 1 from exceptions e where e.record = r.id and e.rule = ?)"
    few = "select distinct record as id from exceptions where rule = ?"
    return Condition(sql=meets, values=[rule], few=few, few_values=[rule])


def field_conditions(database: Database, form: str, filters: Iterable[str]) -> Iterator[Condition]:
    """The conditions that filters say, such as "total:gt:500". SettingsError says what is wrong with one.

    A field that another version of the form gave another kind of value has several columns: each is asked.
    """
    filters, columns = tuple(filters), dict[str, list[schema.FieldColumn]]()
    for column in schema.columns_of(database, form, "") if filters else ():
        columns.setdefault(column.field, []).append(column)
    for told in filters:
        field, _, rest = told.partition(":")
        comparison, _, text = rest.partition(":")
        value = unicodedata.normalize("NFC", text)
        if comparison not in COMPARISONS:
            known = ", ".join(COMPARISONS)
            raise SettingsError(f"filter {told!r}: write field:comparison:value, with one of {known}.")
        if field not in columns:
            known = ", ".join(columns)
            raise SettingsError(f"filter {told!r}: {form} has no plain field {field!r}. Use one of {known}.")
        yield _condition(database, told, columns[field], comparison, value)


def _condition(
    database: Database, told: str, columns: Sequence[schema.FieldColumn], comparison: str, value: str
) -> Condition:
    typed: list[tuple[schema.FieldColumn, str | int | float | None]] = []
    for column in columns:
        try:
            typed.append((column, _typed(told, column, value)))
        except SettingsError:
            if column is columns[-1] and not typed:
                raise
    if not value and comparison not in ("eq", "ne"):
        raise SettingsError(f"filter {told!r}: there is nothing to compare with. No value goes with eq and ne alone.")
    compared = COMPARISONS[comparison]
    together = " and " if (comparison == "ne") != (not value) else " or "
    sql = together.join(f'b."{column.column}" {compared} ?' for column, _ in typed)
    few, few_values = _few(database, *typed[0], comparison) if len(typed) == 1 else ("", ())
    return Condition(
        sql=f"({sql})",
        values=[each for _, each in typed],
        few=few,
        few_values=few_values,
        is_exact=typed[0][0].facts.is_indexed,
    )


def _few(
    database: Database, column: schema.FieldColumn, value: str | int | float | None, comparison: str
) -> tuple[str, Sequence[object]]:
    """The records that may meet a condition: by the column's index, or by the words of the value."""
    if comparison == "ne":
        return "", ()
    if column.facts.is_indexed:
        asked = f'"{column.column}" {COMPARISONS[comparison]} ?'
        return f'select id from "{column.table}" where {asked}', [value]  # noqa: S608 our own names
    index = f"{column.table}{INDEX_SUFFIX}"
    has_words = isinstance(value, str) and _WORD.search(value) and "\0" not in value
    if comparison != "eq" or not has_words:
        return "", ()
    if next(database.execute(_HAS_COLUMN, [index, column.column]), None) is None:
        return "", ()
    words = str(value).replace('"', '""')
    return f'select rowid as id from "{index}" where "{index}" match ?', [f'"{column.column}" : "{words}"']  # noqa: S608 ours


_HAS_COLUMN = "select 1 from pragma_table_info(?) where name = ?"
"""Whether a table is there and has a column."""


def _is_day(value: str) -> bool:
    """Whether a text is a day that there is."""
    if not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def require_value(told: str, columns: Sequence[schema.FieldColumn], value: str) -> None:
    """SettingsError where a field can have no such value; `columns` are those of all versions of its form."""
    for column in columns:
        try:
            _typed(told, column, value)
        except SettingsError:
            if column is columns[-1]:
                raise
        else:
            return


def _typed(told: str, column: schema.FieldColumn, value: str) -> str | int | float | None:
    """The value of a filter as the column holds it; None where it is empty: a field without a value."""
    if not value:
        return None
    if column.facts.is_day and not _is_day(value):
        raise SettingsError(f"filter {told!r}: {value!r} is no day, such as 2026-01-31.")
    if column.facts.is_mark:
        if value not in ("true", "false"):
            raise SettingsError(f"filter {told!r}: {column.field} is true or false.")
        return int(value == "true")
    if not column.facts.is_number:
        return value
    try:
        number = Decimal(value)
        if not isfinite(number):
            raise ValueError
        return int(number) if not column.facts.has_decimals and number == int(number) else float(number)
    except (InvalidOperation, OverflowError, ValueError) as error:
        raise SettingsError(f"filter {told!r}: {value!r} is no number, such as 1234.50.") from error
