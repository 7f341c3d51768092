"""The JSON of `fairhand read` as models: one line of it is a `ScanJson`, an `UnknownScanJson` or an `ErrorJson`."""

from __future__ import annotations

from flows.output.json_answer import JsonAnswer, Number
from transcribe.model import Value


class TaskJson(JsonAnswer):
    """The task that a person would be given."""

    kind: str
    reason: str


class DecisionJson(JsonAnswer):
    """The value taken as true. `null` says why `value` is None; `reason` is the method in words."""

    value: Value
    null: str | None
    text: str
    probability: Number
    method: str
    reason: str


class ReadingJson(JsonAnswer):
    """One reading of a field. `confidence` is the source's own claim, `probability` is ours; either may be None."""

    source: str
    kind: str
    text: str | None
    confidence: Number | None
    probability: Number | None
    alternatives: tuple[tuple[str, Number], ...]


class FieldJson(JsonAnswer):
    """One field or cell: where it stands, its readings, and a decision or a task.

    `row` counts from 0 and is None outside of tables. `box` is x0, y0, x1, y1 on `page`; both are None where no place
    is known.
    """

    name: str
    row: int | None
    type: str
    page: int | None
    box: tuple[int, int, int, int] | None
    readings: tuple[ReadingJson, ...]
    decision: DecisionJson | None
    task: TaskJson | None


class ScanJson(JsonAnswer):
    """One scan. `files` and `pages` give each page's file and its number there; `file` is the first page's file.

    `fit` (0 to 1) tells how well the worst page fits its form, None for a free layout. `quality` has numbers of the
    worst page, 0 bad to 1 good. `advice` has codes of what to photograph again.
    """

    file: str
    files: tuple[str, ...]
    pages: tuple[int, ...]
    scan: str
    form: str | None
    form_version: int | None
    fit: Number | None
    quality: dict[str, Number]
    advice: tuple[str, ...]
    fields: tuple[FieldJson, ...]


class UnknownScanJson(ScanJson):
    """One scan of an unknown form: it has no fields, and the task of saying which form it is."""

    task: TaskJson


class ErrorDetail(JsonAnswer):
    """What went wrong: the error's class, and a message that says what to do."""

    type: str
    message: str


class ErrorJson(JsonAnswer):
    """A file that could not be read."""

    file: str
    error: ErrorDetail
