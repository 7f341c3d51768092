"""What was written on a page beyond its print: which boxes hold ink, how much, and the page without its print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import cv2
import numpy
from numpy.typing import NDArray

from transcribe.geometry import Box
from transcribe.imaging import Mask, background, flatten, grey, grown_mask, shadow, smoothed
from transcribe.ink import faint_strokes
from transcribe.ink.components import Patch, at_rim, going_on, owned
from transcribe.ink.hidden_print import HiddenPrint, hidden_print
from transcribe.ink.print_mask import Print, crosses, folds, printed, without
from transcribe.model import Picture

A4_HEIGHT = 2339
"""Pixels of an A4 page at 200 dpi: lengths below are for such a page and grow with a finer blank."""

CONTRAST = 0.2
"""Share of the darkness of the page's own print from which a pixel is ink: a pencil is a third as dark as print."""

NOISE = 5.0
"""Standard deviations of the paper's noise below which nothing is ink."""

FAINTEST = 22
"""Grey levels under the paper below which nothing is ink, however clean the page: texture and show-through."""

SPECK = 10
"""Pixels of a patch below which it is dust or noise; a full stop of 10 points has 12 to 20."""


ENOUGH, FADED = 26.0, 4.0
"""Pixels of ink in a box at which it is as likely empty as not: a hyphen of 10 points has 35, a typed 1 has 60. So many
times as many of strokes too pale to be ink leave it in doubt: of 450 blank boxes on 42 photographs 19 had as many."""

RESIDUE = 0.6
"""A patch with this share of its pixels close by the print is what is left of a line, not writing."""


CROSSED = 14
"""Pixels of print that a stroke may cross and still be one stroke: two frames side by side, and what is around them."""

THIN = 4
"""Pixels up to which a patch is thin enough to be what is left of a line."""

BESIDE = 5
"""Pixels around writing that are kept of the page: the soft edges of strokes, and strokes too faint to be ink."""


SOFT = 0.3
"""Share of the level of ink from which a shadow matters: a fainter one is no ink even with the grain of the paper."""

SHADED = 0.5
"""Share of the darkness of print that a shadow does not reach once the lamp's light is divided out: what is broad and
darker is a blot or a field painted over, and stays ink."""

DEEP = 75
"""Levels that a finger's shadow reaches at its tip, however pale the form's own print is."""

STEEP = 3.0
"""How fast `sure` rises with the amount of ink: the power that makes ten times ENOUGH 0.999."""

STREWN_PX, STREWN_SHARE = 80, 0.01
"""Side of a square, at 200 dpi, and how much of it specks must cover for its middle to be smoothed. Worn pages with
dots of toner have such places on 6 to 43 % of the page, others on 2 to 5 %. On two of the worn ones the detector saw 90
of 100 fields and RapidOCR read 78; unsmoothed it was 81 and 71. Elsewhere smoothing spoils small print."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """The ink of one box. `amount` is its pixels at 200 dpi, `box` surrounds it (None where there is none).

    It is `disputed` where writing that counts as another box's reaches far in, or a fold runs through its writing;
    `hidden` where the form's own print is, as nobody sees what is written there. It `goes_on` where writing goes on
    across the box's left or right side: what stands in the box may lack a letter, or have one of the next box."""

    patches: tuple[Patch, ...]
    amount: float
    box: Box | None
    disputed: bool = False
    hidden: bool = False
    goes_on: bool = False

    @property
    def doubtful(self) -> bool:
        """Whether ink alone can say neither that the box is blank nor that it was seen whole."""
        return self.disputed or self.hidden

    @property
    def filled(self) -> float:
        """How sure it is that something is written here, 0 to 1; 0.5 at ENOUGH pixels, steep around it."""
        return sure(self.amount / ENOUGH)


