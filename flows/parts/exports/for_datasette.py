"""Writes titles, facets, queries and a plugin for pictures, with which Datasette shows the records."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from flows.exporting import require_folder
from flows.home import Home
from reconcile.records import Database, database, query, schema, sql_names
from transcribe.model import Form
from transcribe.whole_files import write_whole

SHOWN: Mapping[str, str] = {
    "records": "Every record of any form: how sure it is, and whether it is an order that came before.",
    "provenance": "Where each value came from: who read it, how probable it is, its box on the page.",
    "history": "Values that were changed after they were published: before, after, by whom and why.",
    "exceptions": "Rules that the paper breaks, and what is not sure yet.",
    "quality": "How often decided values are wrong, as audits found; the field is empty for a whole form.",
    "labour": "What the people who are paid worked and earned, by month; empty where it would tell of one.",
    "erased": "Scans that were forgotten.",
    "columns": "What each column is.",
    "documents": "Every version of a record as JSON.",
}
"""The tables of each file that people look at."""

_FACETS: Mapping[str, tuple[str, ...]] = {
    "records": ("form", "state"),
    "provenance": ("field", "method", "no_value"),
    "history": ("field", "method"),
    "exceptions": ("rule",),
}

_QUERIES: Mapping[str, tuple[str, str]] = {
    "corrected": (
        "What was corrected after it was published, and why",
        "select scan, key, value_before, value_after, method, why, changed_at from history order by changed_at desc",
    ),
    "look_at_first": (
        "The values to look at first: the least probable ones",
        "select form, scan_name, scan, key, value, probability from least_sure limit 100",
    ),
    "error_rates": (
        "How often decided values of each form are wrong, as audits found",
        "select form, audited, wrong, share, interval_low, interval_high, since from quality where field = '' "
        "order by form",
    ),
    "came_before": (
        "Orders that are, or may be, ones that came before",
        "select form, scan_name, scan, same_order_as, may_be_same_order_as, recorded_at from records "
        "where same_order_as is not null or may_be_same_order_as is not null order by recorded_at desc",
    ),
}
"""Queries of any records.db: title and SQL."""


def metadata(records: Path, forms: Mapping[str, Form]) -> dict[str, Any]:
    """The metadata of Datasette (0.65); `forms` are the newest versions by name. NotFound: nothing was published."""
    with database.open_for_reading(records) as file:
        tables: dict[str, Any] = {name: {"hidden": True} for name in file.table_names() if name not in SHOWN}
        tables |= {name: {"description": said} for name, said in SHOWN.items()}
        for name, facets in _FACETS.items():
            tables[name]["facets"] = list(facets)
        queries = {name: {"title": title, "sql": sql} for name, (title, sql) in _QUERIES.items()}
        for form in forms.values():
            for part, table in schema.parts_of(file, form.name).items():
                columns = schema.columns_of(file, form.name, part)
                described = _table(file, form, part, table, columns)
                tables[table] = described
                if part:
                    tables[f"{table}{sql_names.VIEW_SUFFIX}"] = {"title": f"{described['title']}, with their order"}
                else:
                    queries |= dict(_queries_of(form, table, columns))
                tables[f"{table}{sql_names.FORMER_SUFFIX}"] = {"hidden": True}
    return {
        "title": "Records",
        "databases": {records.stem: {"tables": tables, "queries": queries}},
    }


def _table(file: Database, form: Form, part: str, table: str, columns: Sequence[schema.FieldColumn]) -> dict[str, Any]:
    fields = {each.name: each for each in form.all_fields()}
    descriptions: dict[str, str] = {}
    for column in columns:
        field = fields.get(f"{part}.{column.field}" if part else column.field)
        currency = _one_currency(file, table, column.column) if column.facts.is_money else None
        kind = f"{column.type} in {currency}" if currency else column.type  # units of Datasette would make kEUR of it
        descriptions[column.column] = f"{column.label} ({kind})" + ("" if field is None else _help(field.help))
    facets = [each.column for each in columns if each.facts.is_choice or each.facts.is_mark or each.is_listed]
    title = _word(form.title, form.name)
    return {
        "title": f"{title}: {_word(form.table(part).label, part)}" if part and _has(form, part) else title,
        "description": f"Form {form.name}" + (f", table {part}: one row a line." if part else ": one row a record."),
        "columns": descriptions,
        "facets": facets if part else ["state", *facets],
        "sort_desc": "id",
    }


def _one_currency(file: Database, table: str, column: str) -> str | None:
    """The currency of all amounts of a column; None where there are several, or no amount yet."""
    asked = f'select distinct "{column}_currency" from "{table}" where "{column}_currency" is not null'  # noqa: S608 ours
    found = [str(currency) for (currency,) in file.execute(asked)]
    return found[0] if len(found) == 1 else None


def _queries_of(form: Form, table: str, columns: Sequence[schema.FieldColumn]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Queries over a form's amounts and dates; sums never mix currencies."""
    amounts = [each.column for each in columns if each.facts.is_money]
    days = [each.column for each in columns if each.facts.is_day]
    title = _word(form.title, form.name)
    if not amounts:
        return
    amount = "total" if "total" in amounts else amounts[-1]
    yield (
        f"{table}_over",
        {
            "title": f"{title}: {amount} over an amount, with a value less probable than this",
            "sql": f'select b.*, r.least_probability from "{table}" b join records r on r.id = b.id '  # noqa: S608 our names
            f'where b."{amount}" > cast(:over as real) and r.least_probability < cast(:less_probable_than as real) '
            "order by r.least_probability",
            "params": ["over", "less_probable_than"],
        },
    )
    if days:
        yield (
            f"{table}_by_month",
            {
                "title": f"{title}: {amount} by month and currency, without orders that came before",
                "sql": f'select substr(b."{days[0]}", 1, 7) as month, b."{amount}_currency" as currency, '  # noqa: S608 ours
                f'count(*) as orders, sum(b."{amount}_minor") as {amount}_in_minor_units from "{table}" b '
                "join records r on r.id = b.id where r.same_order_as is null and r.may_be_same_order_as is null "
                "group by 1, 2 order by 1 desc, 2",
            },
        )


