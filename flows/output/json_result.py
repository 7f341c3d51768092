"""One scan read without a store, and the JSON of `fairhand read`, whose contract stands in docs/running.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.output.result_models import (
    DecisionJson,
    ErrorDetail,
    ErrorJson,
    FieldJson,
    ReadingJson,
    ScanJson,
    TaskJson,
    UnknownScanJson,
)
from reconcile.decision import answers
from reconcile.forms import prepared
from reconcile.inference import vote, weigh
from reconcile.policy import Policy
from transcribe.i18n import sentence
from transcribe.lean_imports import later
from transcribe.model import Decision, FieldKey, Form, Page, Parameters, Posterior, Reading, ReadResult, Scan, Task

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
