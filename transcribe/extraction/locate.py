"""Places of a form's fields in a scan of free layout, and what each source reads there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from transcribe.codes import Flag
from transcribe.extraction.key_values import finders
from transcribe.extraction.key_values.text_in_box import read_in_box
from transcribe.extraction.page_text.consensus import (
    FieldCandidate,
    PlaceHypothesis,
    legibility,
    place_confidence,
    place_hypotheses,
)
from transcribe.extraction.page_text.page_text import PageText, page_text_of, require_bounded, search_region
from transcribe.extraction.page_text.text_lines import lines
from transcribe.extraction.tables.annotated_rows import agreed_table, has_missing_rows
from transcribe.fields import facts_of
from transcribe.geometry import Box
from transcribe.model import Field, FieldKey, Form, Page, Place, Reading, Table, Word
from transcribe.ocr import MAX_ALTERNATIVE_COUNT, alternatives_of, confidence_of, is_hocr_source, reading

MIN_ALTERNATIVE_SUPPORT_SHARE = 0.2
"""Another place is an alternative when it has this share of the support of both, or more. Chosen by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """One place for each field of a scan, and one reading of it for each source."""

    places: tuple[Place, ...]
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _ScanContext:
    """A scan while its fields are located: its pages, and their text as each source sees it."""

    id: str
    pages: Sequence[Page]
    form: Form
    page_texts: Mapping[str, PageText]
    legibility_by_source: Mapping[str, float]
    now: datetime
    flags: tuple[Flag, ...]


def locate(
    scan_id: str,
    pages: Sequence[Page],
    words: Mapping[str, Mapping[int, Sequence[Word]]],
    form: Form,
    now: datetime,
) -> Located:
    """Places and readings of every field of a scan.

    `words` are those that each source (by name) saw on each page (by number). A field that some source found has one
    place, on which the sources agreed, and one reading a source: what it reads there, or None with the flag "absent"
    where it sees nothing. An hOCR file that sees nothing has no reading. A field that no source found has the region in
    which it is likely as its place, confidence None, so that a person can be asked with a picture. Boxes are pixels of
    the page. ScanError where a source sees more words than any print has.
    """
    require_bounded(words)
    page_texts = {source: _page_text(by_page, form) for source, by_page in words.items()}
    legibility_by_source = {source: legibility(page_text.lines) for source, page_text in page_texts.items()}
    candidates = {source: finders.candidates(page_text, form) for source, page_text in page_texts.items()}
    hypotheses = {
        field.name: place_hypotheses({s: candidates[s][field.name] for s in page_texts}, legibility_by_source)
        for field in form.fields
    }
    scan = _ScanContext(
        id=scan_id,
        pages=pages,
        form=form,
        page_texts=page_texts,
        legibility_by_source=legibility_by_source,
        now=now,
        flags=(Flag.ANOTHER_DOCUMENT,) if _is_another_document(form, hypotheses) else (),
    )
    places: list[Place] = []
    readings: list[Reading] = []
    for field in form.fields:
        places.append(_place(scan, field, hypotheses[field.name]))
        readings.extend(_readings(scan, field, hypotheses[field.name], places[-1]))
    for table in form.tables:
        _locate_table(scan, table, _amount_texts(form, hypotheses), places, readings)
    return Located(places=tuple(places), readings=tuple(readings))


def _is_another_document(form: Form, hypotheses: Mapping[str, Sequence[PlaceHypothesis]]) -> bool:
    """Whether the form must have an amount and no source found one."""
    required = [field.name for field in form.fields if field.required and facts_of(field.type).is_money]
    return bool(required) and not any(hypotheses[name] for name in required)


def _amount_texts(form: Form, hypotheses: Mapping[str, Sequence[PlaceHypothesis]]) -> set[str]:
    """Every source's readings of the amounts of a form, where they most likely stand."""
    firsts = [
        places[0] for field in form.fields if facts_of(field.type).is_money and (places := hypotheses[field.name])
    ]
    return {candidate.text for place in firsts for candidate in place.by_source.values()}


def _page_text(by_page: Mapping[int, Sequence[Word]], form: Form) -> PageText:
    return page_text_of([line for number in sorted(by_page) for line in lines(by_page[number], number)], form)


