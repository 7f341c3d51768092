"""The latest records that are not sure, and what later versions changed: looked at by number, not all of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from flows.desk.counts import visible
from flows.desk.now.waits import published
from flows.desk.scans.scan_view import label_of
from flows.desk.tables import Cell, Column, Table, time_cell, with_query
from flows.desk.visit import Visit
from reconcile.records import forms_of_batch, last_change, query, record_search
from transcribe.codes import Reason, RecordRule
from transcribe.errors import FormError, NotFound
from transcribe.i18n import N_
from transcribe.model import FieldKey

LATEST_COUNT = 500
"""So many of the last changes are looked at. Chosen by hand."""

MOST_NAMED_COUNT = 6
"""So many fields of a record are named. Chosen by hand."""

WHY_PROVISIONAL: Mapping[str, str] = {
    Reason.BELOW_TARGET: N_("not decided: the likeliest value so far"),
    RecordRule.READ_AGAIN: N_("read once more"),
    RecordRule.RIGHT_FORM: N_("somebody says that it is another form"),
}
"""Why a record is provisional, in short."""


def _of_forms(visit: Visit, ask: Callable[[str, int], list[Mapping[str, Any]]]) -> list[Mapping[str, Any]]:
    """What each form that the visitor sees has after a number, the latest first."""
    after = max(0, published(visit) - LATEST_COUNT)
    try:
        forms = query.forms(visit.home.settings.records)
    except NotFound:
        return []
    found = [row for form in forms if visit.sees(form) for row in ask(form, after)]
    return sorted(found, key=lambda row: -int(row["changed"]))


def unsure_table(visit: Visit) -> Table:
    """Records among the last changes that break a rule, or have a value that is not decided."""
    say, path = visit.say, visit.home.settings.records

    def ask(form: str, after: int) -> list[Mapping[str, Any]]:
        found = record_search.page(path, form, record_search.Wanted(), after, LATEST_COUNT)
        return list(json.loads(found.documents))

    rows = [
        (
            Cell(each["scan"], each["name"] or each["scan"][:12], f"/desk/scan/{each['scan']}"),
            Cell(each["form"]),
            Cell(each["state"], say("provisional") if each["state"] == "provisional" else say("final")),
            Cell(rule["rule"], visit.reason(rule["rule"])),
            Cell(" ".join(rule["fields"])),
        )
        for each in _of_forms(visit, ask)
        for rule in each["exceptions"]
    ]
    return Table(
        name="exceptions",
        caption=say("Latest records with exceptions"),
        columns=(
            Column("scan", say("Scan")),
            Column("form", say("Form")),
            Column("state", say("Record")),
            Column("rule", say("Exception")),
            Column("fields", say("Fields")),
        ),
        rows=rows,
        address="/desk/records/exceptions",
        nothing=say("None among the last %(count)s changes.", count=visit.number(LATEST_COUNT)),
    )


def provisional_table(visit: Visit) -> Table:
    """Provisional records among the last changes: which of their values may change, and why."""
    say, path = visit.say, visit.home.settings.records
    wanted = record_search.Wanted(state="provisional")

    def ask(form: str, after: int) -> list[Mapping[str, Any]]:
        return list(json.loads(record_search.page(path, form, wanted, after, LATEST_COUNT).documents))

    rows = [
        (
            Cell(each["scan"], each["name"] or each["scan"][:12], f"/desk/scan/{each['scan']}"),
            Cell(each["form"]),
            Cell(
                " ".join(names := sorted({*chain(*(waiting := waiting_fields(each)).values())})),
                fields_in_words(visit, each),
            ),
            Cell("; ".join(waiting), "; ".join(say(WHY_PROVISIONAL[rule]) for rule in waiting)),
            Cell(len(names), visit.number(len(names))),
        )
        for each in _of_forms(visit, ask)
    ]
    return Table(
        name="provisional",
        caption=say("Latest provisional records"),
        columns=(
            Column("scan", say("Scan")),
            Column("form", say("Form")),
            Column("fields", say("Provisional fields")),
            Column("why", say("Why")),
            Column("count", say("How many"), is_number=True),
        ),
        rows=rows,
        address="/desk/records/provisional",
        nothing=say("None among the last %(count)s changes.", count=visit.number(LATEST_COUNT)),
    )


def waiting_fields(record: Mapping[str, Any]) -> dict[str, list[str]]:
    """Why a record is provisional, each reason with its fields; none where the form itself is in question."""
    found: dict[str, list[str]] = {}
    for each in record["exceptions"]:
        if each["rule"] in WHY_PROVISIONAL:
            found.setdefault(each["rule"], []).extend(each["fields"])
    return found


def fields_in_words(visit: Visit, record: Mapping[str, Any]) -> str:
    """The fields that may change as people call them; beyond some, how many more."""
    keys = sorted({FieldKey.parse(key) for keys in waiting_fields(record).values() for key in keys}, key=str)
    try:
        form = visit.home.forms(record["form"], record["form_version"])
    except (FormError, NotFound):
        form = None
    named = ", ".join(label_of(visit, form, key) for key in keys[:MOST_NAMED_COUNT])
    more = len(keys) - MOST_NAMED_COUNT
    if not keys:
        return visit.say("the form itself")
    return named if more <= 0 else visit.say("%(named)s and %(more)s more", named=named, more=visit.number(more))


def _scan_cell(visit: Visit, scan: str) -> Cell:
    """A scan by its file's name; by its id where that is erased."""
    return Cell(scan, visit.home.store.scan(scan).name or scan[:12], f"/desk/scan/{scan}")


