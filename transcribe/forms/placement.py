"""Where the fields of a form stand: each on its page, and no two on one place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from transcribe.errors import FormError
from transcribe.fields import facts_of
from transcribe.geometry import Box
from transcribe.model import Blank, Form

MAX_OVERLAP_SHARE = 0.5
"""Boxes that share more of the smaller one's area are one place, where both fields would be read as the same. Chosen by
hand: of the shipped forms no two boxes share 0.2."""


MIN_SIDE_PX = 8
"""The smallest side of a box, and height of a row, in pixels of the blank: a millimetre at 200 dpi. Chosen by hand."""


def check_place(file: str, key: str, page: int, box: Box | None, blanks: Sequence[Blank | None]) -> None:
    """FormError where a field or table does not stand on its page. A blank that is None could not be looked at."""
    if page > len(blanks):
        raise FormError(f"{file}: {key} page: the form has no page {page}; its last one is {len(blanks)}.")
    here = blanks[page - 1]
    if here is None:
        return
    if here.path is None:
        if box is not None:
            raise FormError(f"{file}: {key} box: a box needs a blank, the empty page that it refers to.")
    elif box is None:
        raise FormError(f"{file}: {key}: a form with a blank needs a box here, x0, y0, x1, y1 on the blank.")
    elif box.x1 > here.size[0] or box.y1 > here.size[1]:
        raise FormError(f"{file}: {key} box: {list(box)} reaches outside the blank of {here.size[0]} x {here.size[1]}.")


def overlapping(file: str, form: Form) -> Iterator[str]:
    """Every two fields whose boxes lie on each other, with what to do. A column of a table counts as one field."""
    for number in range(1, len(form.blanks) + 1):
        for (one, its), (other, others) in combinations(_places(form, number), 2):
            share = its.overlap_share(others)
            if share > MAX_OVERLAP_SHARE:
                yield (
                    f'{file}: field "{other}" box: {share:.0%} of the smaller box lie on that of "{one}", so that both '
                    "read the same. Draw them apart (fairhand forms preview shows them), or take one of the two out."
                )


def unanswerable(file: str, form: Form) -> Iterator[str]:
    """Every field that nobody could fill in or read as it is defined, with what to do."""
    for field in form.all_fields():
        if facts_of(field.type).is_choice and not field.examples:
            yield f'{file}: field "{field.name}" examples: a choice is one of a few words. List them as its examples.'
        if any(not text.strip() for text in field.label.values()):
            yield f'{file}: field "{field.name}" label: it is empty. Write what stands beside it, or leave label out.'
        if field.box and min(field.box.width, field.box.height) < MIN_SIDE_PX:
            yield f'{file}: field "{field.name}" box: {list(field.box)} is too small to write or tick anything in.'
    for table in form.tables:
        if table.box and table.box.height < MIN_SIDE_PX * table.rows:
            yield (
                f'{file}: table "{table.name}" rows: {table.rows} of them are lower than {MIN_SIDE_PX} pixels in a box '
                f"of {table.box.height} pixels. Count the lines that are drawn."
            )


def _places(form: Form, number: int) -> list[tuple[str, Box]]:
    """The fields of a page and the columns of its tables by name, each with all the place that it takes."""
    places = [(field.name, field.box) for field in form.fields if field.page == number and field.box]
    for table in form.tables:
        if table.page == number and table.box:
            spans = [(column.field.name, column.span) for column in table.columns if column.span]
            places += [(name, Box(x0, table.box.y0, x1, table.box.y1)) for name, (x0, x1) in spans]
    return places
