"""Reads samples by the whole path, weighs and decides, and sets every field beside its truth."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TextIO

from reconcile.algorithms.metrics import Forecast
from reconcile.decision.decide import decide
from reconcile.inference.weigh import weigh
from reconcile.parameters.shipped import shipped_parameters
from reconcile.policy import POLICY
from tests.bench.read_samples import LINE_FORM, Sample
from transcribe import extraction, fields, ocr
from transcribe.forms import definition as forms
from transcribe.geometry import Box
from transcribe.ink.ink_layer import ink_layer
from transcribe.model import (
    READ,
    Blank,
    Decision,
    Field,
    FieldKey,
    Form,
    Posterior,
    Reading,
    ReadResult,
    Scan,
    ScanPage,
    Task,
)
from transcribe.ocr import Engine
from transcribe.recognition import form_fields, form_page
from transcribe.recognition.page_assignment import ReadOptions
from transcribe.recognition.read import read

NOW = datetime(2025, 6, 1, tzinfo=UTC)
ENGINES = ("tesseract", "rapidocr")
MARKS = ("checkbox", "signature")
FOLDED = ("text", "name", "address", "city")
"""Types that are compared without case, spaces and punctuation on receipts, as issue and literature do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One field of one document: its truth, what the sources read, what was decided."""

    sample: Sample
    form: Form
    key: FieldKey
    field: Field
    truth: str
    readings: tuple[Reading, ...]
    posterior: Posterior | None
    outcome: Decision | Task | None
    folded: bool

    @property
    def kind(self) -> str:
        """mark, blank or filled."""
        if self.field.type in MARKS:
            return "mark"
        return "filled" if self.truth else "blank"

    def is_right(self, text: str | None) -> bool:
        """Whether a text says what the truth says."""
        return text is not None and self._same(text) == self._same(self.truth)

    def by(self, source: str) -> Reading | None:
        """The reading of a source, by the engine's name."""
        return next((each for each in self.readings if each.source.partition(" ")[0] == source), None)

    def texts(self) -> dict[str, str | None]:
        """What each engine reads, comparable."""
        return {
            name: None if said.text is None else self._same(said.text)
            for name in ENGINES
            if (said := self.by(name)) is not None
        }

    @property
    def agreed(self) -> bool:
        """Whether both engines read the same text."""
        texts = self.texts()
        return len(texts) == len(ENGINES) and None not in texts.values() and len(set(texts.values())) == 1

    @property
    def best_is_right(self) -> bool:
        """Whether some machine reads what is written."""
        return any(self.is_right(each.text) for each in self.readings)

    @property
    def stated(self) -> Forecast | None:
        """The probability of the likeliest value that machines read, and whether it is what is written; None where they
        read nothing."""
        if self.posterior is None:
            return None
        best = next((each for each in self.posterior.candidates if each.origin in READ), None)
        if best is None:
            return None
        is_null = best.null is not None and best.null != "blank"
        return self.posterior.probability, not is_null and self.is_right(best.text)

    @property
    def decided(self) -> Decision | None:
        return self.outcome if isinstance(self.outcome, Decision) else None

    @property
    def decided_right(self) -> bool:
        return self.decided is not None and self.is_right(self.decided.text)

    def _same(self, text: str) -> str:
        normal = fields.load(self.field.type).normalise(text, self.field, self.form)
        if self.folded and self.field.type in FOLDED:
            return "".join(letter for letter in normal.casefold() if letter.isalnum())
        return normal


def results(samples: Iterable[Sample], *, folded: bool = False, workers: int = 2) -> Iterator[Result]:
    """Every judged field of every sample, in order; documents are read by `workers` threads."""
    with ThreadPoolExecutor(workers) as pool:
        for found in pool.map(lambda sample: _results(sample, folded), samples):
            yield from found


