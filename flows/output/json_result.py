"""One scan read without a store, and the JSON of `fairhand read`, whose contract stands in docs/running.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from reconcile.decision import answers
from reconcile.forms import prepared
from reconcile.inference import vote, weigh
from reconcile.policy import Policy
from transcribe.i18n import sentence
from transcribe.lean_imports import later
from transcribe.model import (
    Decision,
    FieldKey,
    Form,
    Page,
    Parameters,
    Posterior,
    Reading,
    ReadResult,
    Scan,
    Task,
    Value,
)

if TYPE_CHECKING:
    from transcribe import intake
else:
    intake = later("transcribe.intake")


MULTI_PAGE_SUFFIXES = frozenset({".pdf", ".tif", ".tiff"})
"""Files of these kinds have pages, so that a page is named even where it is the first."""


PROBABILITY_DECIMALS_COUNT = 6
"""Decimals of probabilities and confidences: more would only say how the machine rounds."""


PageSources = Sequence[tuple[Path, int]]
"""Where each page of a scan came from: a file, and the page in it from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """A scan that was read and weighed without a store.

    It has where its pages came from, and for each field its posterior and its decision or task.
    """

    scan: Scan
    page_sources: PageSources
    form: Form
    pages: Sequence[Page]
    reads: ReadResult
    posteriors: Mapping[FieldKey, Posterior]
    outcomes: Mapping[FieldKey, Decision | Task]


def weighed(
    scanned: intake.Scanned,
    form: Form,
    pages: Sequence[Page],
    reads: ReadResult,
    parameters: Parameters,
    policy: Policy,
) -> ScanResult:
    """Weigh the readings of one scan, and decide or ask for each field."""
    posteriors = weigh(form, reads.readings, parameters, policy)
    return ScanResult(
        scan=scanned.scan,
        page_sources=scanned.origins,
        form=form,
        pages=pages,
        reads=reads,
        posteriors=posteriors,
        outcomes=answers(form, posteriors, policy, reads.readings),
    )


def scan_json(result: ScanResult) -> ScanJson:
    """The scan as JSON. Readings stand most probable first; each field has a decision or the task that it would be."""
    reads = result.reads
    return ScanJson(
        **_sources_json(result.page_sources),
        scan=result.scan.id,
        form=result.form.name,
        form_version=result.form.version,
        fit=None if reads.fit is None else _rounded(reads.fit),
        quality={name: _rounded(value) for name, value in reads.quality.items()},
        advice=tuple(reads.advice),
        fields=tuple(_field_json(key, result) for key in _in_form_order(result)),
    )


def unknown_json(scanned: intake.Scanned, reason: str) -> UnknownScanJson:
    """A scan of an unknown form: no fields, and the task of saying which form it is."""
    return UnknownScanJson(
        **_sources_json(scanned.origins),
        scan=scanned.scan.id,
        form=None,
        form_version=None,
        fit=None,
        quality={},
        advice=(),
        fields=(),
        task=TaskJson(kind="identify", reason=reason),
    )


def error_json(path: Path, kind: str, message: str) -> ErrorJson:
    """A file that could not be read."""
    return ErrorJson(file=str(path), error=ErrorDetail(type=kind, message=message))


def _sources_json(page_sources: PageSources) -> dict[str, Any]:
    """The keys that say where a scan came from: the first page's file, and each page's file and its number there."""
    return {
        "file": str(page_sources[0][0]),
        "files": tuple(str(path) for path, _ in page_sources),
        "pages": tuple(page for _, page in page_sources),
    }


def source_label(files: Sequence[str], pages: Sequence[int]) -> str:
    """Where pages came from, in a few words: "all.pdf p. 2, 3" or "one.jpg, two.jpg"."""
    pages_of_file: dict[str, list[int]] = {}
    for file, page in zip(files, pages, strict=True):
        pages_of_file.setdefault(file, []).append(page)
    return ", ".join(
        f"{file} p. {', '.join(map(str, numbers))}" if max(numbers) > 1 or _may_have_pages(file) else file
        for file, numbers in pages_of_file.items()
    )


