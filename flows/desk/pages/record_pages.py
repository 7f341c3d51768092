"""The page Records, the list of the records of a form, and its downloads."""

from __future__ import annotations

import io
import json
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal, TextIO, cast

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse

from flows.desk.pages.counts import published_forms, visible
from flows.desk.pages.now_page import published
from flows.desk.pages.programs_page import PROGRAMS, tokens_table
from flows.desk.pages.scan_list import Day, Text, midnight, pairs_table
from flows.desk.pages.scan_page import ScanId
from flows.desk.pages.scan_view import label_of
from flows.desk.parts import Part, SectionPage
from flows.desk.tables import Cell, Raw, Row, Table, batch_cell, scan_cell, with_query
from flows.desk.visit import Look, Visit
from flows.duplicates import identifying_fields
from reconcile.records import (
    ExportOptions,
    ListedRecord,
    ListedValue,
    Selection,
    Status,
    form_of_record,
    last_change,
    listed_records,
    load_export,
    one_moment,
    query,
    record_search,
)
from transcribe.codes import Reason, RecordRule
from transcribe.errors import FairhandError, FormError, NotFound
from transcribe.fields import facts_of
from transcribe.i18n import N_, said
from transcribe.model import Field, FieldKey, Form

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


def _of_forms(visit: Visit, ask: Callable[[str, int], Sequence[Mapping[str, Any]]]) -> list[Mapping[str, Any]]:
    """What each form that the visitor sees has after a number, the latest first."""
    after = max(0, published(visit) - LATEST_COUNT)
    found = [row for form in published_forms(visit) for row in ask(form, after)]
    return sorted(found, key=lambda row: -int(row["changed"]))


def _latest(visit: Visit, wanted: record_search.Wanted) -> list[Mapping[str, Any]]:
    """The records among the last changes that are such."""
    path = visit.home.settings.records
    return _of_forms(
        visit, lambda form, after: json.loads(record_search.page(path, form, wanted, after, LATEST_COUNT).documents)
    )


def _latest_changes(visit: Visit) -> list[Mapping[str, Any]]:
    """What later versions of records say otherwise, among the last changes."""
    path = visit.home.settings.records
    return _of_forms(visit, lambda form, after: record_search.form_changes(path, form, after, LATEST_COUNT)[0])


def _no_change(visit: Visit) -> str:
    return visit.say("None among the last %(count)s changes.", count=visit.number(LATEST_COUNT))


def unsure_table(visit: Visit) -> Table:
    """Records among the last changes that break a rule, or have a value that is not decided."""
    say = visit.say
    rows = [
        (
            scan_cell(each["scan"], each["name"]),
            each["form"],
            Cell(each["state"], say("provisional") if each["state"] == "provisional" else say("final")),
            Cell(rule["rule"], visit.reason(rule["rule"])),
            " ".join(rule["fields"]),
        )
        for each in _latest(visit, record_search.Wanted())
        for rule in each["exceptions"]
    ]
    return visit.table(
        "exceptions",
        say("Latest records with exceptions"),
        {
            "scan": say("Scan"),
            "form": say("Form"),
            "state": say("Record"),
            "rule": say("Exception"),
            "fields": say("Fields"),
        },
        rows,
        at="/desk/records",
        nothing=_no_change(visit),
    )


