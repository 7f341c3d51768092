"""Where the fields of a form stand: each on its page, and no two on one place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from transcribe.fields import facts_of
from transcribe.forms.mistakes import Entry, Mistake, mistake
from transcribe.geometry import Box
from transcribe.i18n import worded
from transcribe.model import Blank, Form

MAX_OVERLAP_SHARE = 0.5
"""Boxes that share more of the smaller one's area are one place, where both fields would be read as the same. Chosen by
hand: of the shipped forms no two boxes share 0.2."""


MIN_SIDE_PX = 8
"""The smallest side of a box, and height of a row, in pixels of the blank: a millimetre at 200 dpi. Chosen by hand."""


def misplaced(file: str, entry: Entry, page: int, box: Box | None, blanks: Sequence[Blank | None]) -> Mistake | None:
    """What is wrong where a field or table does not stand on its page. A blank that is None could not be looked at."""
    if page > len(blanks):
        said = worded("There is no page %(page)s: the form has %(count)s. Choose one of its pages.",
                      command="the form has no page %(page)s; its last one is %(count)s.",
                      page=page, count=len(blanks))  # fmt: skip
        return mistake(file, (entry, "page"), said)
    here = blanks[page - 1]
    if here is None:
        return None
    if here.path is None:
        said = worded("A box needs a picture of its page.",
                      command="a box needs a blank, the empty page that it refers to.")  # fmt: skip
        return mistake(file, (entry, "box"), said) if box is not None else None
    if box is None:
        said = worded("It has no box yet. Draw it where the value stands on the page.",
                      command="a form with a blank needs a box here, x0, y0, x1, y1 on the blank.")  # fmt: skip
        return mistake(file, (entry,), said)
    wide, high = here.size
    said = worded("Its box reaches outside the page, which is %(wide)s pixels wide and %(high)s high.",
                  command="%(box)s reaches outside the blank of %(wide)s x %(high)s.",
                  box=list(box), wide=wide, high=high)  # fmt: skip
    return mistake(file, (entry, "box"), said) if box.x1 > wide or box.y1 > high else None


def overlapping(file: str, form: Form) -> Iterator[Mistake]:
    """Every two fields whose boxes lie on each other, with what to do. A column of a table counts as one field."""
    for number in range(1, len(form.blanks) + 1):
        for (one, its), (other, others) in combinations(_places(form, number), 2):
            share = its.overlap_share(others)
            if share > MAX_OVERLAP_SHARE:
                said = worded(
                    "Its box lies on that of “%(other)s”: both would read the same. Draw them apart, or take one of "
                    "the two out.",
                    command='%(part)s of the smaller box lie on that of "%(other)s", so that both read the same. Draw '
                    "them apart (fairhand forms preview shows them), or take one of the two out.",
                    part=f"{share:.0%}", other=one,
                )  # fmt: skip
                yield mistake(file, (Entry("field", other), "box"), said)


def unanswerable(file: str, form: Form) -> Iterator[Mistake]:
    """Every field that nobody could fill in or read as it is defined, with what to do."""
    for field in form.all_fields():
        entry = Entry("field", field.name)
        if facts_of(field.type).is_choice and not field.examples:
            said = worded("A choice is one of a few words. List them in the text of the draft, as its examples.",
                          command="a choice is one of a few words. List them as its examples.")  # fmt: skip
            yield mistake(file, (entry, "examples"), said)
        if any(not text.strip() for text in field.label.values()):
            said = worded("Its label is empty. Write what stands beside it.",
                          command="it is empty. Write what stands beside it, or leave label out.")  # fmt: skip
            yield mistake(file, (entry, "label"), said)
        if field.box and min(field.box.width, field.box.height) < MIN_SIDE_PX:
            said = worded("Its box is too small to write or tick anything in. Draw it larger.", box=list(field.box),
                          command="%(box)s is too small to write or tick anything in.")  # fmt: skip
            yield mistake(file, (entry, "box"), said)
    for table in form.tables:
        if table.box and table.box.height < MIN_SIDE_PX * table.rows:
            said = worded(
                "%(rows)s rows are lower than %(least)s pixels each in its box. Count the lines that are drawn.",
                command="%(rows)s of them are lower than %(least)s pixels in a box of %(high)s pixels. Count the lines "
                "that are drawn.",
                rows=table.rows, least=MIN_SIDE_PX, high=table.box.height,
            )  # fmt: skip
            yield mistake(file, (Entry("table", table.name), "rows"), said)


def _places(form: Form, number: int) -> list[tuple[str, Box]]:
    """The fields of a page and the columns of its tables by name, each with all the place that it takes."""
    places = [(field.name, field.box) for field in form.fields if field.page == number and field.box]
    for table in form.tables:
        if table.page == number and table.box:
            spans = [(column.field.name, column.span) for column in table.columns if column.span]
            places += [(name, Box(x0, table.box.y0, x1, table.box.y1)) for name, (x0, x1) in spans]
    return places
