"""Tasks of showing where fields and rows stand on a page, and reading there what people showed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from flows.home import Home, limits, now
from flows.steps.read_scans import engines_for
from transcribe.codes import Reason
from transcribe.lean_imports import later
from transcribe.model import Decision, FieldKey, Form, Place, Posterior, Reading, ReadResult, Scan, Task
from transcribe.table_rows import ToldRows, rows_key, told_rows

if TYPE_CHECKING:
    from transcribe import intake, ocr, recognition
else:
    intake = later("transcribe.intake")
    ocr = later("transcribe.ocr")
    recognition = later("transcribe.recognition")


def unread_annotations(form: Form, places: Sequence[Place], readings: Sequence[Reading]) -> recognition.Annotations:
    """The places and rows that people showed and machines have not read yet.

    A place that was drawn has no picture until it is read.
    """
    known = {field.name: field for field in form.all_fields()}
    drawn = (place for place in places if place.confidence == recognition.DRAWN and place.snippet is None)
    fields = tuple(place for place in drawn if place.key.name in known and known[place.key.name].personal != "payment")
    shown_rows = told_rows(form, readings)
    rows = {table: rows for table, rows in shown_rows.items() if form.free and not _is_cut_by(table, rows, places)}
    return recognition.Annotations(places=fields, rows=rows)


def _is_cut_by(table: str, rows: ToldRows, places: Sequence[Place]) -> bool:
    """Whether the cells of a table were cut by these rows: each row has a cell of exactly its height."""
    heights = {
        (place.key.row, place.box.y0, place.box.y1)
        for place in places
        if place.key.table == table and place.page == rows.page
    }
    return all((number, top, foot) in heights for number, (top, foot) in enumerate(rows.rows))


def read_shown_layout(home: Home, scan: Scan, shown: recognition.Annotations) -> ReadResult:
    """Have every engine read where people showed fields and rows; keep the places, their pictures and the readings."""
    form = home.forms(scan.form, scan.form_version)
    decoded = intake.load_pages(scan, home.archive, limits(home.settings))
    engines = [ocr.FallbackEngine(engine=engine) for engine in engines_for(home, form)]
    reads = ocr.without_failed(recognition.read_annotated(scan, decoded, form, engines, shown, now()), engines)
    home.archive.put_all(reads.files.values())
    home.store.put_places(scan.id, reads.places, now(), reads.readings)
    return reads


def with_layout_tasks(
    form: Form,
    posteriors: Mapping[FieldKey, Posterior],
    answers: Mapping[FieldKey, Decision | Task],
    misplaced: Collection[FieldKey] = (),
) -> dict[FieldKey, Decision | Task]:
    """The answers, with tasks of showing fields or rows in place of some tasks of reading them.

    People show where a field or the rows of a table stand. A field is shown where no machine found it, or where its
    picture shows something else (`misplaced`). Rows are shown where none of a table were found, or where some may be
    missing; all cells of the table then have the same task.
    """
    lost = {key for key, posterior in posteriors.items() if isinstance(answers[key], Task) and _is_lost(posterior)}
    tables = {key.table for key in lost if key.table} - {key.table for key in posteriors if key not in lost}
    short = {key.table for key, posterior in posteriors.items() if key.table and _is_in_short_table(posterior)}
    changed = dict(answers)
    for key, answer in answers.items():
        if not isinstance(answer, Task) or answer.kind != "read":
            continue
        if key.table in tables | short:
            reason = Reason.ROWS_MISSING if key.table in short else Reason.NOT_FOUND
            changed[key] = _rows_task(form, key, answer, reason)
        elif key in lost or key in misplaced:
            reason = Reason.NOT_FOUND if key in lost else Reason.MISPLACED
            changed[key] = replace(answer, kind="locate", reason=reason, prefill="")
    return changed


def _is_lost(posterior: Posterior) -> bool:
    """Whether no machine found a field (one may have failed), and no person has looked for it yet."""
    nulls = {candidate.null for candidate in posterior.candidates if candidate.origin == "read"}
    return not posterior.people + posterior.experts and "absent" in nulls and nulls <= {"absent", "illegible"}


def _is_in_short_table(posterior: Posterior) -> bool:
    """Whether machines found too few rows of a cell's table, and no person has looked at it yet."""
    return not posterior.people + posterior.experts and posterior.standing.trouble == Reason.ROWS_MISSING


def _rows_task(form: Form, key: FieldKey, cell: Task, reason: Reason) -> Task:
    table = form.table(key.name.partition(".")[0])
    return replace(cell, key=rows_key(table.name), kind="rows", reason=reason, slot=1)


def distinct_tasks(answers: Mapping[FieldKey, Decision | Task]) -> Iterator[Task]:
    """The tasks of a scan, each once: all cells of a table may wait for one."""
    tasks = [answer for answer in answers.values() if isinstance(answer, Task)]
    return iter({(task.key, task.kind): task for task in tasks}.values())