@dataclass(frozen=True, slots=True, kw_only=True)
class InkLayer:
    """A page as its ink shows it.

    `clean` is the writing alone, in grey on the page's paper: what engines read. `dark` says how much darker than paper
    each pixel is, `ink` is the mask of what was added, `unit` the length of a pixel at 200 dpi, `contrast` the darkness
    of print on this page and `noise` the deviation of bare paper, both 0 to 255, `level` that of ink. `written` is the
    mask of the patches, `print_` the blank's print, `blank` its path; `strokes` is the page's and its print's, however
    faint, half as large; `hidden` says where nobody sees the page (None without a blank), `strewn` where dirt lies."""

    clean: Picture
    dark: Picture
    ink: Mask
    written: Mask
    patches: tuple[Patch, ...]
    unit: float
    contrast: float
    noise: float
    level: float
    print_: Print
    blank: str | None
    strokes: Picture
    hidden: HiddenPrint | None
    folds: Mask | None
    strewn: NDArray[numpy.bool_]

    def inks(self, boxes: Sequence[Box]) -> list[Ink]:
        """The ink of each box, see `owned`: a letter's tail in the row below does not fill that row."""
        if not boxes or not self.patches:
            return [self._ink(box, [], []) for box in boxes]
        patches = numpy.array([tuple(patch.box) for patch in self.patches], numpy.float64)
        middles = numpy.array([patch.middle for patch in self.patches], numpy.float64)
        found, across = owned(patches, middles, boxes), going_on(patches, middles, boxes, self.unit)
        return [
            self._ink(box, list(compress(self.patches, own)), list(compress(self.patches, reaching)), goes_on)
            for box, own, reaching, goes_on in zip(boxes, found.own.T, found.reaching.T, across, strict=True)
        ]

    def without_specks(self, picture: Picture) -> Picture:
        """A grey page, smoothed where dirt is strewn."""
        return numpy.where(self.strewn, smoothed(picture), picture) if self.strewn.any() else picture

    def share(self, box: Box) -> float:
        """The share of a box's pixels that is ink, 0 to 1: for boxes to be ticked."""
        inside = self.ink[box.slices]
        return float(inside.mean()) if inside.size else 0.0

    def faint(self, box: Box) -> float:
        """The pixels at 200 dpi of strokes in a box that may be too pale to be ink."""
        return faint_strokes.pale(self.strokes, self.print_.nearby, box, self.level, self.unit)

    def _ink(self, place: Box, patches: Sequence[Patch], reaching: Sequence[Patch], goes_on: bool = False) -> Ink:
        amount, from_beside = (sum(patch.area for patch in each) / self.unit**2 for each in (patches, reaching))
        return Ink(
            patches=tuple(patches),
            amount=amount,
            box=Box.enclosing(patch.box for patch in patches) if patches else None,
            disputed=from_beside >= ENOUGH
            or any(crosses(self.folds, patch.box.padded(round(BESIDE * self.unit))) for patch in patches)
            or (amount < ENOUGH and self.faint(place) >= FADED * ENOUGH),
            hidden=self.hidden is not None and self.hidden.hides(place),
            goes_on=goes_on,
        )


def ink_layer(page: Picture, blank_path: str | None) -> InkLayer:
    """The ink of a page that lies on its blank (same size), or of any page where there is no blank (None)."""
    picture = grey(page)
    under = background(picture)
    dark = numpy.asarray(cv2.GaussianBlur(255 - flatten(picture, under), (3, 3), 0), dtype=numpy.uint8)
    unit = max(picture.shape) / A4_HEIGHT if blank_path else 1.0
    print_ = printed(blank_path, unit) if blank_path else Print.none(picture.shape)
    contrast, noise = _strength(dark, print_)
    level = max(CONTRAST * contrast, NOISE * noise, FAINTEST)
    strokes = faint_strokes.strokes(dark, unit)
    lost = hidden_print(strokes, picture, print_, faint_strokes.HINT * level, unit) if blank_path else None
    dark = numpy.asarray(cv2.subtract(dark, cv2.convertScaleAbs(print_.tint, alpha=contrast / 255)), dtype=numpy.uint8)
    shade = shadow(dark, max(SHADED * contrast, DEEP), unit)
    if shade.max() >= SOFT * level:
        dark = numpy.asarray(cv2.subtract(dark, shade), dtype=numpy.uint8)
        under = numpy.asarray(cv2.multiply(under, 255 - shade, scale=1 / 255), dtype=numpy.uint8)
    all_ink = (dark > level).view(numpy.uint8)
    folded = folds(strokes, print_, level, unit, dark.shape) if blank_path else None
    added, strokes = without(folded, all_ink & (1 - print_.near), strokes)
    crossing = _crossing(added, all_ink, print_, unit)
    patches, written = _patches(added | crossing, print_, unit)
    specks = added & (1 - written) & (1 - print_.nearby)
    shown = grown_mask(written, round(BESIDE * unit)) & ((1 - print_.near) | crossing)
    return InkLayer(
        clean=numpy.asarray(cv2.copyTo(picture, shown, under), dtype=numpy.uint8),
        dark=dark,
        ink=added,
        written=written,
        patches=patches,
        unit=unit,
        contrast=contrast,
        noise=noise,
        level=level,
        print_=print_,
        blank=blank_path,
        strokes=strokes,
        hidden=lost,
        folds=folded,
        strewn=cv2.boxFilter(specks, cv2.CV_32F, 2 * (round(STREWN_PX * unit),)) >= STREWN_SHARE,
    )


