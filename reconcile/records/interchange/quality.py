"""How often decided values are wrong, and what the work came to: tables of records.db that are counted now and then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from reconcile.records import schema
from reconcile.records.database import is_of_this_layout, open_for_publishing, open_for_reading, write_transaction
from reconcile.records.table_library import Database

WHOLE_FORM = ""
"""The field of the row that counts all fields of a form."""

Rows = Mapping[str, Sequence[dict[str, object]]]
"""Rows by table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldQuality:
    """What audits found of a field, or of all fields of a form (`field` is "").

    Of `audited` decided values, drawn by lot and read again blind, `wrong` were wrong. The true share lies between
    `interval_low` and `interval_high` 19 times in 20. `since` and `until` are the first and last audit. Times are
    ISO 8601.
    """

    form: str
    field: str
    type: str
    audited: int
    wrong: int
    share: float
    interval_low: float
    interval_high: float
    since: str | None
    until: str | None
    measured_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthOfWork:
    """What all people together worked and earned in a month that is over, in one currency.

    Hours and pay are None where they would tell of single people.
    """

    month: str
    currency: str
    people: int
    hours: float | None
    pay: float | None
    pay_per_hour: float | None


def keep(path: Path, fields: Iterable[FieldQuality], months: Iterable[MonthOfWork]) -> None:
    """Write what was counted. A month that stands there stays: a later count could tell what one person was granted."""
    with open_for_publishing(path) as database, write_transaction(database):
        schema.prepare(database)
        if not is_of_this_layout(database):
            return  # the next publishing makes the file anew
        database.table("quality").delete_where()
        for each in fields:
            database.table("quality").insert(asdict(each))
        for month in months:
            database.table("labour").insert(asdict(month), ignore=True)


def months_kept(path: Path) -> frozenset[tuple[str, str]]:
    """The months and currencies that stand there; none where nothing was published yet."""
    return frozenset((each.month, each.currency) for each in labour(path)) if path.exists() else frozenset()


def quality(path: Path, form: str) -> list[FieldQuality]:
    """What audits found of a form's fields, by name, the whole form first. NotFound: nothing was published yet."""
    with open_for_reading(path) as database:
        found = database.table("quality").rows_where("form = ?", [form], order_by="field")
        return [FieldQuality(**row) for row in found]


def labour(path: Path) -> list[MonthOfWork]:
    """The months of work, the latest first. NotFound where nothing was published yet."""
    with open_for_reading(path) as database:
        return [MonthOfWork(**row) for row in database.table("labour").rows_where(order_by="month desc, currency")]


def is_counted(path: Path) -> bool:
    """Whether something stands there of any form. NotFound where nothing was published yet."""
    with open_for_reading(path) as database:
        return database.table("quality").count > 0


def rows_of(database: Database) -> Rows:
    """What stands in these tables of a file that is to be made anew."""
    present = set(database.table_names())
    return {name: list(database.table(name).rows) for name in schema.MEASURED if _is_ours(database, present, name)}


def put_back(database: Database, rows: Rows) -> None:
    """Write those rows into the file that was made anew."""
    for name, kept in rows.items():
        database.table(name).insert_all(kept)


def _is_ours(database: Database, present: set[str], name: str) -> bool:
    """Whether the table is ours: a form may have had that name before there was one."""
    return name in present and set(database.table(name).columns_dict) == set(schema.TABLES[name])
