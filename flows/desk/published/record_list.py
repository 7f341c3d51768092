"""The list of the records of a form: looked through by batch, status, text and time, and downloaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Annotated, Literal, cast

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse

from flows.desk.batches.batch_table import batch_address
from flows.desk.published.download import streamed
from flows.desk.published.shown_fields import shown_fields
from flows.desk.scans.scan_list import Day, Text, midnight
from flows.desk.scans.scan_page import ScanId
from flows.desk.tables import Cell, Column, Table, with_query
from flows.desk.visit import Look, Visit
from reconcile.records import (
    ExportOptions,
    ListedRecord,
    ListedValue,
    Selection,
    Status,
    form_of_record,
    forms_of_batch,
    listed_records,
    load_export,
    query,
    record_search,
)
from transcribe.codes import Reason, RecordRule
from transcribe.errors import FormError, NotFound
from transcribe.fields import facts_of
from transcribe.i18n import N_, said
from transcribe.model import Field

router = APIRouter()

RECORDS_A_PAGE = 50
"""So many records are on a page. Chosen by hand."""

STATUS_WORDS: Mapping[Status, str] = {
    "complete": N_("complete"),
    "provisional": N_("provisional"),
    "corrected": N_("corrected"),
    "exceptions": N_("with exceptions"),
}
"""How a record stands, in words."""

DownloadKind = Literal["csv", "jsonl"]
"""The exports that the desk offers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordWish:
    """What was asked, as the form has it: empty texts ask for nothing."""

    form: str = ""
    batch: str = ""
    status: str = ""
    q: str = ""
    since: str = ""
    exception: str = ""

    @property
    def query(self) -> Mapping[str, str]:
        """The query of an address that asks the same."""
        return {name: getattr(self, name) for name in self.__slots__ if getattr(self, name)}

    def selection(self, visit: Visit) -> Selection:
        """The same as records are asked for it: a day begins where the visitor lives."""
        since = midnight(visit, self.since)
        return Selection(
            batch=self.batch or None,
            status=cast(Status, self.status) if self.status else None,
            words=self.q,
            since=since.astimezone(UTC).isoformat(timespec="seconds") if since else None,
            exception=self.exception or None,
        )


async def wished(
    form: Text = "",
    batch: Text = "",
    status: Annotated[str, Query(pattern="^(complete|provisional|corrected|exceptions)?$")] = "",
    q: Text = "",
    since: Day = "",
    exception: Text = "",
) -> RecordWish:
    """What the query of an address asks."""
    return RecordWish(form=form, batch=batch, status=status, q=q.strip(), since=since, exception=exception)


Asked = Annotated[RecordWish, Depends(wished)]
Before = Annotated[int | None, Query(ge=1, le=2**62)]


@router.get("/desk/records/list")
async def records_page(visit: Look, wish: Asked, before: Before = None) -> Response:
    """The records of a form that fit, those that changed last first."""

    def made() -> Response:
        path, forms = visit.home.settings.records, published_forms(visit)
        of_batch = _forms_of_batch(visit, wish.batch) if wish.batch else forms
        form = wish.form or next(iter(of_batch), "") or next(iter(forms), "")
        asked = replace(wish, form=form)
        if form:
            visit.require_form(form)
        fields, found = shown_fields(visit, form) if form else [], list[ListedRecord]()
        if form in forms:
            names = [each.name for each in fields]
            found = listed_records(path, form, asked.selection(visit), names, before, RECORDS_A_PAGE)
        last = str(found[-1].changed) if len(found) == RECORDS_A_PAGE else ""
        return visit.page(
            "desk_records.html",
            wish=asked,
            title=visit.called(form) if form else "",
            records=records_table(visit, asked, fields, found),
            forms=[(each, visit.called(each)) for each in forms],
            statuses=[(status, visit.say(words)) for status, words in STATUS_WORDS.items()],
            rules=_rules(visit, form),
            downloads=downloads(visit, asked) if form in forms else (),
            more=f"/desk/records/list{with_query({**asked.query, 'before': last})}" if last else "",
        )

    return await visit.show(made)


@router.get("/desk/records/export/{kind}")
def export(visit: Look, kind: DownloadKind, wish: Asked, table: Text = "") -> Response:
    """All records of a form that fit, or lines of one of its tables, written while they are sent.

    Text of a CSV file is never a formula to a spreadsheet; JSON Lines are exact.
    """
    path, writer = visit.home.settings.records, load_export(kind)
    visit.require_form(wish.form)
    if wish.form not in published_forms(visit):
        raise NotFound("There are no records of this form.")
    options = ExportOptions(table=table, for_spreadsheets=True, selection=wish.selection(visit))
    pieces = streamed(path, lambda out: writer.write(path, wish.form, out, options))
    asked = {name: value for name, value in {**wish.query, "table": table, "format": kind}.items() if value}
    visit.home.store.log(visit.by, "records downloaded", wish.form, asked, visit.now)
    name = "-".join(filter(None, (wish.form, table)))
    headers = {"content-disposition": f'attachment; filename="{name}.{kind}"', "cache-control": "no-store"}
    return StreamingResponse(pieces, media_type=f"{writer.MEDIA_TYPE}; charset=utf-8", headers=headers)


