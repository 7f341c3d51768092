"""Two forms on one photograph: the one that is not read is not passed over without a word."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy
import pytest
from PIL import Image

from tests.fakes import ScriptedEngine
from transcribe.archive import Archive, Folder
from transcribe.forms import definition
from transcribe.intake import scans
from transcribe.intake.file_pages import Unreadable
from transcribe.intake.scans import Scanned, scans_of
from transcribe.model import Form, Page, Scan, ScanPage
from transcribe.recognition.read import read
from transcribe.registration import shows_second_form
from transcribe.registration.align import align
from transcribe.sandbox.limits import Limits

CASES = Path(__file__).parents[2] / "cases"
FLAT = CASES / "order-form-flat-typed-0001.png"


@pytest.fixture(scope="module")
def order() -> Form:
    return definition.load("order-form")


@pytest.fixture(scope="module")
def two() -> Image.Image:
    with Image.open(FLAT) as one:
        page = one.convert("L")
    both = Image.new("L", (2 * page.width, page.height), 255)
    both.paste(page, (0, 0))
    both.paste(page.rotate(1, fillcolor=255), (page.width, 0))
    return both


def test_a_second_form_beside_the_one_that_is_read_is_told(two: Image.Image, order: Form) -> None:
    fields = tuple(replace(each, personal=None) for each in order.fields)
    plain = replace(order, fields=fields, digest="plain")
    page = Page(number=1, picture=numpy.asarray(two))
    it = Scan(id="s" * 64, pages=(ScanPage(file="f", page=1),), form=order.name, form_version=order.version)
    reads = read(it, [page], plain, [ScriptedEngine(form=plain)], datetime(2025, 3, 14, tzinfo=UTC))
    assert "two forms" in reads.advice
    assert reads.fit is not None
    assert reads.fit > 0.9


def test_a_photograph_with_two_card_numbers_is_set_aside(two: Image.Image, order: Form, tmp_path: Path) -> None:
    two.save(tmp_path / "two.png")
    (each,) = scans_of([tmp_path / "two.png"], order, Archive(Folder(tmp_path / "kept")), Limits())
    assert isinstance(each, Unreadable)
    assert "two forms lie on this photograph" in each.message
    assert not [file for file in (tmp_path / "kept").rglob("*") if file.is_file()]


def test_two_card_numbers_on_a_scan_whose_form_is_told_later_are_kept_too_coarse_to_read(
    two: Image.Image, order: Form, tmp_path: Path
) -> None:
    two.save(tmp_path / "two.png")
    archive = Archive(Folder(tmp_path / "kept"))
    (each,) = scans_of([tmp_path / "two.png"], None, archive, Limits())
    assert isinstance(each, Scanned)
    (copy,) = scans.masked_anew(each.scan, order, archive, Limits())
    kept = Page(number=1, picture=numpy.asarray(Image.open(io.BytesIO(archive.get(copy.sha256)))))
    assert not align(kept, order).fits


@pytest.mark.parametrize("name", [FLAT.name, "order-form-phone-block-0007.jpg"])
def test_one_form_is_one_form_with_room_beside_it_too(name: str, order: Form) -> None:
    with Image.open(CASES / name) as one:
        page = one.convert("L")
    wide = Image.new("L", (2 * page.width, page.height), 90)
    wide.paste(page, (0, 0))
    for picture in (numpy.asarray(page), numpy.asarray(wide)):
        laid = align(Page(number=1, picture=picture), order)
        assert laid.fits
        assert not shows_second_form(picture, laid, order)
