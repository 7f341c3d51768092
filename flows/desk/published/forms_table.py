"""The forms of which there are records, in the home or in one batch: how many, the list of each, and its downloads."""

from __future__ import annotations

from datetime import UTC, datetime

from flows.desk.counts import visible
from flows.desk.tables import Cell, Column, Table, time_cell, with_query
from flows.desk.visit import Visit
from reconcile.records import forms_of_batch, last_change, query
from transcribe.errors import NotFound


def forms_table(visit: Visit, batch: str = "") -> Table:
    """The forms that the visitor sees of which there are records."""
    say, path = visit.say, visit.home.settings.records
    try:
        forms = [each for each in (forms_of_batch(path, batch) if batch else query.forms(path)) if visit.sees(each)]
    except NotFound:
        forms = []
    counts = _counts(visit, batch)
    rows, words = [], (say("Download CSV"), say("Download JSON Lines"))
    for form in forms:
        asked = with_query({"form": form, "batch": batch})
        files = (f"/desk/records/export/{kind}{asked}" for kind in ("csv", "jsonl"))
        changed = None if batch else last_change(path, form)
        if changed is None and not batch:
            continue
        rows.append(
            (
                Cell(form, visit.called(form), f"/desk/records/list{asked}"),
                Cell(counts.get(form, 0), visit.number(counts.get(form, 0)), f"/desk/records/list{asked}"),
                *([] if batch else [_changed(visit, changed)]),
                *(Cell(file, word, file) for file, word in zip(files, words, strict=True)),
            )
        )
    return Table(
        name="by-form",
        caption=say("Records by form"),
        columns=(
            Column("form", say("Form")),
            Column("records", say("Records"), is_number=True),
            *([] if batch else [Column("changed_at", say("Last change"))]),
            Column("csv", say("As a table")),
            Column("jsonl", say("Whole records")),
        ),
        rows=rows,
        address="/desk/batch/by-form" if batch else "/desk/records/by-form",
        query={"name": batch} if batch else None,
        nothing=say("No record was published yet."),
    )


def _changed(visit: Visit, changed: str | None) -> Cell:
    at = None if changed is None else datetime.fromisoformat(changed).astimezone(UTC)
    return time_cell(at, visit.moment(at) if at else "")


def _counts(visit: Visit, batch: str) -> dict[str, int]:
    """How many scans of each form have a record, as they were summed up."""
    store = visit.home.store
    found = visible(visit, store.scan_counts(batch) if batch else store.scan_counts_in_all())
    return {each.form: each.count for each in found if each.what == "records"}