@router.get("/desk/records/record/{scan}")
def record(visit: Look, scan: ScanId) -> Response:
    """One record as programs are given it, as JSON."""
    path = visit.home.settings.records
    form = form_of_record(path, scan)
    visit.require_form(form)
    return Response(record_search.document(path, form, scan)[1], media_type="application/json")


def published_forms(visit: Visit) -> list[str]:
    """The forms of which records are published and that the visitor sees."""
    try:
        return [each for each in query.forms(visit.home.settings.records) if visit.sees(each)]
    except NotFound:
        return []


def downloads(visit: Visit, wish: RecordWish) -> list[tuple[str, str]]:
    """The files of what is looked for, as (address, words): each table of the form as CSV, and whole records."""
    say, tables = visit.say, [each for each in query.parts(visit.home.settings.records, wish.form) if each]
    found = [(f"/desk/records/export/csv{with_query(wish.query)}", "CSV")]
    found += [
        (f"/desk/records/export/csv{with_query({**wish.query, 'table': each})}", say("CSV of %(table)s", table=each))
        for each in tables
    ]
    return [*found, (f"/desk/records/export/jsonl{with_query(wish.query)}", say("JSON Lines"))]


def records_table(visit: Visit, wish: RecordWish, fields: list[Field], found: list[ListedRecord]) -> Table:
    """Records in a table: what identifies each, how it stands, its scan and its record."""
    say = visit.say
    columns = (
        Column("scan", say("Scan")),
        *(
            Column(each.name, said(each.label, visit.language) or each.name, facts_of(each.type).is_number)
            for each in fields
        ),
        Column("status", say("Status")),
        Column("batch", say("Batch")),
        Column("changed_at", say("Changed")),
        Column("record", say("Record")),
    )
    return Table(
        name="records",
        caption=say("Records, the latest change first"),
        columns=columns,
        rows=[_row(visit, each) for each in found],
        nothing=say("No record fits.") if wish.form else say("No record was published yet."),
    )


def _rules(visit: Visit, form: str) -> list[tuple[str, str]]:
    """The rules that may not hold on a record of a form, each with its words: its own, and those of all records."""
    try:
        own = [each.name for each in visit.home.forms.find(form).rules] if form else []
    except (FormError, NotFound):
        own = []
    of_all = ((str(rule), visit.reason(rule)) for rule in (*RecordRule, Reason.BELOW_TARGET))
    return [*((name, name) for name in own), *of_all]


def _row(visit: Visit, listed: ListedRecord) -> tuple[Cell, ...]:
    return (
        Cell(listed.scan, listed.scan_name or listed.scan[:12], f"/desk/scan/{listed.scan}"),
        *(_value(visit, each) for each in listed.values),
        Cell(listed.state, _status(visit, listed)),
        Cell(listed.batch, listed.batch, batch_address(listed.batch) if listed.batch else ""),
        Cell(listed.recorded_at, visit.moment(visit.iso_moment(listed.recorded_at))),
        Cell(f"/desk/records/record/{listed.scan}", "JSON", f"/desk/records/record/{listed.scan}"),
    )


def _status(visit: Visit, listed: ListedRecord) -> str:
    """How a record stands: complete or provisional, and what else there is to say."""
    standing: list[Status] = ["provisional" if listed.state == "provisional" else "complete"]
    standing += ["corrected"] if listed.is_corrected else []
    standing += ["exceptions"] if listed.exceptions else []
    return ", ".join(visit.say(STATUS_WORDS[each]) for each in standing)


def _value(visit: Visit, listed: ListedValue) -> Cell:
    """A value as people write it; a dash where the paper has none."""
    if listed.value is None:
        return Cell(None, "–")
    if facts_of(listed.type).is_money and listed.currency:
        return Cell(listed.value, visit.full_amount(round(float(listed.value) * 1_000_000), listed.currency))
    return Cell(listed.value)


def _forms_of_batch(visit: Visit, batch: str) -> list[str]:
    try:
        forms = forms_of_batch(visit.home.settings.records, batch)
    except NotFound:
        return []
    return [each for each in forms if visit.sees(each)]
