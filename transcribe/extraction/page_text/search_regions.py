"""Where a field that no source found is likely to be: the region that people are shown to look for it."""

from __future__ import annotations

from collections.abc import Sequence

from transcribe.extraction.page_text.page_text import PageText
from transcribe.fields import facts_of
from transcribe.geometry import Box
from transcribe.model import Field, Page

HEAD_HEIGHT_SHARE = 0.35
"""The share of the first page's height in which names, addresses and dates of issue stand. Chosen by hand."""

LABEL_MARGIN_HEIGHTS = 4
"""Line heights above and below a label that are shown with it, over the whole width of the page. Chosen by hand."""


def search_region(field: Field, pages: Sequence[Page], page_texts: Sequence[PageText]) -> tuple[int, Box]:
    """Page number and box in which a field is likely.

    It is around the field's label where a source saw one. Else it is the head of the first page for names and
    addresses, and the whole first page for others.
    """
    for page_text in page_texts:
        match = max(page_text.labels_of(field.name), key=lambda match: match.similarity, default=None)
        if match is not None:
            line = page_text.lines[match.line]
            page = next(page for page in pages if page.number == line.page)
            height, width = page.picture.shape[:2]
            margin = round(LABEL_MARGIN_HEIGHTS * line.height)
            return line.page, Box(0, max(0, match.box.y0 - margin), width, min(height, match.box.y1 + margin))
    height, width = pages[0].picture.shape[:2]
    if facts_of(field.type).in_head:
        return pages[0].number, Box(0, 0, width, max(1, round(height * HEAD_HEIGHT_SHARE)))
    return pages[0].number, Box(0, 0, width, height)
