"""One photograph of the test world read by the product's own door and by the plain script, field by field."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy
from PIL import Image

from reconcile.decision.decide import decide
from reconcile.inference.weigh import weigh
from reconcile.learning.training_facts import ScanFacts
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.bench.plain_script import plain_readings
from tests.bench.second_world.values import RECKONED as SECOND_WORLD
from tests.bench.world import forms as first_world
from tests.bench.world.photographs import Photo
from transcribe import extraction, fields, ocr
from transcribe.forms import field_boxes, load
from transcribe.model import (
    READ,
    Decision,
    FieldKey,
    Form,
    Page,
    Parameters,
    Posterior,
    Reading,
    Scan,
    ScanPage,
    Task,
)
from transcribe.ocr import Engine
from transcribe.recognition.page_assignment import ReadOptions
from transcribe.recognition.read import read

NOW = datetime(2025, 6, 1, tzinfo=UTC)
ENGINES = ("tesseract", "rapidocr")
MARKS = ("checkbox", "signature")
NEVER_FITTED = (*first_world.NEVER_FITTED, *SECOND_WORLD)
"""Forms on which figures are printed and nothing is ever fitted or tuned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One field of a photograph: truth and readings as the field's type compares them, what was decided or why not.

    None: nothing was read, nothing decided. `readings` are those of the product's machines as they came.
    """

    key: str
    type: str
    pattern: bool
    truth: str
    written: str
    readings: list[dict[str, Any]] = field(default_factory=list)
    engines: dict[str, str | None] = field(default_factory=dict)
    plain: str | None = None
    plain_confidence: float = 0.0
    first: str | None = None
    probability: float = 0.0
    decided: str | None = None
    reason: str = ""

    @property
    def kind(self) -> str:
        """mark, blank or filled."""
        return "mark" if self.type in MARKS else "filled" if self.truth else "blank"

    def is_read(self, engine: str) -> bool:
        return self.engines.get(engine) == self.truth

    @property
    def is_bare_code(self) -> bool:
        """Whether it is a code whose form says no pattern: its shape is learnt from some thirty orders."""
        return self.type == "code" and not self.pattern

    @property
    def is_truncated(self) -> bool:
        """Whether the decided value is the truth less characters at an end."""
        said, truth = (self.decided or "").replace(" ", ""), self.truth.replace(" ", "")
        return bool(said) and len(said) < len(truth) and (truth.startswith(said) or truth.endswith(said))


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A photograph as it was read; `fit` is how alike it and the blank are, None where that is not known.

    `picture` and `reader` are the hashes of what was read and of what read it, where the readings are stored.
    """

    photo: str
    form: str
    definition: str
    condition: str
    hand: str
    pen: str
    fit: float | None
    laid: bool
    cells: list[Cell]
    picture: str = ""
    reader: str = ""
    quality: dict[str, float] = field(default_factory=dict)
    advice: list[str] = field(default_factory=list)


def read_photo(photo: Photo) -> Read:
    """The photograph read by both."""
    form = _form(photo.definition)
    with Image.open(photo.file) as image:
        picture = numpy.asarray(image.convert("RGB"), numpy.uint8)
    scan = Scan(
        id=Path(photo.file).name, pages=(ScanPage(file=photo.file, page=1),), form=form.name, form_version=form.version
    )
    engines = [_engine(name, form.languages) for name in ENGINES]
    found = read(scan, [Page(number=1, picture=picture)], form, engines, NOW, ReadOptions(layouts=extraction))
    boxes = {
        str(key): (box.x0, box.y0, box.x1, box.y1) for key, each, box in field_boxes(form, 1) if each.type not in MARKS
    }
    plain = {}
    if blank := form.blanks[0].path:
        with Image.open(blank) as image:
            plain = plain_readings(picture, numpy.asarray(image.convert("RGB"), numpy.uint8), boxes)
    return Read(
        photo=Path(photo.file).name,
        form=photo.form,
        definition=photo.definition,
        condition=photo.condition,
        hand=photo.hand,
        pen=photo.pen,
        fit=found.fit,
        laid=bool(plain),
        cells=_cells(form, photo.fields, found.readings, plain, shipped_parameters()),
        quality=dict(found.quality),
        advice=list(found.advice),
    )


def weighed_anew(result: Read, parameters: Parameters) -> Read:
    """The same readings weighed and decided under these parameters, by the code as it is now."""
    written = {each.key: each.written for each in result.cells}
    anew = _cells(_form(result.definition), written, kept_readings(result), {}, parameters)
    pairs = zip(anew, result.cells, strict=True)
    cells = [replace(each, plain=old.plain, plain_confidence=old.plain_confidence) for each, old in pairs]
    return replace(result, cells=cells)


