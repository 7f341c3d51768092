"""What reading the pages of one scan gathers, until it is all there and becomes a ReadResult."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy
from numpy.typing import NDArray

from transcribe.archive_names import packed
from transcribe.geometry import Box
from transcribe.imaging import Quality, crop, page_picture
from transcribe.model import PagePicture, PageTransform, Picture, Place, Reading, ReadResult, SourceWords
from transcribe.recognition.snippet_frames import frame_of


@dataclass(slots=True)
class ReadResultBuilder:
    """Places, readings, pictures and qualities so far; `files` and `field_pictures` are pictures' bytes by SHA-256."""

    places: list[Place] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    pictures: list[PagePicture] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    field_pictures: dict[str, bytes] = field(default_factory=dict)
    qualities: list[Quality] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)
    transforms: dict[int, PageTransform] = field(default_factory=dict)
    source_words: list[SourceWords] = field(default_factory=list)

    def add_place(
        self,
        place: Place,
        picture: Picture,
        shown: Box,
        *,
        scale: float,
        writing: Box,
        letter: float,
        strict: bool = False,
        lines: Sequence[Box] = (),
    ) -> None:
        """Keep a place with its picture: what is `shown` of a page, made larger by `scale`. Under `strict` what lies
        beside is masked. `writing` is what is written there, `letter` its letters' height in pixels of the page,
        `lines` its lines."""
        content, wide = crop(picture, shown, scale=scale, strict=strict, writing=writing, letter=letter)
        sha256 = hashlib.sha256(content).hexdigest()
        self.field_pictures[sha256] = content
        frame = frame_of(wide, place.box, writing, letter, lines)
        self.places.append(replace(place, snippet=sha256, frame=frame))

    def add_page_picture(self, number: int, shown: Picture) -> str:
        """Keep the picture of a page, on which the boxes of its places lie; gives its SHA-256."""
        content = page_picture(shown)
        sha256 = hashlib.sha256(content).hexdigest()
        self.files[sha256] = content
        self.pictures.append(PagePicture(number=number, sha256=sha256, size=(shown.shape[1], shown.shape[0])))
        return sha256

    def result(self, fit: float | None) -> ReadResult:
        """All of it. `fit` is that of the worst page, None for a free layout."""
        names: dict[str, str] = {}
        if self.field_pictures:
            pack, names = packed(self.field_pictures)
            self.files[hashlib.sha256(pack).hexdigest()] = pack
        places = [replace(each, snippet=names.get(each.snippet or "", each.snippet)) for each in self.places]
        measures = self.qualities[0].measures if self.qualities else ()
        codes = [*(code for each in self.qualities for code in each.advice), *self.advice]
        return ReadResult(
            places=tuple(places),
            readings=tuple(self.readings),
            fit=fit,
            quality={name: round(min(each.measures[name] for each in self.qualities), 4) for name in measures},
            pictures=tuple(self.pictures),
            files=self.files,
            advice=tuple(dict.fromkeys(codes)),
            turns=tuple(self.turns),
            transforms=self.transforms,
            source_words=tuple(self.source_words),
        )


def page_transform(photo_number: int, homography: NDArray[numpy.float64]) -> PageTransform:
    """How a picture came out of page `photo_number` of the scan: `homography` takes its pixels to the picture's."""
    return PageTransform(page=photo_number, homography=tuple(float(each) for each in homography.ravel()))
