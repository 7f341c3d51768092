"""What people showed of a scan's layout: which fields and rows machines have still to read there, and what is asked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from flows.home import Home, limits, now
from flows.steps.read_scans import engines_for
from transcribe.codes import Reason
from transcribe.intake import load_pages
from transcribe.model import Decision, FieldKey, Form, Place, Posterior, Reading, ReadResult, Scan, Task
from transcribe.ocr import FallbackEngine, without_failed
from transcribe.recognition import DRAWN, Annotations, read_annotated
from transcribe.table_rows import ToldRows, rows_key, told_rows


def unread_annotations(form: Form, places: Sequence[Place], readings: Sequence[Reading]) -> Annotations:
    """What people showed that machines have not read there yet: a place that was drawn has no picture until then."""
    known = {field.name: field for field in form.all_fields()}
    drawn = (place for place in places if place.confidence == DRAWN and place.snippet is None)
    fields = tuple(place for place in drawn if place.key.name in known and known[place.key.name].personal != "payment")
    told = told_rows(form, readings)
    rows = {table: rows for table, rows in told.items() if form.free and not _stand(table, rows, places)}
    return Annotations(places=fields, rows=rows)


def _stand(table: str, told: ToldRows, places: Sequence[Place]) -> bool:
    """Whether the cells of a table were cut by these rows: of each row one at least is exactly as high."""
    heights = {
        (place.key.row, place.box.y0, place.box.y1)
        for place in places
        if place.key.table == table and place.page == told.page
    }
    return all((number, top, foot) in heights for number, (top, foot) in enumerate(told.rows))


def read_shown_layout(home: Home, scan: Scan, drawn: Annotations) -> ReadResult:
    """Have every engine read what people showed, and keep the places with their pictures, and the readings."""
    form = home.forms(scan.form, scan.form_version)
    decoded = load_pages(scan, home.archive, limits(home.settings))
    engines = [FallbackEngine(engine=engine) for engine in engines_for(home, form)]
    reads = without_failed(read_annotated(scan, decoded, form, engines, drawn, now()), engines)
    for content in reads.files.values():
        home.archive.put(content)
    home.store.put_places(scan.id, reads.places, now(), reads.readings)
    return reads


def shown_by_people(
    form: Form,
    posteriors: Mapping[FieldKey, Posterior],
    said: Mapping[FieldKey, Decision | Task],
    misplaced: Collection[FieldKey] = (),
) -> dict[FieldKey, Decision | Task]:
    """What was decided or asked, where a person must first show something: where a field stands that no machine found,
    or whose picture shows something else; and the rows of a table of which nothing was found, or of which some may be
    missing, asked once for all."""
    lost = {key for key, each in posteriors.items() if isinstance(said[key], Task) and _lost(each)}
    tables = {key.table for key in lost if key.table} - {key.table for key in posteriors if key not in lost}
    short = {key.table for key, each in posteriors.items() if key.table and _in_short_table(each)}
    changed = dict(said)
    for key, each in said.items():
        if not isinstance(each, Task) or each.kind != "read":
            continue
        if key.table in tables | short:
            changed[key] = _rows_task(form, key, each, Reason.ROWS_MISSING if key.table in short else Reason.NOT_FOUND)
        elif key in lost or key in misplaced:
            reason = Reason.NOT_FOUND if key in lost else Reason.MISPLACED
            changed[key] = replace(each, kind="locate", reason=reason, prefill="")
    return changed


def _lost(posterior: Posterior) -> bool:
    """Whether no machine found a field (one may have failed), and no person has looked for it yet."""
    said = {each.null for each in posterior.candidates if each.origin == "read"}
    return not posterior.people + posterior.experts and "absent" in said and said <= {"absent", "illegible"}


def _in_short_table(posterior: Posterior) -> bool:
    """Whether machines found too few rows of a cell's table, and no person has looked at it yet."""
    return not posterior.people + posterior.experts and posterior.standing.trouble == Reason.ROWS_MISSING


def _rows_task(form: Form, key: FieldKey, cell: Task, reason: Reason) -> Task:
    table = form.table(key.name.partition(".")[0])
    return replace(cell, key=rows_key(table.name), kind="rows", reason=reason, slot=1)


def distinct_tasks(said: Mapping[FieldKey, Decision | Task]) -> Iterator[Task]:
    """The tasks of a scan, each once: all cells of a table may wait for one."""
    return iter({(each.key, each.kind): each for each in said.values() if isinstance(each, Task)}.values())
