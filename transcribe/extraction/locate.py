"""Where the fields of a form of free layout stand in one scan, and what each source reads there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from transcribe.codes import Flag
from transcribe.extraction.key_values import finders
from transcribe.extraction.key_values.text_in_box import read_in_box
from transcribe.extraction.page_text.consensus import PlaceHypothesis, legibility, place_confidence, place_hypotheses
from transcribe.extraction.page_text.field_candidates import Candidate
from transcribe.extraction.page_text.page_text import PageText, page_text_of
from transcribe.extraction.page_text.search_regions import search_region
from transcribe.extraction.page_text.text_lines import lines
from transcribe.extraction.tables.cells import agreed_table
from transcribe.extraction.tables.missing_rows import has_missing_rows
from transcribe.geometry import Box
from transcribe.model import Field, FieldKey, Form, Page, Place, Reading, Table, Word
from transcribe.ocr import MOST_ALTERNATIVES, alternatives_of, confidence_of, is_beside, reading

MIN_ALTERNATIVE_SUPPORT_SHARE = 0.2
"""Another place is an alternative when it has this share of the support of both, or more."""

NOT_FOUND_CONDITIONS: Mapping[str, float] = {"place": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """One place for each field of a scan, and one reading of it for each source."""

    places: tuple[Place, ...]
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _ScanContext:
    """What is known while one scan is located: its pages, and the print as each source sees it."""

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
    """Places and readings of every field of a scan, from the words that each source (by name) saw on each page.

    A field that some source found has one place, on which the sources agreed, and one reading a source: what it reads
    there, or None with the flag "absent" where it sees nothing (of an hOCR file no reading). A field that no source
    found has the region in which it is likely as its place, confidence None, so that a person can be asked with a
    picture. Boxes are pixels of the page.
    """
    sheets = {source: _page_text(by_page, form) for source, by_page in words.items()}
    readable = {source: legibility(each.lines) for source, each in sheets.items()}
    offers = {source: finders.candidates(each, form) for source, each in sheets.items()}
    found = {
        each.name: place_hypotheses({source: offers[source][each.name] for source in sheets}, readable)
        for each in form.fields
    }
    flags = (Flag.ANOTHER_DOCUMENT,) if _is_another_document(form, found) else ()
    scan = _ScanContext(
        id=scan_id, pages=pages, form=form, page_texts=sheets, legibility_by_source=readable, now=now, flags=flags
    )
    places: list[Place] = []
    readings: list[Reading] = []
    for field in form.fields:
        places.append(_place(scan, field, found[field.name]))
        readings.extend(_readings(scan, field, found[field.name], places[-1]))
    for table in form.tables:
        _locate_table(scan, table, _amount_texts(form, found), places, readings)
    return Located(places=tuple(places), readings=tuple(readings))


def _is_another_document(form: Form, found: Mapping[str, Sequence[PlaceHypothesis]]) -> bool:
    """Whether the form must have an amount, and no source found any such."""
    needed = [field.name for field in form.fields if field.required and field.type == "amount"]
    return bool(needed) and not any(found[name] for name in needed)


def _amount_texts(form: Form, found: Mapping[str, Sequence[PlaceHypothesis]]) -> set[str]:
    """What every source reads for the amounts of a form, where they most likely stand."""
    named = [found[field.name] for field in form.fields if field.type == "amount"]
    return {each.text for seen in named if seen for each in seen[0].by_source.values()}


def _page_text(by_page: Mapping[int, Sequence[Word]], form: Form) -> PageText:
    return page_text_of([line for number in sorted(by_page) for line in lines(by_page[number], number)], form)


def _place(scan: _ScanContext, field: Field, found: Sequence[PlaceHypothesis]) -> Place:
    key = FieldKey(field.name)
    if not found:
        number, box = search_region(field, scan.pages, list(scan.page_texts.values()))
        return Place(scan=scan.id, key=key, page=number, box=box)
    best = found[0].most_legible(scan.legibility_by_source)
    heard = [each for each in scan.page_texts if not is_beside(each) or each in found[0].by_source]
    sure = place_confidence(found, len(heard))
    return Place(scan=scan.id, key=key, page=best.page, box=best.box, confidence=sure)


def _readings(scan: _ScanContext, field: Field, found: Sequence[PlaceHypothesis], place: Place) -> Iterator[Reading]:
    if found and found[0].doubtful:
        scan = replace(scan, flags=(*scan.flags, Flag.UNLABELLED))
    for source, each in scan.page_texts.items():
        said = _candidate_of_source(scan, field, found[0], source, each) if found else None
        others = _alternatives(found, source, said) if found else ()
        yield from _source_reading(scan, place, source, said, others)


def _source_reading(
    scan: _ScanContext, place: Place, source: str, said: Candidate | None, others: Sequence[tuple[str, float]]
) -> Iterator[Reading]:
    """What a source reads at a place. The silence of a file beside the page is no reading."""
    if said is None:
        if not is_beside(source):
            yield _absent_reading(scan, place, source, others)
        return
    yield reading(
        scan=scan.id,
        key=place.key,
        source=source,
        text=said.text,
        at=scan.now,
        confidence=confidence_of(said.words),
        conditions={"place": place.confidence or 0.0},
        flags=scan.flags,
        alternatives=others,
    )


def _candidate_of_source(
    scan: _ScanContext, field: Field, spot: PlaceHypothesis, source: str, own: PageText
) -> Candidate | None:
    """What a source reads at a place: its own candidate there, else its print inside the place of the others."""
    if source in spot.by_source and len(spot.by_source[source].lines) == 1:
        return spot.by_source[source]
    best = spot.most_legible(scan.legibility_by_source)
    if best is spot.by_source.get(source):
        return best
    return read_in_box(own, best, field, scan.form)


def _locate_table(
    scan: _ScanContext, table: Table, sums: Collection[str], places: list[Place], readings: list[Reading]
) -> None:
    """The cells of a table, row by row; where it was not found, its first row is somewhere on the first page."""
    found = agreed_table(scan.page_texts, scan.legibility_by_source, table, scan.form)
    if has_missing_rows(found, sums, table, scan.form):
        scan = replace(scan, flags=(*scan.flags, Flag.ROWS_MISSING))
    for cell in found.cells:
        sure = cell.confidence
        places.append(Place(scan=scan.id, key=cell.key, page=cell.place.page, box=cell.place.box, confidence=sure))
        for source, said in cell.by_source.items():
            readings.extend(_source_reading(scan, places[-1], source, said, ()))
    if found.cells:
        return
    height, width = scan.pages[0].picture.shape[:2]
    for column in table.columns:
        key = FieldKey(column.field.name, 0)
        places.append(Place(scan=scan.id, key=key, page=scan.pages[0].number, box=Box(0, 0, width, height)))
        for source in scan.page_texts:
            readings.extend(_source_reading(scan, places[-1], source, None, ()))


def _absent_reading(scan: _ScanContext, place: Place, source: str, others: Sequence[tuple[str, float]]) -> Reading:
    return reading(
        scan=scan.id,
        key=place.key,
        source=source,
        text=None,
        at=scan.now,
        confidence=None,
        conditions={"place": place.confidence} if place.confidence is not None else NOT_FOUND_CONDITIONS,
        flags=(Flag.ABSENT,),
        alternatives=others,
    )


def _alternatives(
    found: Sequence[PlaceHypothesis], source: str, said: Candidate | None
) -> tuple[tuple[str, float], ...]:
    """What else the source may mean: its second thoughts on the words of the place (the engine's confidence), then what
    it reads at other places, with their share of the support."""
    texts: dict[str, float] = {}
    if said is not None:
        texts = {text: round(sure, 4) for text, sure in alternatives_of([line.words for line in said.lines])}
    for spot in found[1:]:
        other = spot.by_source.get(source)
        share = spot.support / (spot.support + found[0].support)
        if other is not None and share >= MIN_ALTERNATIVE_SUPPORT_SHARE and (said is None or other.text != said.text):
            texts.setdefault(other.text, round(share, 4))
    ranked = sorted(texts.items(), key=lambda each: -each[1])
    return tuple(ranked[:MOST_ALTERNATIVES])
