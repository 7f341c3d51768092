"""Files become scans: grouped, identified, masked, kept; bad files are set aside and the rest goes on."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import cv2
import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from tests import crafted
from tests.orders import make
from transcribe.archive import Archive, Folder
from transcribe.errors import ScanError
from transcribe.forms import definition
from transcribe.geometry import Box
from transcribe.intake import scans
from transcribe.intake.file_pages import (
    ALIGNMENT_MARK,
    COMMENT_MARKS,
    COMMENT_START,
    Unreadable,
    scan_id,
    stored_alignment,
    stored_flattening,
    with_comment,
)
from transcribe.intake.grouping import Group
from transcribe.intake.load_pages import load_pages
from transcribe.intake.redaction import PAINT_GREY_LEVELS, redact
from transcribe.intake.scans import Scanned
from transcribe.model import Blank, Field, Flattened, Form, Page, Picture, Scan, StoredAlignment
from transcribe.recognition.read import read
from transcribe.registration.align import Aligned, Similarity, align
from transcribe.sandbox.limits import Limits

LIMITS = Limits()
CASES = Path(__file__).parents[2] / "cases"
WITHOUT_PAYMENT = """
name = "plain"
version = 1
title = "Plain"
languages = ["eng"]
locale = "en_GB"
blank = "plain.png"
[[field]]
name = "note"
type = "text"
box = [1, 1, 9, 9]
"""


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(Folder(tmp_path / "archive"))


@pytest.fixture
def plain(tmp_path: Path) -> Form:
    folder = tmp_path / "forms"
    folder.mkdir()
    Image.new("L", (10, 10), 255).save(folder / "plain.png")
    (folder / "plain.toml").write_text(WITHOUT_PAYMENT, "utf-8")
    return definition.load(str(folder / "plain.toml"))


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def scanned(found: Iterator[Scanned | Unreadable]) -> list[Scan]:
    each = list(found)
    assert all(isinstance(one, Scanned) for one in each), each
    return [one.scan for one in each if isinstance(one, Scanned)]


def two_pages(plain: Form) -> Form:
    return replace(plain, blanks=plain.blanks * 2)


def test_what_is_no_picture_is_told_apart_from_what_belongs_to_one(inbox: Path) -> None:
    folder = inbox / "more"
    folder.mkdir()
    for name in ("order.docx", "p9.hocr", ".hidden", "p9.JPG", "list 10.xlsx", "list 2.xlsx"):
        (folder / name).write_bytes(b"")
    assert [each.name for each in scans.passed_over([folder, folder / "order.docx"])] == [
        "list 2.xlsx",
        "list 10.xlsx",
        "order.docx",
    ]
    assert scans.passed_over([folder / "order.docx"]) == [], "what is named is tried, and said to be none"


def test_files_are_gathered_in_the_order_that_people_count(inbox: Path) -> None:
    for name in ("p10.jpg", "p2.jpg", "notes.txt", ".hidden.jpg", "sub/p1.PNG"):
        (inbox / name).parent.mkdir(exist_ok=True)
        (inbox / name).write_bytes(b"x")
    named = scans.gather([inbox, inbox / "notes.txt", inbox / "p2.jpg"])
    assert [path.name for path in named] == ["p2.jpg", "p10.jpg", "p1.PNG", "notes.txt"]


def test_bad_files_are_set_aside_with_a_sentence_each_and_the_good_one_is_done(
    inbox: Path, archive: Archive, plain: Form
) -> None:
    refused = crafted.refused()
    names = ("cut.jpg", "text.jpg", "bomb 40000.png", "locked.pdf", "empty.jpg")
    for name in names:
        (inbox / name).write_bytes(refused[name])
    (inbox / "good.png").write_bytes(crafted.readable()["plain.png"])
    found = list(scans.scans_of([*scans.gather([inbox]), inbox / "gone.jpg"], plain, archive, LIMITS))
    bad = {each.path.name: each for each in found if isinstance(each, Unreadable)}
    assert set(bad) == {*names, "gone.jpg"}
    assert bad["gone.jpg"].message == "gone.jpg: there is no such file. Replace the file and ingest it again."
    assert {each.error for each in bad.values()} == {"ScanError"}
    assert len({each.file.sha256 for each in bad.values()}) == len(bad)
    assert [each.scan.name for each in found if isinstance(each, Scanned)] == ["good.png"]


def test_a_file_above_the_limit_is_not_even_read(inbox: Path, archive: Archive, plain: Form) -> None:
    (inbox / "large.jpg").write_bytes(crafted.readable()["plain.jpg"])
    (found,) = scans.scans_of([inbox / "large.jpg"], plain, archive, replace(LIMITS, bytes=100))
    assert isinstance(found, Unreadable)
    assert "the limit is 100" in found.message


def test_the_id_is_that_of_the_files_and_pages_whatever_their_names(inbox: Path, archive: Archive, plain: Form) -> None:
    for name in ("a.png", "b.png"):
        (inbox / name).write_bytes(crafted.readable()["plain.png"])
    first, second = scanned(scans.scans_of(scans.gather([inbox]), plain, archive, LIMITS))
    assert first.id == second.id == scan_id([(first.pages[0].file, 1)])


def test_every_page_of_a_pdf_is_a_scan_of_a_form_of_one_page(inbox: Path, archive: Archive, plain: Form) -> None:
    (inbox / "three.pdf").write_bytes(crafted.readable()["three.pdf"])
    found = scanned(scans.scans_of([inbox / "three.pdf"], plain, archive, LIMITS))
    assert [[page.page for page in each.pages] for each in found] == [[1], [2], [3]]
    assert [each.name for each in found] == ["three.pdf p. 1", "three.pdf p. 2", "three.pdf p. 3"]


def test_a_form_of_two_pages_takes_two_pages_of_a_file_or_two_pictures(
    inbox: Path, archive: Archive, plain: Form
) -> None:
    (inbox / "a.pdf").write_bytes(crafted.readable()["three.pdf"])
    for number in (1, 2, 3):
        (inbox / f"b{number}.png").write_bytes(crafted.readable()["plain.png"] + bytes(number))
    found = scanned(scans.scans_of(scans.gather([inbox]), two_pages(plain), archive, LIMITS))
    assert [len(each.pages) for each in found] == [2, 1, 2, 1]
    assert found[2].pages[0].file != found[2].pages[1].file


def test_a_form_may_take_whole_files(inbox: Path, archive: Archive, plain: Form) -> None:
    (inbox / "a.pdf").write_bytes(crafted.readable()["three.pdf"])
    (inbox / "b.png").write_bytes(crafted.readable()["plain.png"])
    whole = replace(plain, options={"pages": "file"})
    found = scanned(scans.scans_of(scans.gather([inbox]), whole, archive, LIMITS))
    assert [len(each.pages) for each in found] == [3, 1]


def test_a_known_scan_is_not_kept_again(inbox: Path, archive: Archive, plain: Form) -> None:
    (inbox / "a.png").write_bytes(crafted.readable()["plain.png"])
    (again,) = scans.scans_of([inbox / "a.png"], plain, archive, LIMITS, is_known=lambda _: True)
    assert isinstance(again, Scanned)
    assert again.is_known
    assert not archive.has(again.scan.pages[0].file)


def test_hocr_beside_a_picture_comes_with_its_page(inbox: Path, archive: Archive, plain: Form) -> None:
    (inbox / "a.png").write_bytes(crafted.readable()["plain.png"])
    (inbox / "a.hocr").write_bytes(b"<html></html>")
    (only,) = scanned(scans.scans_of([inbox / "a.png"], plain, archive, LIMITS))
    (page,) = load_pages(only, archive, LIMITS)
    assert page.hocr == b"<html></html>"
    assert page.picture.shape == (300, 420, 3)


def test_an_hocr_file_that_is_too_large_is_left_out_and_the_picture_taken(
    inbox: Path, archive: Archive, plain: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("transcribe.ocr.hocr.MAX_FILE_BYTES", 10)
    (inbox / "a.png").write_bytes(crafted.readable()["plain.png"])
    (inbox / "a.hocr").write_bytes(b"<html></html>")
    (only,) = scanned(scans.scans_of([inbox / "a.png"], plain, archive, LIMITS))
    assert load_pages(only, archive, LIMITS)[0].hocr is None


# --- payment data ----------------------------------------------------------------------------------------------------


def with_card(level: str) -> tuple[bytes, str]:
    """A photo of an order paid by card, and the number."""
    for number in range(100):
        made = make(number, 5, "bon-de-commande", level, "typed")  # type: ignore[arg-type]  # a literal of the camera
        if made.truth["payment"]:
            return made.content, made.truth["payment"]["card_number"]
    raise AssertionError("no order is paid by card")


def kept(archive_folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in archive_folder.rglob("*") if path.is_file()]


@pytest.mark.promise(
    '`personal = "payment"` has the box painted over before a picture is kept.', "the archive holds this"
)
@pytest.mark.parametrize("level", ["phone", "hard"])
def test_the_archive_never_holds_a_card_number(level: str, inbox: Path, archive: Archive, tmp_path: Path) -> None:
    ordered = definition.load("bon-de-commande")
    content, _ = with_card(level)
    (inbox / "paid.jpg").write_bytes(content)
    (each,) = scans.scans_of([inbox / "paid.jpg"], ordered, archive, LIMITS)
    assert isinstance(each, Scanned)
    assert each.files[0].sha256 not in {page.file for page in each.scan.pages}
    assert content not in kept(tmp_path / "archive")
    (page,) = load_pages(each.scan, archive, LIMITS)
    box = ordered.field("card_number").box
    assert box is not None
    laid = align(page, ordered)
    inside = laid.page.picture[box.y0 + 4 : box.y1 - 4, box.x0 + 4 : box.x1 - 4].astype(int)
    assert numpy.ptp(inside, axis=(0, 1)).max() < 30
    before = align(Page(number=1, picture=numpy.asarray(Image.open(io.BytesIO(content)))), ordered).page.picture
    beside = Box(100, 296, 660, 358)
    same = laid.page.picture[beside.y0 : beside.y1, beside.x0 : beside.x1].astype(int)
    numpy.testing.assert_allclose(same, before[beside.y0 : beside.y1, beside.x0 : beside.x1], atol=70)


def test_a_masked_page_is_laid_as_it_was_at_the_door(inbox: Path, archive: Archive) -> None:
    ordered = definition.load("bon-de-commande")
    (inbox / "paid.jpg").write_bytes(with_card("phone")[0])
    (only,) = scanned(scans.scans_of([inbox / "paid.jpg"], ordered, archive, LIMITS))
    (page,) = load_pages(only, archive, LIMITS)
    assert page.alignment is not None
    remembered, anew = align(page, ordered), align(replace(page, alignment=None), ordered)
    assert remembered.homography is not None
    assert anew.homography is not None
    numpy.testing.assert_allclose(remembered.homography, anew.homography, rtol=0.05, atol=3)
    assert remembered.fit > 0.9


@pytest.mark.promise("Files that were set", "nothing of it is kept,")
def test_a_page_that_does_not_lie_on_the_named_form_with_payment_data_is_set_aside_and_nothing_of_it_kept(
    inbox: Path, archive: Archive, tmp_path: Path
) -> None:
    (inbox / "other.jpg").write_bytes((CASES / "receipt-554.jpg").read_bytes())
    (each,) = scans.scans_of([inbox / "other.jpg"], definition.load("order-form"), archive, LIMITS)
    assert isinstance(each, Unreadable)
    assert "does not lie on the form order-form" in each.message
    assert "Photograph it again, flat and whole" in each.message
    assert not each.failed
    assert kept(tmp_path / "archive") == []


@pytest.mark.promise("Under `--form auto`, where")
def test_a_page_that_might_be_a_form_with_payment_data_is_kept_too_coarse_to_read_and_its_form_asked(
    inbox: Path, archive: Archive
) -> None:
    ordered = definition.load("order-form")
    with Image.open(CASES / "order-form-flat-typed-0001.png") as whole:
        whole.crop((0, 0, whole.width, whole.height * 2 // 5)).save(inbox / "top.png")
    (only,) = scanned(scans.scans_of([inbox / "top.png"], None, archive, LIMITS, forms=[ordered]))
    assert only.form == ""
    (page,) = load_pages(only, archive, LIMITS)
    assert max(page.picture.shape) == 960
    assert numpy.abs(numpy.diff(page.picture.astype(int), axis=1)).max() < 30
    assert align(page, ordered).fit < 0.5


# --- what nobody has foreseen ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["transcribe.intake.scans._keep_files", "transcribe.intake.file_pages.check"])
def test_one_file_that_fails_unexpectedly_is_named_with_the_error_and_the_others_go_on(
    where: str, inbox: Path, archive: Archive, plain: Form, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    for name in ("a.png", "b.png", "c.png"):
        (inbox / name).write_bytes(crafted.readable()["plain.png"] + name.encode())
    known: Any = resolve_name(where)
    calls = []

    def second_fails(*given: object) -> object:
        calls.append(given)
        if len(calls) == 2:
            raise KeyError("text")
        return known(*given)

    monkeypatch.setattr(where, second_fails)
    found = sorted(scans.scans_of(scans.gather([inbox]), plain, archive, LIMITS), key=lambda each: each.path)
    first, failed, last = found
    assert isinstance(first, Scanned)
    assert isinstance(last, Scanned)
    assert isinstance(failed, Unreadable)
    assert (failed.failed, failed.error) == (True, "KeyError")
    assert failed.message.startswith("b.png: reading it failed unexpectedly (KeyError: 'text').")
    assert "second_fails" in caplog.text, "the log says where it happened"


def test_a_page_of_a_pdf_that_gives_no_scan_is_set_aside_by_itself(
    inbox: Path, archive: Archive, plain: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "three.pdf").write_bytes(crafted.readable()["three.pdf"])
    original = scans._scanned

    def no_second(group: Group, *given: Any) -> Scanned:
        if group.file_pages[0].page == 2:
            raise ScanError("it is not this form.")
        scanned: Scanned = original(group, *given)
        return scanned

    monkeypatch.setattr(scans, "_scanned", no_second)
    first, second, third = scans.scans_of([inbox / "three.pdf"], plain, archive, LIMITS)
    assert isinstance(first, Scanned)
    assert isinstance(third, Scanned)
    assert isinstance(second, Unreadable)
    assert (second.page, second.file.name) == (2, "three.pdf p. 2")
    assert second.file.sha256 == scan_id([(first.files[0].sha256, 2)])


def test_a_link_that_leads_nowhere_is_named(inbox: Path, archive: Archive, plain: Form) -> None:
    (inbox / "gone.jpg").symlink_to(inbox / "nowhere.jpg")
    (inbox / "list.xlsx").symlink_to(inbox / "nowhere.xlsx")
    (found,) = scans.scans_of(scans.gather([inbox]), plain, archive, LIMITS)
    assert isinstance(found, Unreadable)
    assert found.reason == "gone.jpg: it is a link to what is not there."
    assert [each.name for each in scans.passed_over([inbox])] == ["list.xlsx"]


# --- which form ------------------------------------------------------------------------------------------------------


def test_forms_in_one_folder_are_told_apart_and_a_receipt_is_left_in_doubt(archive: Archive) -> None:
    forms = [definition.load("bon-de-commande"), definition.load("order-form")]
    names = ("bon-de-commande-phone-typed-0002.jpg", "order-form-phone-block-0007.jpg", "receipt-554.jpg")
    found = scanned(scans.scans_of([CASES / name for name in names], None, archive, LIMITS, forms=forms))
    assert [each.form for each in found] == ["bon-de-commande", "order-form", ""]
    assert archive.has(found[2].pages[0].file)
    assert load_pages(found[2], archive, LIMITS)[0].picture.shape[0] == 1204


def test_pages_of_one_form_in_any_order_and_upside_down_are_put_together(inbox: Path, archive: Archive) -> None:
    both = replace(
        definition.load("order-form"),
        name="both",
        blanks=definition.load("order-form").blanks + definition.load("bon-de-commande").blanks,
        digest="both",
        fields=tuple(field for field in definition.load("order-form").fields if field.personal is None),
    )
    second = Image.open(CASES / "bon-de-commande-flat-typed-0000.png").convert("L").rotate(180)
    second.save(inbox / "1.png")
    Image.open(CASES / "order-form-flat-typed-0001.png").convert("L").save(inbox / "2.png")
    (only,) = scanned(scans.scans_of(scans.gather([inbox]), None, archive, LIMITS, forms=[both]))
    assert (only.form, len(only.pages)) == ("both", 2)
    laid = [align(page, both) for page in load_pages(only, archive, LIMITS)]
    assert [each.number for each in laid] == [2, 1]
    assert min(each.fit for each in laid) > 0.9


def test_the_card_number_on_bent_paper_is_masked_too(inbox: Path, archive: Archive) -> None:
    ordered = definition.load("bon-de-commande")
    upright = numpy.asarray(Image.open(io.BytesIO(with_card("flat")[0])).convert("RGB"))
    down, across = numpy.mgrid[0 : upright.shape[0], 0 : upright.shape[1]].astype(numpy.float32)
    wave = numpy.sin(across / upright.shape[1] * 1.5 * numpy.pi + down / upright.shape[0] * numpy.pi) * 22
    bent = cv2.remap(upright, across, down + wave.astype(numpy.float32), cv2.INTER_LINEAR, borderValue=(255,) * 3)
    Image.fromarray(numpy.asarray(bent, numpy.uint8)).save(inbox / "bent.png")
    (only,) = scanned(scans.scans_of([inbox / "bent.png"], ordered, archive, LIMITS))
    (page,) = load_pages(only, archive, LIMITS)
    laid = align(page, ordered)
    assert laid.fits
    box = ordered.field("card_number").box
    assert box is not None
    around = laid.page.picture[box.y0 - 8 : box.y1 + 8, box.x0 : box.x1].astype(int)
    assert numpy.ptp(around[8:-8, 6:-6], axis=(0, 1)).max() < 30
    comment = Box(100, 1746, 1554, 1816)  # the next box below is left alone
    assert laid.page.picture[comment.y0 + 8 : comment.y1 - 8].mean() > 200


def test_the_quality_of_a_masked_page_is_that_of_the_photograph(inbox: Path, archive: Archive) -> None:
    """Small photographs are kept flattened, at the size of the blank: they stay too small."""
    order = definition.load("order-form")
    with Image.open(CASES / "order-form-phone-typed-0003.jpg") as photo:
        photo.resize((round(0.3 * photo.width), round(0.3 * photo.height))).save(inbox / "small.jpg", quality=95)
        size = photo.size
    (made,) = scans.scans_of([inbox / "small.jpg"], order, archive, LIMITS)
    assert isinstance(made, Scanned)
    (page,) = load_pages(made.scan, archive, LIMITS)
    assert page.flattened is not None
    assert page.flattened.size == (round(0.3 * size[0]), round(0.3 * size[1]))
    reads = read(made.scan, [page], order, [], datetime(2026, 11, 1, tzinfo=UTC))
    assert "too small" in reads.advice


NUMBERS = st.tuples(*[st.floats(-5000, 5000)] * 9)


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").save(out, "JPEG")
    return out.getvalue()


@given(NUMBERS, st.integers(1, 9), st.integers(0, 3000))
def test_what_is_stamped_is_read_again_exactly(numbers: tuple[float, ...], page: int, inliers: int) -> None:
    laid = StoredAlignment(form="ab" * 32, number=page, inliers=inliers, homography=numbers)
    assert stored_alignment(with_comment(jpeg(), laid)) == laid


@given(NUMBERS, st.integers(1, 9000), st.integers(1, 9000))
def test_what_a_flattened_picture_was_is_read_again_exactly(numbers: tuple[float, ...], wide: int, high: int) -> None:
    flat = Flattened(size=(wide, high), homography=numbers)
    assert stored_flattening(with_comment(jpeg(), flat)) == flat
    assert stored_alignment(with_comment(jpeg(), flat)) is None


def test_a_stamped_picture_is_the_same_picture() -> None:
    laid = StoredAlignment(form="ab" * 32, number=1, inliers=99, homography=(1.0, 0, 0, 0, 1, 0, 0, 0, 1))
    with Image.open(io.BytesIO(with_comment(jpeg(), laid))) as there, Image.open(io.BytesIO(jpeg())) as here:
        assert there.tobytes() == here.tobytes()


def comment(said: bytes) -> bytes:
    return COMMENT_START + (len(said) + 2).to_bytes(2, "big") + said + jpeg()[2:]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        jpeg(),
        COMMENT_START,
        comment(b"made by a camera"),
        comment(ALIGNMENT_MARK + b"{"),
        comment(ALIGNMENT_MARK + b"[]"),
        comment(ALIGNMENT_MARK + b'{"form": "a", "number": 1, "inliers": 1, "homography": [1, 2]}'),
        comment(
            ALIGNMENT_MARK + b'{"form": "a", "number": 0, "inliers": 1, "homography": [1, 0, 0, 0, 1, 0, 0, 0, 1]}'
        ),
        comment(
            ALIGNMENT_MARK + b'{"form": "a", "number": 1, "inliers": 1, "homography": [NaN, 0, 0, 0, 1, 0, 0, 0, 1]}'
        ),
    ],
)
def test_any_other_comment_says_nothing(content: bytes) -> None:
    assert stored_alignment(content) is None
    assert stored_flattening(content.replace(ALIGNMENT_MARK, COMMENT_MARKS[Flattened])) is None


CARD = Box(200, 200, 1000, 260)


@pytest.fixture
def form(tmp_path: Path) -> Form:
    """A form whose one box is for a card number."""
    page = numpy.full((2339, 1654), 255, numpy.uint8)
    cv2.rectangle(page, (CARD.x0, CARD.y0), (CARD.x1, CARD.y1), 60, 2)
    cv2.putText(page, "ORDER FORM", (200, 120), cv2.FONT_HERSHEY_SIMPLEX, 2, 0, 4)
    Image.fromarray(page).save(tmp_path / "blank.png")
    return Form(
        name="made",
        version=1,
        title={"en": "Made"},
        languages=("eng",),
        locale="en_GB",
        currency="EUR",
        digest="made",
        blanks=(Blank(path=str(tmp_path / "blank.png"), size=(1654, 2339)),),
        fields=(Field(name="card", type="code", label={"en": "Card"}, box=CARD, personal="payment"),),
    )


def copy_of(form: Form, page: Picture) -> Picture:
    laid = Aligned(
        page=Page(number=1, picture=page), fit=1.0, inliers=200, number=1, homography=numpy.eye(3, dtype=numpy.float64)
    )
    return redact(page, laid, form)


def written(form: Form, low: int, size: float = 1.1) -> Picture:
    page = (numpy.asarray(Image.open(str(form.blanks[0].path))) * 0.9).astype(numpy.uint8)
    cv2.putText(page, "4711 0815", (230, CARD.y1 - 18 + low), cv2.FONT_HERSHEY_SIMPLEX, size, 40, 3)
    return page


@pytest.mark.parametrize(("alike", "clear"), [(0.9, True), (0.1, False)])
def test_a_page_that_does_not_lie_on_its_blank_where_the_payment_box_is_becomes_too_coarse_to_read(
    form: Form, alike: float, clear: bool
) -> None:
    middles = numpy.stack((numpy.arange(40.0) * 40, numpy.full(40, 230.0)), axis=1)
    likeness = Similarity(0.9, numpy.full(40, alike, numpy.float32), middles)
    page = written(form, 0)
    laid = Aligned(
        page=Page(number=1, picture=page), fit=0.9, inliers=200, number=1, homography=numpy.eye(3), similarity=likeness
    )
    assert (redact(page, laid, form).shape == page.shape) == clear


@pytest.mark.promise('`personal = "payment"` has the box painted over before a picture is kept.', "When a photo comes")
@pytest.mark.parametrize("low", [0, 22, 30])
def test_a_number_that_hangs_out_of_its_box_is_painted_over_whole(form: Form, low: int) -> None:
    page, bare = written(form, low), written(form, -9999)
    number = (page != bare) & (bare > 200)  # what the number covers beside the frame
    assert number.any()
    assert (copy_of(form, page)[number] == PAINT_GREY_LEVELS).all()


NUMBER = "4929 1375 0246 8813"


def put(form: Form, text: str, x: int, y: int) -> tuple[Picture, NDArray[numpy.bool_]]:
    """A page with a text whose first letter stands there, and where it covers paper or print."""
    page = written(form, -9999)
    bare = page.copy()
    cv2.putText(page, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 40, 3)
    return page, page != bare


@pytest.mark.promise('`personal = "payment"` has the box painted over before a picture is kept.', "When a photo comes")
@pytest.mark.parametrize(
    ("x", "y"),
    [
        pytest.param(700, CARD.y1 - 16, id="runs out at the right"),
        pytest.param(20, CARD.y1 - 16, id="begins before the box"),
        pytest.param(230, CARD.y1 + 46, id="stands under the box"),
        pytest.param(230, CARD.y0 - 14, id="stands above the box"),
        pytest.param(CARD.x1 + 20, CARD.y1 - 16, id="stands beside the box"),
    ],
)
def test_a_number_that_stands_partly_or_wholly_beside_its_box_is_painted_over_whole(form: Form, x: int, y: int) -> None:
    page, number = put(form, NUMBER, x, y)
    shown = copy_of(form, page)
    assert (shown[number & (page < 120)] == PAINT_GREY_LEVELS).all()
    assert (shown[CARD.y0 + 5 : CARD.y1 - 5, CARD.x0 + 5 : CARD.x1 - 5] == PAINT_GREY_LEVELS).all(), "it is no blank"


def test_what_is_written_in_another_field_beside_a_payment_box_stays(form: Form) -> None:
    note = Field(name="note", type="text", label={"en": "Note"}, box=Box(200, 264, 1000, 330))
    beside = replace(form, fields=(*form.fields, note))
    page, text = put(beside, "12 pots", 230, 310)
    cv2.putText(page, "4711 0815", (230, CARD.y1 - 18), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 40, 3)
    inside = text & (numpy.arange(len(page)) > CARD.y1 + 12)[:, numpy.newaxis]
    assert (copy_of(beside, page)[inside] == page[inside]).all()


def test_three_signs_beside_an_empty_box_are_no_number(form: Form) -> None:
    page, _ = put(form, "B 7", 300, CARD.y1 + 46)
    assert (copy_of(form, page) == page).all()


@pytest.mark.parametrize("shape", [(19000, 30), (30, 19000, 3), (30000, 16), (16, 16)])
def test_a_strip_that_fits_no_form_is_made_too_coarse_to_read_like_any_page(form: Form, shape: tuple[int, ...]) -> None:
    strip = numpy.random.default_rng(1).integers(0, 255, shape, numpy.uint8)
    nowhere = Aligned(page=Page(number=1, picture=strip), fit=0.0, inliers=0, number=1)
    assert max(redact(strip, nowhere, form).shape[:2]) == 960


@pytest.mark.promise("When a photo comes")
def test_a_box_without_a_number_stays_as_it_is(form: Form) -> None:
    page = written(form, -9999)
    assert (copy_of(form, page) == page).all()


def test_a_number_within_its_box_hides_nothing_around(form: Form) -> None:
    page = written(form, 0)
    shown = copy_of(form, page)
    assert (shown[: CARD.y0 - 11] == page[: CARD.y0 - 11]).all()
    assert (shown[CARD.y1 + 12 :] == page[CARD.y1 + 12 :]).all()