def _place(scan: _ScanContext, field: Field, hypotheses: Sequence[PlaceHypothesis]) -> Place:
    """The best supported place of a field; the region in which it is likely where no source found it."""
    key = FieldKey(field.name)
    if not hypotheses:
        number, box = search_region(field, scan.pages, list(scan.page_texts.values()))
        return Place(scan=scan.id, key=key, page=number, box=box)
    best = hypotheses[0].most_legible(scan.legibility_by_source)
    asked = [source for source in scan.page_texts if not is_hocr_source(source) or source in hypotheses[0].by_source]
    confidence = place_confidence(hypotheses, len(asked))
    return Place(scan=scan.id, key=key, page=best.page, box=best.box, confidence=confidence)


def _readings(
    scan: _ScanContext, field: Field, hypotheses: Sequence[PlaceHypothesis], place: Place
) -> Iterator[Reading]:
    """Every source's reading at the place of a field, with its alternatives."""
    if hypotheses and hypotheses[0].doubtful:
        scan = replace(scan, flags=(*scan.flags, Flag.UNLABELLED))
    for source in scan.page_texts:
        own = _candidate_of_source(scan, field, hypotheses[0], source) if hypotheses else None
        alternatives = _alternatives(hypotheses, source, own) if hypotheses else ()
        yield from _source_reading(scan, place, source, own, alternatives)


def _source_reading(
    scan: _ScanContext,
    place: Place,
    source: str,
    own: FieldCandidate | None,
    alternatives: Sequence[tuple[str, float]] = (),
) -> Iterator[Reading]:
    """A source's reading at a place; none where a file beside the page has no text there."""
    if own is None and is_hocr_source(source):
        return
    yield reading(
        scan=scan.id,
        key=place.key,
        source=source,
        text=own.text if own else None,
        at=scan.now,
        confidence=confidence_of(own.words) if own else None,
        conditions={"place": place.confidence or 0.0},
        flags=scan.flags if own else (Flag.ABSENT,),
        alternatives=alternatives,
    )


def _candidate_of_source(
    scan: _ScanContext, field: Field, place: PlaceHypothesis, source: str
) -> FieldCandidate | None:
    """A source's candidate at a place: its own there, else its print inside the place of the others."""
    if source in place.by_source and len(place.by_source[source].lines) == 1:
        return place.by_source[source]
    best = place.most_legible(scan.legibility_by_source)
    if best is place.by_source.get(source):
        return best
    return read_in_box(scan.page_texts[source], best, field, scan.form)


def _locate_table(
    scan: _ScanContext, table: Table, sums: Collection[str], places: list[Place], readings: list[Reading]
) -> None:
    """Adds the cells of a table, row by row. Of a table that was not found, the first row is the whole first page."""
    agreed = agreed_table(scan.page_texts, scan.legibility_by_source, table, scan.form)
    if has_missing_rows(agreed, sums, table, scan.form):
        scan = replace(scan, flags=(*scan.flags, Flag.ROWS_MISSING))
    for cell in agreed.cells:
        page, box = cell.place.page, cell.place.box
        places.append(Place(scan=scan.id, key=cell.key, page=page, box=box, confidence=cell.confidence))
        for source, own in cell.by_source.items():
            readings.extend(_source_reading(scan, places[-1], source, own))
    if agreed.cells:
        return
    height, width = scan.pages[0].picture.shape[:2]
    for column in table.columns:
        key = FieldKey(column.field.name, 0)
        places.append(Place(scan=scan.id, key=key, page=scan.pages[0].number, box=Box(0, 0, width, height)))
        for source in scan.page_texts:
            readings.extend(_source_reading(scan, places[-1], source, None))


def _alternatives(
    hypotheses: Sequence[PlaceHypothesis], source: str, own: FieldCandidate | None
) -> tuple[tuple[str, float], ...]:
    """Other texts that the source may mean, with their likelihood, likeliest first.

    Its alternatives for the words of the place have the engine's confidence, its readings at other places their share
    of the support.
    """
    texts: dict[str, float] = {}
    if own is not None:
        texts = {text: round(sure, 4) for text, sure in alternatives_of([line.words for line in own.lines])}
    for place in hypotheses[1:]:
        other = place.by_source.get(source)
        share = place.support / (place.support + hypotheses[0].support)
        if other is not None and share >= MIN_ALTERNATIVE_SUPPORT_SHARE and (own is None or other.text != own.text):
            texts.setdefault(other.text, round(share, 4))
    ranked = sorted(texts.items(), key=lambda alternative: -alternative[1])
    return tuple(ranked[:MAX_ALTERNATIVE_COUNT])