def provisional_table(visit: Visit) -> Table:
    """Provisional records among the last changes: which of their values may change, and why."""
    say = visit.say
    rows = [
        (
            scan_cell(each["scan"], each["name"]),
            each["form"],
            Cell(
                " ".join(names := sorted({*chain(*(waiting := waiting_fields(each)).values())})),
                fields_in_words(visit, each),
            ),
            Cell("; ".join(waiting), "; ".join(say(WHY_PROVISIONAL[rule]) for rule in waiting)),
            len(names),
        )
        for each in _latest(visit, record_search.Wanted(state="provisional"))
    ]
    return visit.table(
        "provisional",
        say("Latest provisional records"),
        {
            "scan": say("Scan"),
            "form": say("Form"),
            "fields": say("Provisional fields"),
            "why": say("Why"),
            "count": say("How many"),
        },
        rows,
        at="/desk/records",
        nothing=_no_change(visit),
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
    return scan_cell(scan, visit.home.store.scan(scan).name)


def corrected_table(visit: Visit) -> Table:
    """Records that were corrected after publication, each once: how many values, when last and why."""
    say, by_scan = visit.say, dict[str, list[Mapping[str, Any]]]()
    for row in _latest_changes(visit):
        by_scan.setdefault(str(row["scan"]), []).append(row)
    rows = [
        (
            _scan_cell(visit, scan),
            changes[0]["form"],
            len({each["field"] for each in changes}),
            _iso_cell(visit, changes[0]["changed_at"]),
            Cell(changes[0]["why"], visit.reason(str(changes[0]["why"]))),
        )
        for scan, changes in by_scan.items()
    ]
    return visit.table(
        "corrected",
        say("Latest corrected records"),
        {
            "scan": say("Scan"),
            "form": say("Form"),
            "values": say("Changed values"),
            "changed_at": say("When"),
            "why": say("Why"),
        },
        rows,
        at="/desk/records",
        nothing=_no_change(visit),
    )


def _field_words(row: Mapping[str, Any]) -> str:
    """A field as people see it: of a table, with its line counted from 1."""
    return str(row["field"]) if row.get("row") is None else f"{row['field']} {int(row['row']) + 1}"


def changes_table(visit: Visit) -> Table:
    """What was corrected after publication, the latest first."""
    say = visit.say
    heads = {
        "scan": say("Scan"),
        "form": say("Form"),
        "field": say("Field"),
        "value_before": say("Before"),
        "value_after": say("Value"),
        "changed_at": say("When"),
        "why": say("Why"),
    }
    rows = [
        (
            _scan_cell(visit, str(row["scan"])),
            row.get("form"),
            Cell(row.get("key") or row.get("field"), _field_words(row)),
            *(row.get(name) for name in ("value_before", "value_after")),
            _iso_cell(visit, row["changed_at"]),
            Cell(row["why"], visit.reason(str(row["why"]))),
        )
        for row in _latest_changes(visit)
    ]
    return visit.table(
        "changes",
        say("Latest changes of published records"),
        heads,
        rows,
        at="/desk/records",
        nothing=_no_change(visit),
    )


# The forms of which there are records, in the home or in one batch: how many, the list of each, and its downloads.


def forms_table(visit: Visit, batch: str = "") -> Table:
    """The forms that the visitor sees of which there are records."""
    say, path = visit.say, visit.home.settings.records
    counts = _counts(visit, batch)
    rows, words = list[Row](), (say("Download CSV"), say("Download JSON Lines"))
    for form in published_forms(visit, batch):
        asked = with_query({"form": form, "batch": batch})
        files = (f"/desk/records/export/{kind}{asked}" for kind in ("csv", "jsonl"))
        changed = None if batch else last_change(path, form)
        if changed is None and not batch:
            continue
        rows.append(
            (
                Cell(form, visit.called(form), f"/desk/records/list{asked}"),
                Cell(counts.get(form, 0), visit.number(counts.get(form, 0)), f"/desk/records/list{asked}"),
                *([] if changed is None else [datetime.fromisoformat(changed).astimezone(UTC)]),
                *(Cell(file, word, file) for file, word in zip(files, words, strict=True)),
            )
        )
    return visit.table(
        "by-form",
        say("Records by form"),
        {
            "form": say("Form"),
            "records": say("Records"),
            **({} if batch else {"changed_at": say("Last change")}),
            "csv": say("As a table"),
            "jsonl": say("Whole records"),
        },
        rows,
        at="/desk/batch" if batch else "/desk/records",
        query={"name": batch} if batch else None,
        nothing=say("No record was published yet."),
    )


def _iso_cell(visit: Visit, at: str) -> Cell:
    """A time of which programs are given the text as it is."""
    return Cell(at, visit.moment(visit.iso_moment(at)))


def _counts(visit: Visit, batch: str) -> dict[str, int]:
    """How many scans of each form have a record, as they were summed up."""
    store = visit.home.store
    found = visible(visit, store.scan_counts(batch) if batch else store.scan_counts_in_all())
    return {each.form: each.count for each in found if each.what == "records"}


# Which fields of a form stand in the list of its records: what identifies an order, its date and its total.

MOST_FIELDS = 5
"""So many fields stand in the list: more do not fit beside the rest at 1440 pixels. Chosen by hand."""


def shown_fields(visit: Visit, form: str) -> list[Field]:
    """The fields of the list; none where the definition of the form cannot be used."""
    try:
        return fields_of(visit.home.forms.find(form))
    except (FormError, NotFound):
        return []


def fields_of(form: Form) -> list[Field]:
    """The fields that tell an order from others, in the order of the form. Never one of how it was paid."""
    plain = [field for field in form.fields if field.personal != "payment"]
    wanted = [*identifying_fields(form), *_of_each_kind(plain)]
    chosen = list(dict.fromkeys(wanted))[:MOST_FIELDS] or [field.name for field in plain[:MOST_FIELDS]]
    return [field for field in plain if field.name in chosen]


def _of_each_kind(fields: Sequence[Field]) -> list[str]:
    """The first code, name and date, and the last amount: a total stands below."""
    facts = [(field.name, facts_of(field.type)) for field in fields]
    codes = [name for name, each in facts if each.is_free_code]
    parties = [name for name, each in facts if each.in_head == "party"]
    days = [name for name, each in facts if each.is_day]
    amounts = [name for name, each in facts if each.is_money]
    return [*codes[:1], *parties[:1], *days[:1], *amounts[-1:]]


# The list of the records of a form: looked through by batch, status, text and time, and downloaded.

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
        of_batch = published_forms(visit, wish.batch) if wish.batch else forms
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
    heads = {
        "scan": say("Scan"),
        **{each.name: said(each.label, visit.language) or each.name for each in fields},
        "status": say("Status"),
        "batch": say("Batch"),
        "changed_at": say("Changed"),
        "record": say("Record"),
    }
    return visit.table(
        "records",
        say("Records, the latest change first"),
        heads,
        [_row(visit, each) for each in found],
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


def _row(visit: Visit, listed: ListedRecord) -> tuple[Raw, ...]:
    return (
        scan_cell(listed.scan, listed.scan_name),
        *(_value(visit, each) for each in listed.values),
        Cell(listed.state, _status(visit, listed)),
        batch_cell(listed.batch),
        _iso_cell(visit, listed.recorded_at),
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
        return Cell(None, "–", is_amount=facts_of(listed.type).is_number)
    if facts_of(listed.type).is_money and listed.currency:
        return Cell(listed.value, visit.full_amount(round(float(listed.value) * 1_000_000), listed.currency))
    return Cell(listed.value, is_amount=facts_of(listed.type).is_number)


# Files that are written while they are sent: an export runs in a thread of its own and waits for who takes it.

PIECE_CHARACTERS = 64 * 1024
"""So much is sent at once. Chosen by hand."""

MOST_WAITING_PIECES = 4
"""So many pieces wait to be taken: what a file needs in memory. Chosen by hand."""

LOOK_SECONDS = 0.5
"""How often an export that waits looks whether anybody still takes it. Chosen by hand."""


def streamed(records: Path, write: Callable[[TextIO], object]) -> Iterator[bytes]:
    """What `write` writes, piece by piece, all of one moment of the record database.

    The first piece is there when this returns, so that what is refused is refused before anything is sent. What fails
    later breaks the file off.
    """
    pieces = _pieces(records, write)
    first = next(pieces, b"")
    return chain([first], pieces)


def _pieces(records: Path, write: Callable[[TextIO], object]) -> Iterator[bytes]:
    pipe = _Pipe()

    def run() -> None:
        try:
            with one_moment(records):
                write(cast(TextIO, pipe))
            pipe.end(None)
        except _Gone:
            return
        except Exception as error:  # it is raised where the file is sent
            pipe.end(error)

    threading.Thread(target=run, name="records download", daemon=True).start()
    try:
        while (piece := pipe.take()) is not None:
            yield piece
    finally:
        pipe.gone.set()


class _Gone(FairhandError):
    """Nobody takes the file any more."""


class _Pipe(io.TextIOBase):
    """A file of text that somebody else takes piece by piece."""

    def __init__(self) -> None:
        self.gone = threading.Event()
        self._waiting: queue.Queue[bytes | Exception | None] = queue.Queue(MOST_WAITING_PIECES)
        self._kept: list[str] = []
        self._size = 0

    def write(self, text: str) -> int:
        """Keep a text until there is enough to send, and then wait until there is room."""
        self._kept.append(text)
        self._size += len(text)
        if self._size >= PIECE_CHARACTERS:
            self._send_kept()
        return len(text)

    def end(self, error: Exception | None) -> None:
        """All is written, or it failed."""
        if error is None and self._kept:
            self._send_kept()
        self._put(error)

    def take(self) -> bytes | None:
        """The next piece; None after the last one. Raises what the writing raised."""
        piece = self._waiting.get()
        if isinstance(piece, Exception):
            raise piece
        return piece

    def _send_kept(self) -> None:
        piece = "".join(self._kept).encode()
        self._kept, self._size = [], 0
        self._put(piece)

    def _put(self, piece: bytes | Exception | None) -> None:
        while not self.gone.is_set():
            try:
                return self._waiting.put(piece, timeout=LOOK_SECONDS)
            except queue.Full:
                continue
        raise _Gone("Nobody takes the file any more.")


# The page Records and its tables as files.


def _parts(visit: Visit) -> list[Part]:
    say = visit.say
    parts = [
        Part(head=say("All records by form"), table=forms_table(visit)),
        Part(head=say("Orders that may have come before"), table=pairs_table(visit)),
        Part(
            head=say("Latest provisional records"),
            table=provisional_table(visit),
            said=[
                say("They go out with their likeliest values where nobody who is there can finish them."),
                say("A record of which a published value is read once more is provisional too."),
            ],
        ),
        Part(head=say("Latest records with exceptions"), table=unsure_table(visit)),
        Part(head=say("Latest corrected records"), table=corrected_table(visit)),
        Part(head=say("Latest changes of published records"), table=changes_table(visit)),
    ]
    if visit.forms is not None:
        return parts
    links = [(PROGRAMS, say("Webhooks and tokens: add or change them") if visit.may_change else say("Programs"))]
    return [
        *parts,
        *(part for parts in visit.of_parts("records", links) for part in parts),
        Part(head=say("Tokens of programs"), table=tokens_table(visit), links=links),
    ]


TABLES: Mapping[str, Callable[[Visit], Table]] = {
    "by-form": forms_table,
    "duplicates": pairs_table,
    "provisional": provisional_table,
    "exceptions": unsure_table,
    "corrected": corrected_table,
    "changes": changes_table,
}
"""The tables that can be made alone."""

SECTION = SectionPage(address="/desk/records", title=N_("Records"), parts=_parts, tables=TABLES)
"""The page and its tables as files."""