def _has(form: Form, part: str) -> bool:
    return any(each.name == part for each in form.tables)


def _help(words: Mapping[str, str]) -> str:
    said = _word(words, "")
    return f": {said}" if said else ""


def _word(words: Mapping[str, str], otherwise: str) -> str:
    return words.get("en") or next(iter(words.values()), otherwise)


# The files.

METADATA_NAME = "metadata.json"
"""The file for `datasette --metadata`."""

PLUGINS_FOLDER = "plugins"
"""The folder for `datasette --plugins-dir`."""

_PLUGIN = '''"""Pictures of pages and fields in Datasette; written by `fairhand records datasette --pictures`."""

from datasette import hookimpl

from flows.parts.exports.datasette_pictures import Pictures

pictures = Pictures({home!r}, {database!r})


@hookimpl
def render_cell(row, value, column, table, database):
    return pictures.cell(row, value, column, table, database)


@hookimpl
def register_routes():
    return pictures.routes()

'''


def write_for_datasette(records: Path, home: Home, out: Path, *, pictures: bool) -> str:
    """Write the metadata, and the plugin where pictures are wanted; gives the command that starts Datasette."""
    newest: dict[str, int] = {}
    for name, version, _ in home.store.forms():
        newest[name] = max(version, newest.get(name, 0))
    forms = {name: home.forms(name, newest[name]) for name in query.forms(records)}
    require_folder(out)
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(metadata(records, forms), ensure_ascii=False, indent=1) + "\n"
    write_whole(out / METADATA_NAME, text)
    command = ["datasette", str(records), "--metadata", str(out / METADATA_NAME)]
    if pictures:
        folder = out / PLUGINS_FOLDER
        folder.mkdir(exist_ok=True)
        text = _PLUGIN.format(home=str(home.settings.home.resolve()), database=records.stem)
        write_whole(folder / "fairhand_pictures.py", text)
        command += ["--plugins-dir", str(folder)]
    return shlex.join(command)