def reads_of(sample: Sample, engines: Sequence[str] = ENGINES) -> ReadResult:
    """The sample read by machine."""
    form = form_of(sample.form)
    if sample.form == LINE_FORM:
        return _line_reads(sample, form, engines)
    scan = Scan(id=sample.file, pages=(ScanPage(file=sample.file, page=1),), form=form.name, form_version=form.version)
    ready = [_engine(name, form.languages) for name in engines]
    return read(scan, [sample.page()], form, ready, NOW, ReadOptions(layouts=extraction))


def _line_reads(sample: Sample, form: Form, engines: Sequence[str]) -> ReadResult:
    """A picture of one line, read as a field that fills it."""
    page = sample.page()
    sheet = ink_layer(page.picture, None)
    box = Box(0, 0, page.picture.shape[1], page.picture.shape[0])
    spot = form_fields.FieldRegion(key=FieldKey("text"), field=form.fields[0], box=box, ink=sheet.inks([box])[0])
    here = form_fields.Circumstances(scan=sample.file, at=NOW, fit=1.0, quality=1.0)
    readers = [_engine(name, form.languages) for name in engines]
    found = form_page.readings(page, sheet, [spot], readers, here)
    return ReadResult(places=(), readings=tuple(found), fit=None, quality={})


def dump(found: Iterable[Result], stream: TextIO) -> None:
    """One line of JSON for each reading: what a source said, under what conditions, and the truth."""
    for each in found:
        for reading in each.readings:
            row = {
                "form": each.form.name,
                "file": each.sample.file,
                "level": each.sample.level,
                "hand": each.sample.hand,
                "key": str(each.key),
                "type": each.field.type,
                "source": reading.source,
                "text": reading.text,
                "confidence": reading.confidence,
                "flags": sorted(reading.flags),
                "conditions": dict(reading.conditions),
                "alternatives": reading.alternatives,
                "truth": each.truth,
                "right": each.is_right(reading.text),
            }
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def _results(sample: Sample, folded: bool) -> list[Result]:
    form, reads = form_of(sample.form), reads_of(sample)
    posteriors = weigh(form, reads.readings, shipped_parameters(), POLICY)
    outcomes = {key: decide(form.field(key.name), each, POLICY) for key, each in posteriors.items()}
    said = _by_key(reads.readings)
    return [
        Result(
            sample=sample,
            form=form,
            key=key,
            field=form.field(key.name),
            truth=_truth(sample.truth, key, form),
            readings=said.get(key, ()),
            posterior=posteriors.get(key),
            outcome=outcomes.get(key),
            folded=folded,
        )
        for key in _judged(sample, form)
    ]


def _judged(sample: Sample, form: Form) -> Iterator[FieldKey]:
    """The keys that have a truth; on a form with a blank also those that are empty. Payment data are not read."""
    for key in tuple(form.keys()):
        field = form.field(key.name)
        if field.personal != "payment" and (not form.free or str(key) in sample.truth):
            yield key


def _truth(truth: Mapping[str, str], key: FieldKey, form: Form) -> str:
    said = truth.get(str(key), "")
    return said or ("false" if form.field(key.name).type in MARKS else "")


def _by_key(readings: Iterable[Reading]) -> dict[FieldKey, tuple[Reading, ...]]:
    found: dict[FieldKey, list[Reading]] = defaultdict(list)
    for each in readings:
        found[each.key].append(each)
    return {key: tuple(said) for key, said in found.items()}


@lru_cache(maxsize=8)
def form_of(name: str) -> Form:
    if name != LINE_FORM:
        return forms.load(name)
    return Form(
        name=name,
        version=1,
        title={"en": "A line of writing"},
        languages=("fra",),
        locale="fr_FR",
        currency="EUR",
        digest=name,
        blanks=(Blank(path=None, size=(0, 0)),),
        fields=(Field(name="text", type="text", label={"en": "Text"}),),
    )


@lru_cache(maxsize=8)
def _engine(name: str, languages: tuple[str, ...]) -> Engine:
    return ocr.load(name, languages)
