"""Writing in light so bright that it is hardly darker than paper: ink all the same, and bare paper is none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy
import pytest
from PIL import Image

from tests.transcribe.ink.made_pages import framed_blank, grain
from transcribe.geometry import Box
from transcribe.ink import faint_strokes
from transcribe.ink.ink_layer import ink_layer
from transcribe.model import Field, FieldKey, Page
from transcribe.recognition import form_fields, form_page

if TYPE_CHECKING:
    from transcribe.model import Picture

FIRST, SECOND = Box(200, 200, 1000, 260), Box(200, 260, 1000, 320)


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two framed rows, the second tinted, under a printed title."""
    return framed_blank(tmp_path_factory.mktemp("blank"), FIRST, SECOND, title_y=1120, tint=240)


def photographed(blank: Path, light: float, box: Box | None = None, pen: int = 110) -> Picture:
    """A blurred, grainy JPEG of a page, its upper half in light of this strength, with a word in a box."""
    page = numpy.array(Image.open(blank))
    if box:
        cv2.putText(page, "27,52", (box.x0 + 30, box.y1 - 18), cv2.FONT_HERSHEY_SIMPLEX, 0.9, pen, 2)
    shown = cv2.GaussianBlur(page.astype(numpy.float32) * 0.95, (0, 0), 1.6)
    lit = numpy.where(numpy.arange(len(page)) < 1000, light, 1.0)[:, numpy.newaxis]
    off = grain(3, page.shape)
    done, content = cv2.imencode(".jpg", numpy.clip(shown * lit + off, 0, 255), [cv2.IMWRITE_JPEG_QUALITY, 55])
    assert done
    return numpy.asarray(cv2.imdecode(content, cv2.IMREAD_GRAYSCALE), dtype=numpy.uint8)


@pytest.mark.parametrize("light", [1.0, 1.1, 1.3, 1.6])
def test_bare_paper_in_bright_light_holds_none(blank: Path, light: float) -> None:
    found = ink_layer(photographed(blank, light), str(blank)).inks([FIRST, SECOND])
    assert [each.filled < 0.02 for each in found] == [True, True]


def test_what_is_broad_is_a_tint_and_no_stroke() -> None:
    dark = numpy.zeros((200, 400), numpy.uint8)
    dark[50:150, 100:300] = 20
    assert not faint_strokes.strokes(dark, 1.0).any()


@pytest.mark.parametrize("light", [1.0, 1.3, 1.6])
def test_where_print_is_seen_paper_is_not_bleached(blank: Path, light: float) -> None:
    found = ink_layer(photographed(blank, light), str(blank)).inks([FIRST, SECOND])
    assert not any(each.doubtful for each in found)


@pytest.mark.parametrize("box", [None, FIRST])
def test_a_box_whose_print_is_gone_in_the_light_is_never_said_to_be_blank(blank: Path, box: Box | None) -> None:
    """What was written in it would be gone as well: the page is the same whether it was or not."""
    page = photographed(blank, 6.0, box)
    sheet = ink_layer(page, str(blank))
    (seen,) = sheet.inks([FIRST])
    assert seen.hidden
    field = Field(name="a", type="text", label={"en": "A"}, box=FIRST)
    here = form_fields.Circumstances(scan="s" * 64, at=datetime(2025, 3, 14, tzinfo=UTC), fit=1.0, quality=1.0)
    spot = form_fields.FieldRegion(key=FieldKey("a"), field=field, box=FIRST, ink=seen)
    (said,) = form_page.readings(Page(number=1, picture=page), sheet, [spot], [], here)
    assert (said.text, said.flags) == (None, frozenset({"illegible"}))


def test_where_a_form_has_no_print_nobody_knows_and_blank_is_blank(blank: Path) -> None:
    sheet = ink_layer(photographed(blank, 6.0), str(blank))
    assert not sheet.inks([Box(300, 600, 900, 660)])[0].doubtful


@pytest.mark.parametrize(("pen", "hidden"), [(180, False), (60, True)])
def test_pale_print_that_a_scan_in_black_and_white_drops_hides_nothing(tmp_path: Path, pen: int, hidden: bool) -> None:
    page = numpy.full((2339, 1654), 255, numpy.uint8)
    cv2.putText(page, "ORDER FORM", (200, 1120), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, 4)
    path, scan = tmp_path / f"blank {pen}.png", page.copy()  # a blank at the same path is the same to who has seen it
    cv2.rectangle(page, (FIRST.x0, FIRST.y0), (FIRST.x1, FIRST.y1), pen, 2)
    Image.fromarray(page).save(path)
    assert ink_layer(scan, str(path)).inks([FIRST])[0].hidden == hidden