def kept_readings(result: Read) -> list[Reading]:
    """The readings of a photograph's machines as nouns again."""
    return [
        Reading(
            id=f"{each.key} {number}",
            scan=result.photo,
            key=_key(each.key),
            source=said["source"],
            kind="machine",
            text=said["text"],
            at=NOW,
            confidence=said["confidence"],
            flags=frozenset(said["flags"]),
            conditions=said["conditions"],
            alternatives=tuple((text, share) for text, share in said["alternatives"]),
        )
        for each in result.cells
        for number, said in enumerate(each.readings)
    ]


def facts_of(result: Read) -> ScanFacts:
    """The photograph as what learning takes: its readings and the truth."""
    truths = {_key(each.key): each.written for each in result.cells}
    return ScanFacts(form=_form(result.definition), readings=kept_readings(result), truths=truths)


def _key(name: str) -> FieldKey:
    field_name, _, row = name.partition("[")
    return FieldKey(field_name, int(row[:-1]) if row else None)


def _cells(
    form: Form,
    written: Mapping[str, str],
    readings: Iterable[Reading],
    plain: Mapping[str, tuple[str | None, float]],
    parameters: Parameters,
) -> list[Cell]:
    """Every field of a form with its truth, what was read there, and what is decided under the parameters.

    Of a free layout those that have a truth.
    """
    said: dict[str, list[Reading]] = {}
    for reading in readings:
        said.setdefault(str(reading.key), []).append(reading)
    posteriors = weigh(form, [each for some in said.values() for each in some], parameters, POLICY)
    keys = [_key(name) for name in written] if form.free else [key for key, _, _ in field_boxes(form, 1)]
    return [
        _cell(form, str(key), written[str(key)], said.get(str(key), []), posteriors.get(key), plain.get(str(key)))
        for key in keys
    ]


def _cell(
    form: Form,
    key: str,
    written: str,
    said: Sequence[Reading],
    posterior: Posterior | None,
    plain: tuple[str | None, float] | None,
) -> Cell:
    spot = form.field(key.partition("[")[0])

    def same(text: str | None) -> str | None:
        return None if text is None else fields.load(spot.type).normalise(text, spot, form)

    outcome = None if posterior is None else decide(spot, posterior, POLICY)
    first = None if posterior is None else next((each for each in posterior.candidates if each.origin in READ), None)
    return Cell(
        key=key,
        type=spot.type,
        pattern=bool(spot.pattern),
        truth=same(written) or "",
        written=written,
        readings=[_kept(each) for each in said],
        engines={each.source.partition(" ")[0]: same(each.text) for each in said},
        plain=same(plain[0]) if plain else None,
        plain_confidence=plain[1] if plain else 0.0,
        first=None if first is None or first.null not in (None, "blank") else same(first.text or ""),
        probability=0.0 if posterior is None else posterior.probability,
        decided=_decided(outcome, same),
        reason=outcome.reason if isinstance(outcome, Task) else "",
    )


def _decided(outcome: Decision | Task | None, same: Callable[[str | None], str | None]) -> str | None:
    """The text that is decided; what is decided to be nothing but no blank is said in angle brackets."""
    if not isinstance(outcome, Decision):
        return None
    return f"<{outcome.null}>" if outcome.null not in (None, "blank") else same(outcome.text or "")


def _kept(reading: Reading) -> dict[str, Any]:
    return {
        "source": reading.source,
        "text": reading.text,
        "confidence": reading.confidence,
        "flags": sorted(reading.flags),
        "conditions": dict(reading.conditions),
        "alternatives": [list(each) for each in reading.alternatives],
    }


def line_of(result: Read) -> str:
    """The result as one line of JSON."""
    return json.dumps(asdict(result), ensure_ascii=False)


def of_line(line: str) -> Read:
    told = json.loads(line)
    return Read(**(told | {"cells": [Cell(**each) for each in told["cells"]]}))


def readings_of(result: Read) -> Iterator[dict[str, Any]]:
    """The result as `fit_first` takes it: one object for each reading of a field."""
    for cell in result.cells:
        for reading in cell.readings:
            yield reading | {
                "form": result.definition,
                "file": result.photo,
                "level": result.condition,
                "hand": result.hand,
                "key": cell.key,
                "type": cell.type,
                "truth": cell.written,
                "right": cell.is_read(reading["source"].partition(" ")[0]),
            }


@lru_cache(maxsize=16)
def _form(path: str) -> Form:
    return load(path)


@lru_cache(maxsize=16)
def _engine(name: str, languages: tuple[str, ...]) -> Engine:
    return ocr.load(name, languages)
