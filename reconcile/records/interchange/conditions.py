"""Conditions on records as SQL: filters on typed fields, and where an index knows the few records that meet one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import product
from math import isfinite, prod

from reconcile.records import schema
from reconcile.records.sql_names import INDEX_SUFFIX
from reconcile.records.table_library import Database
from transcribe.errors import SettingsError

COMPARISONS = {"eq": "is", "ne": "is not", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
"""The comparisons of a filter, as SQL has them. An empty value is that of a field without one."""

FEW_COUNT = 3_000
"""So few records that meet a condition are looked up and sorted; else records are walked through in their order.

Of a million records a page of 100 takes some 8 ms by either way where 3,000 meet the condition, and less elsewhere.
"""

_DAY = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
"""A day as records have it, or the beginning of one: text is compared."""

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
    """Whether a text is a day that there is, or a month or a year."""
    if not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value + "2000-01-01"[len(value) :])
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
        raise SettingsError(f"filter {told!r}: {value!r} is no day, such as 2026-01-31 or 2026-01.")
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
