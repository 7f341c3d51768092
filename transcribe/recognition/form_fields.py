"""The fields of one page of a form with what is needed to read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy

from transcribe.codes import Flag
from transcribe.fields import as_type_allows, facts_of
from transcribe.forms import Comb, combs, field_boxes
from transcribe.geometry import Box
from transcribe.imaging import OutsidePhoto
from transcribe.ink import Ink, InkLayer
from transcribe.model import Field, FieldKey, Form, Reading
from transcribe.ocr import reading
from transcribe.registration import Similarity

MIN_SHARE_OUTSIDE = 0.1
"""The share of a box outside the photo from which writing may be lost. Chosen by hand."""


MISSED_IN_DIRT_SHARE = 0.08
"""A detector misses this share of written fields among specks of dirt (4 of 50)."""

MAX_LOCAL_DIRT_SHARE = 0.1
"""Dirt on more of the page than this shows in the form's own print. It was .17 to .33, and .018 where a band of dirt
hid a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRegion:
    """One field of a page: its key, its definition, its box on the blank, the ink in it, and the blank's comb.

    `astray`: the page is not aligned here, so the box shows another place. `stretches` are the pieces of text that a
    detector sees in it, None where none looked; `in_filled_row`: it sees text in half of the row's other cells or more.
    It misses `missed_share` of text on this page, and ink sees nothing in `missed_by_ink` of written fields. `outside`:
    a part of the box lies outside the photo. `beside` is text beside it that may be its own; `misplaced`: its own may
    be another's. `dirt`: patches as high as letters on a square as high as a row, where no text is. `inked_share`: of
    boxes without text beside one with ink, those that have some too."""

    key: FieldKey
    field: Field
    box: Box
    ink: Ink
    comb: Comb | None = None
    astray: bool = False
    stretches: tuple[Box, ...] | None = None
    in_filled_row: bool = False
    missed_share: float = 0.0
    missed_by_ink: float = 0.0
    outside: bool = False
    beside: tuple[Box, ...] = ()
    misplaced: bool = False
    dirt: float = 0.0
    inked_share: float = 1.0

    @property
    def is_mark(self) -> bool:
        """Whether it is ticked or signed, and nothing is written in it."""
        return facts_of(self.field.type).is_mark

    @property
    def is_witnessed(self) -> bool:
        """Whether a detector looked for text here; payment data are covered before it looks."""
        return self.stretches is not None and self.field.personal != "payment"


def field_regions(
    form: Form, number: int, layer: InkLayer, similarity: Similarity | None = None, outside: OutsidePhoto | None = None
) -> list[FieldRegion]:
    """Every field of a page with its ink. `similarity` says where the page lies on its blank (None: everywhere),
    `outside` what of it the photo does not show (None: nothing)."""
    places = list(field_boxes(form, number))
    sides = tuple(box for _, _, box in places)
    path = form.blanks[number - 1].path
    dirty = layer.strewn if layer.strewn.mean() < MAX_LOCAL_DIRT_SHARE else numpy.zeros_like(layer.strewn)
    comb_of_each = combs(path, sides, layer.unit) if path else (None,) * len(sides)
    is_astray = similarity.astray(sides) if similarity else [False] * len(sides)
    return [
        FieldRegion(
            key=key,
            field=field,
            box=box,
            ink=_with_joined(ink, layer, box) if facts_of(field.type).is_plain_number else ink,
            comb=None if facts_of(field.type).is_mark else comb,
            astray=astray,
            outside=outside is not None and outside.share(box) >= MIN_SHARE_OUTSIDE,
            missed_share=MISSED_IN_DIRT_SHARE if 2 * dirty[box.slices].sum() > box.area else 0.0,
        )
        for (key, field, box), ink, comb, astray in zip(places, layer.inks(sides), comb_of_each, is_astray, strict=True)
    ]


def _with_joined(ink: Ink, layer: InkLayer, box: Box) -> Ink:
    """The ink of a box, in doubt where all ink in it is of others or of none: a hair takes along what it touches."""
    inside = layer.share(box) * box.area / layer.unit**2
    return replace(ink, disputed=True) if not ink.patches and replace(ink, amount=inside).filled > 0.5 else ink


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What every reading of a page shares. Without its `form` what engines read stays as they read it. `box` is where a
    person drew the field, None where the form says it."""

    scan: str
    at: datetime
    fit: float
    quality: float
    form: Form | None = None
    box: Box | None = None

    def reading(
        self,
        key: FieldKey,
        source: str,
        text: str | None,
        confidence: float | None,
        filled: float,
        *,
        flags: Iterable[Flag] = (),
        alternatives: Sequence[tuple[str, float]] = (),
        **looks: float,
    ) -> Reading:
        """A reading of a field that is filled with this probability; `looks` are conditions of it alone."""
        return reading(
            scan=self.scan,
            key=key,
            source=source,
            text=text,
            at=self.at,
            confidence=confidence,
            conditions={"fit": self.fit, "quality": self.quality, "place": 1.0, "ink": filled, **looks},
            flags=flags,
            alternatives=alternatives,
            box=self.box,
        )

    def as_read(self, text: str, field: Field) -> str:
        """What an engine read in a field: letters in a number are the digits that they look like."""
        return text if self.form is None else as_type_allows(text, field, self.form)