def strength(page: Picture) -> tuple[float, float]:
    """How dark the print of any page is, and the standard deviation of its bare paper, both 0 to 255."""
    dark = cv2.GaussianBlur(255 - flatten(grey(page)), (3, 3), 0)[::2, ::2]
    return _strength(numpy.asarray(dark, dtype=numpy.uint8), Print.none(dark.shape))


def sure(ratio: float) -> float:
    """How sure something is that is as likely as not at ratio 1, 0 to 1: 0.999 at ten times that, 0.001 at a tenth."""
    return float(ratio**STEEP / (1 + ratio**STEEP))


# --- print and ink ---------------------------------------------------------------------------------------------------


def _strength(dark: Picture, print_: Print) -> tuple[float, float]:
    """How dark print is on this page, and the standard deviation of bare paper (by the median, so that ink is no
    noise: 1.4826 times the median deviation is the standard deviation of normal noise)."""
    levels = dark.ravel()
    strong = levels[print_.strong] if print_.strong.size else levels
    contrast = _quantile(strong, 0.75 if print_.strong.size else 0.99)
    bare = levels[print_.bare]
    return contrast, 1.4826 * _quantile(bare[bare < max(FAINTEST, 0.2 * contrast)], 0.5)


def _quantile(levels: NDArray[numpy.uint8], share: float) -> float:
    """The level (0 to 255) that this share of all does not exceed; 0 of none."""
    return float(numpy.quantile(levels, share, method="inverted_cdf")) if levels.size else 0.0


def _crossing(added: Mask, all_ink: Mask, print_: Print, unit: float) -> Mask:
    """Ink on the print that joins strokes on both sides of it: a letter's tail through a line is the letter's."""
    reach = 2 * round(CROSSED / 2 * unit) + 1
    down = cv2.morphologyEx(added, cv2.MORPH_CLOSE, numpy.ones((reach, 1), numpy.uint8))
    across = cv2.morphologyEx(added, cv2.MORPH_CLOSE, numpy.ones((1, reach), numpy.uint8))
    joined = cv2.bitwise_and(cv2.bitwise_or(down, across), all_ink)
    return numpy.asarray(cv2.bitwise_and(joined, print_.near), dtype=numpy.uint8)


def _patches(ink: Mask, print_: Print, unit: float) -> tuple[tuple[Patch, ...], Mask]:
    """The patches of ink that are writing, and the mask of these alone."""
    count, labels, stats, middles = cv2.connectedComponentsWithStats(ink, connectivity=8)
    left, top, wide, high, areas = stats.T
    boxes = numpy.stack((left, top, left + wide, top + high), axis=1)
    close = numpy.bincount(labels[print_.nearby > 0].astype(numpy.intp), minlength=count)
    kept = (areas >= SPECK * unit**2) & ~((numpy.minimum(wide, high) <= THIN * unit) & (close >= RESIDUE * areas))
    kept &= ~at_rim(boxes, ink.shape) if print_.strong.size else True
    kept[0] = False
    found = [
        Patch(box=Box(*boxes[number].tolist()), area=int(areas[number]), middle=tuple(middles[number].tolist()))
        for number in numpy.flatnonzero(kept)
    ]
    return tuple(found), kept[labels].view(numpy.uint8)