def _may_have_pages(file: str) -> bool:
    return Path(file).suffix.lower() in MULTI_PAGE_SUFFIXES


def _in_form_order(result: ScanResult) -> Iterator[FieldKey]:
    """Fields in the order of the form, each table row by row."""
    form = result.form
    order = {field.name: position for position, field in enumerate(form.all_fields())}
    tables = {column.field.name: position for position, table in enumerate(form.tables) for column in table.columns}
    keys = {place.key for place in result.reads.places} | set(result.posteriors)
    known = [key for key in keys if key.name in order]
    yield from sorted(known, key=lambda key: (tables.get(key.name, -1), key.row or 0, order[key.name]))


def _field_json(key: FieldKey, result: ScanResult) -> FieldJson:
    place = next((place for place in result.reads.places if place.key == key), None)
    outcome = result.outcomes.get(key)
    return FieldJson(
        name=key.name,
        row=key.row,
        type=result.form.field(key.name).type,
        page=place.page if place else None,
        box=place.box if place else None,
        readings=_readings_json(key, result),
        decision=_decision_json(outcome) if isinstance(outcome, Decision) else None,
        task=TaskJson(kind=outcome.kind, reason=outcome.reason) if isinstance(outcome, Task) else None,
    )


def _readings_json(key: FieldKey, result: ScanResult) -> tuple[ReadingJson, ...]:
    """The readings of one field, most probable first, equals by source."""
    readings = [reading for reading in result.reads.readings if reading.key == key]
    probabilities = {reading.id: _probability(reading, key, result) for reading in readings}
    readings.sort(key=lambda reading: (-(probabilities[reading.id] or 0.0), reading.source))
    return tuple(_reading_json(reading, probabilities[reading.id]) for reading in readings)


def _reading_json(reading: Reading, probability: float | None) -> ReadingJson:
    return ReadingJson(
        source=reading.source,
        kind=reading.kind,
        text=reading.text,
        confidence=None if reading.confidence is None else _rounded(reading.confidence),
        probability=None if probability is None else _rounded(probability),
        alternatives=tuple((text, _rounded(confidence)) for text, confidence in reading.alternatives),
    )


def _probability(reading: Reading, key: FieldKey, result: ScanResult) -> float | None:
    """Our probability that a reading is right: calibrated for the likeliest value, the model's own for others.

    None where the field was not weighed, or the value is no candidate.
    """
    posterior = result.posteriors.get(key)
    if posterior is None:
        return None
    normal = vote(prepared(result.form).fields[key.name], reading).says
    likeliest = next((candidate.normal for candidate in posterior.candidates if candidate.origin == "read"), None)
    if normal == likeliest:
        return posterior.probability
    return next((candidate.probability for candidate in posterior.candidates if candidate.normal == normal), None)


def _decision_json(decision: Decision) -> DecisionJson:
    return DecisionJson(
        value=decision.value,
        null=decision.null,
        text=decision.text,
        probability=_rounded(decision.probability),
        method=decision.method,
        reason=sentence(decision.method),
    )


def _rounded(number: float) -> float:
    return round(number, PROBABILITY_DECIMALS_COUNT)


# What all models of JSON that `read` and `scan explain` give have in common.

Number = int | float
"""A number as it was kept: a whole one stays whole, so that 1 is never written as 1.0."""


class JsonAnswer(BaseModel):
    """A JSON object with its keys in the order of its fields. A key that was not given is left out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def plain(self) -> dict[str, Any]:
        """The object as plain data, as `json.dumps` takes it."""
        return self.model_dump(mode="json", exclude_unset=True)


# The JSON of `fairhand read` as models: one line of it is a `ScanJson`, an `UnknownScanJson` or an `ErrorJson`.


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
    worst page, 0 bad to 1 good. `advice` has codes of what is wrong with the photograph.
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
