"""One scan as other programs are told of it: the JSON of `fairhand read`, whose contract stands in docs/running.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.steps import outcomes, shown_by_people
from reconcile.forms import prepared
from reconcile.inference import vote, weigh
from reconcile.policy import Policy
from transcribe.i18n import sentence
from transcribe.intake import Scanned
from transcribe.model import Decision, FieldKey, Form, Page, Parameters, Posterior, Reading, ReadResult, Scan, Task

SUFFIXES_OF_PAGES = frozenset({".pdf", ".tif", ".tiff"})
"""Files of these kinds have pages, so that a page is named even where it is the first."""

DIGITS = 6
"""Digits of probabilities and confidences: more would only say how the machine rounds."""


Came = Sequence[tuple[Path, int]]
"""Where each page of a scan came from: a file, and the page in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """A scan that was read and weighed without a store: where its pages came from, and for each field its posterior and
    what was decided."""

    scan: Scan
    came: Came
    form: Form
    pages: Sequence[Page]
    reads: ReadResult
    posteriors: Mapping[FieldKey, Posterior]
    outcomes: Mapping[FieldKey, Decision | Task]


def weighed(
    came: Scanned, form: Form, pages: Sequence[Page], reads: ReadResult, parameters: Parameters, policy: Policy
) -> ScanResult:
    """Weigh the readings of one scan, and decide or ask for each field."""
    posteriors = weigh(form, reads.readings, parameters)
    return ScanResult(
        scan=came.scan,
        came=came.came,
        form=form,
        pages=pages,
        reads=reads,
        posteriors=posteriors,
        outcomes=shown_by_people(form, posteriors, outcomes(form, posteriors, policy)),
    )


def scan_json(it: ScanResult) -> dict[str, Any]:
    """The scan as JSON: readings most probable first, and for each field a decision or the task that it would be."""
    return {
        **_whence(it.came),
        "scan": it.scan.id,
        "form": it.form.name,
        "form_version": it.form.version,
        "fit": _short(it.reads.fit),
        "quality": {name: _short(value) for name, value in it.reads.quality.items()},
        "advice": list(it.reads.advice),
        "fields": [_field(key, it) for key in _order(it)],
    }


def unknown_json(came: Scanned, reason: str) -> dict[str, Any]:
    """A scan of which nobody knows the form: no fields, and the task that it would be."""
    return {
        **_whence(came.came),
        "scan": came.scan.id,
        "form": None,
        "form_version": None,
        "fit": None,
        "quality": {},
        "advice": [],
        "fields": [],
        "task": {"kind": "identify", "reason": reason},
    }


def error_json(path: Path, kind: str, message: str) -> dict[str, Any]:
    """A file that could not be read."""
    return {"file": str(path), "error": {"type": kind, "message": message}}


def _whence(came: Came) -> dict[str, Any]:
    """The first page's file, and of every page its file and its number there."""
    return {
        "file": str(came[0][0]),
        "files": [str(path) for path, _ in came],
        "pages": [page for _, page in came],
    }


def source_label(files: Sequence[str], pages: Sequence[int]) -> str:
    """Where pages came from, in a few words: "all.pdf p. 2, 3" or "one.jpg, two.jpg"."""
    said: dict[str, list[int]] = {}
    for file, page in zip(files, pages, strict=True):
        said.setdefault(file, []).append(page)
    return ", ".join(
        f"{file} p. {', '.join(map(str, numbers))}" if max(numbers) > 1 or _has_pages(file) else file
        for file, numbers in said.items()
    )


def _has_pages(file: str) -> bool:
    return Path(file).suffix.lower() in SUFFIXES_OF_PAGES


def _order(it: ScanResult) -> Iterator[FieldKey]:
    """Fields in the order of the form, each table row by row."""
    places = {field.name: place for place, field in enumerate(it.form.all_fields())}
    tables = {column.field.name: place for place, table in enumerate(it.form.tables) for column in table.columns}
    keys = {place.key for place in it.reads.places} | set(it.posteriors)
    known = [key for key in keys if key.name in places]
    yield from sorted(known, key=lambda key: (tables.get(key.name, -1), key.row or 0, places[key.name]))


def _field(key: FieldKey, it: ScanResult) -> dict[str, Any]:
    place = next((each for each in it.reads.places if each.key == key), None)
    outcome = it.outcomes.get(key)
    return {
        "name": key.name,
        "row": key.row,
        "type": it.form.field(key.name).type,
        "page": place.page if place else None,
        "box": list(place.box) if place else None,
        "readings": _readings(key, it),
        "decision": _decision(outcome) if isinstance(outcome, Decision) else None,
        "task": {"kind": outcome.kind, "reason": outcome.reason} if isinstance(outcome, Task) else None,
    }


def _readings(key: FieldKey, it: ScanResult) -> list[dict[str, Any]]:
    """The readings of one field, most probable first, equals by source."""
    said: Sequence[Reading] = [each for each in it.reads.readings if each.key == key]
    probable = {reading.id: _probability(reading, key, it) for reading in said}
    in_order = sorted(said, key=lambda reading: (-(probable[reading.id] or 0.0), reading.source))
    return [
        {
            "source": reading.source,
            "kind": reading.kind,
            "text": reading.text,
            "confidence": _short(reading.confidence),
            "probability": _short(probable[reading.id]),
            "alternatives": [[text, _short(confidence)] for text, confidence in reading.alternatives],
        }
        for reading in in_order
    ]


def _probability(reading: Reading, key: FieldKey, it: ScanResult) -> float | None:
    """Ours, that this reading is what is written: the calibrated one for the likeliest value, else the model's own."""
    posterior = it.posteriors.get(key)
    if posterior is None:
        return None
    says = vote(prepared(it.form).fields[key.name], reading).says
    likeliest = next((each.normal for each in posterior.candidates if each.origin == "read"), None)
    if says == likeliest:
        return posterior.probability
    return next((each.probability for each in posterior.candidates if each.normal == says), None)


def _decision(decision: Decision) -> dict[str, Any]:
    return {
        "value": decision.value,
        "null": decision.null,
        "text": decision.text,
        "probability": _short(decision.probability),
        "method": decision.method,
        "reason": sentence(decision.method),
    }


def _short(number: float | None) -> float | None:
    return None if number is None else round(number, DIGITS)
