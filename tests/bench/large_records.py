"""The record database of a large home: its rows made set-based in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from string import Template

from flows.home.home import Home
from reconcile.records import form_tables, schema
from reconcile.records.database import open_for_publishing, write_transaction

ROWS = Template(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))

OF_FORM = (
    'INSERT INTO "{table}" (id, scan, scan_name, record_version, recorded_at, state, exceptions, number, customer,'
    " total, total_minor, total_currency) SELECT id, scan, scan_name, 1, recorded_at, state, exceptions,"
    " printf('%06d', id), CASE WHEN id % 3 THEN 'Mary Poole' ELSE 'Élodie Müller' END, 12.5, 1250, 'EUR'"
    " FROM records WHERE form = ?"
)
"""The plain fields of each record, in the table of its form."""


def fill_records(home: Home, scans: int, at: datetime) -> None:
    """Publish a record of every scan that is not open."""
    told = (at - timedelta(hours=1)).isoformat(timespec="seconds")
    with open_for_publishing(home.settings.records) as database, write_transaction(database):
        schema.prepare(database)
        for name in ("order", "invoice2"):
            form_tables.add_form(database, home.forms(name, 1))
        for statement in ROWS.substitute(scans=scans, at=told).strip().split(";\n"):
            database.execute(statement)
        for name in ("order", "invoice2"):
            database.execute(OF_FORM.format(table=schema.table_of(database, name)), [name])