def corrected_table(visit: Visit) -> Table:
    """Records that were corrected after publication, each once: how many values, when last and why."""
    say, path = visit.say, visit.home.settings.records
    found = _of_forms(visit, lambda form, after: list(record_search.form_changes(path, form, after, LATEST_COUNT)[0]))
    by_scan: dict[str, list[Mapping[str, Any]]] = {}
    for row in found:
        by_scan.setdefault(str(row["scan"]), []).append(row)
    rows = [
        (
            _scan_cell(visit, scan),
            Cell(changes[0]["form"]),
            Cell(len({each["field"] for each in changes}), visit.number(len({each["field"] for each in changes}))),
            Cell(changes[0]["changed_at"], visit.moment(visit.iso_moment(str(changes[0]["changed_at"])))),
            Cell(changes[0]["why"], visit.reason(str(changes[0]["why"]))),
        )
        for scan, changes in by_scan.items()
    ]
    return Table(
        name="corrected",
        caption=say("Latest corrected records"),
        columns=(
            Column("scan", say("Scan")),
            Column("form", say("Form")),
            Column("values", say("Changed values"), is_number=True),
            Column("changed_at", say("When")),
            Column("why", say("Why")),
        ),
        rows=rows,
        address="/desk/records/corrected",
        nothing=say("None among the last %(count)s changes.", count=visit.number(LATEST_COUNT)),
    )


def _field_words(row: Mapping[str, Any]) -> str:
    """A field as people see it: of a table, with its line counted from 1."""
    return str(row["field"]) if row.get("row") is None else f"{row['field']} {int(row['row']) + 1}"


def changes_table(visit: Visit) -> Table:
    """What was corrected after publication, the latest first."""
    say, path = visit.say, visit.home.settings.records
    columns = {
        "scan": say("Scan"),
        "form": say("Form"),
        "field": say("Field"),
        "value_before": say("Before"),
        "value_after": say("Value"),
        "changed_at": say("When"),
        "why": say("Why"),
    }
    found = _of_forms(visit, lambda form, after: list(record_search.form_changes(path, form, after, LATEST_COUNT)[0]))
    rows = [
        (
            _scan_cell(visit, str(row["scan"])),
            Cell(row.get("form")),
            Cell(row.get("key") or row.get("field"), _field_words(row)),
            *(Cell(row.get(name)) for name in ("value_before", "value_after")),
            Cell(row["changed_at"], visit.moment(visit.iso_moment(str(row["changed_at"])))),
            Cell(row["why"], visit.reason(str(row["why"]))),
        )
        for row in found
    ]
    return Table(
        name="changes",
        caption=say("Latest changes of published records"),
        columns=[Column(name, head) for name, head in columns.items()],
        rows=rows,
        address="/desk/records/changes",
        nothing=say("None among the last %(count)s changes.", count=visit.number(LATEST_COUNT)),
    )


# The forms of which there are records, in the home or in one batch: how many, the list of each, and its downloads.


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
