"""Tasks that ask where fields and rows stand on a page, and the reading of what people showed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from flows.home import Home, limits, now
from flows.steps.read_scans import engines_for, layout_reader
from transcribe.lean_imports import later
from transcribe.model import Decision, FieldKey, Form, Place, Reading, ReadResult, Scan, Task
from transcribe.table_rows import ToldRows, told_rows

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
    layouts = layout_reader(home.settings, form)
    found = recognition.read_annotated(scan, decoded, form, engines, shown, now(), layouts)
    reads = ocr.without_failed(found, engines)
    home.archive.put_all(reads.files.values())
    home.store.put_places(scan.id, reads.places, now(), reads.readings)
    return reads


def distinct_tasks(answers: Mapping[FieldKey, Decision | Task]) -> Iterator[Task]:
    """The tasks of a scan, each once: all cells of a table may wait for one."""
    tasks = [answer for answer in answers.values() if isinstance(answer, Task)]
    return iter({(task.key, task.kind): task for task in tasks}.values())
