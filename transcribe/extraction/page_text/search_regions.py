"""Where a field that no source found is likely to be: what people are shown to look for it."""

from __future__ import annotations

from collections.abc import Sequence

from transcribe.extraction.page_text.page_text import PageText
from transcribe.geometry import Box
from transcribe.model import Field, Page

HEAD_HEIGHT_SHARE = 0.35
"""The part of the first page in which names, addresses and dates of issue stand."""

LABEL_MARGIN_HEIGHTS = 4
"""Line heights above and below a label that are shown with it, over the whole width of the page."""


def search_region(field: Field, pages: Sequence[Page], sheets: Sequence[PageText]) -> tuple[int, Box]:
    """Page number and box: around the field's label where one was seen, the head of the page for names and addresses,
    else the whole first page."""
    for sheet in sheets:
        seen = max(sheet.labels_of(field.name), key=lambda each: each.similarity, default=None)
        if seen is not None:
            line = sheet.lines[seen.line]
            page = next(each for each in pages if each.number == line.page)
            height, width = page.picture.shape[:2]
            room = round(LABEL_MARGIN_HEIGHTS * line.height)
            return line.page, Box(0, max(0, seen.box.y0 - room), width, min(height, seen.box.y1 + room))
    height, width = pages[0].picture.shape[:2]
    if field.type in ("name", "address"):
        return pages[0].number, Box(0, 0, width, max(1, round(height * HEAD_HEIGHT_SHARE)))
    return pages[0].number, Box(0, 0, width, height)
