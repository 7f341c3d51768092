"""Pages of forms of several pages that come in as files: put together, left incomplete, or given to a person."""

from __future__ import annotations

import importlib
import random
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy
import pytest
from PIL import Image, ImageDraw, ImageFont

from transcribe.archive import Archive, Folder
from transcribe.forms import definition
from transcribe.intake import scans
from transcribe.intake.file_pages import Unreadable
from transcribe.intake.grouping import begins_in_order, group_pages, settled_count
from transcribe.intake.load_pages import load_pages
from transcribe.intake.scans import Scanned, scans_of
from transcribe.model import Form
from transcribe.sandbox.limits import Limits

align = importlib.import_module("transcribe.registration.align")

SIZE = (620, 877)
LIMITS = Limits()


@cache
def blank(name: str) -> Image.Image:
    """A page of small print that no other page has."""
    chance, page = random.Random(name), Image.new("L", SIZE, 255)
    for y in range(120, 840, 24):
        words = ("".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(3, 9))) for _ in range(8))
        ImageDraw.Draw(page).text((30, y), " ".join(words), fill=0, font=ImageFont.load_default(15))
    return page


def made(folder: Path, name: str, pages: int) -> Form:
    boxes = "".join(
        f'[[page]]\nblank = "{name}{at}.png"\n[[field]]\nname = "f{at}"\ntype = "text"\npage = {at}\n'
        "box = [100, 20, 500, 80]\n"
        for at in range(1, pages + 1)
    )
    for at in range(1, pages + 1):
        blank(f"{name}{at}").save(folder / f"{name}{at}.png")
    head = f'name = "{name}"\nversion = 1\ntitle = "{name}"\nlanguages = ["eng"]\nlocale = "en_GB"\n'
    (folder / f"{name}.toml").write_text(head + boxes, "utf-8")
    return definition.load(str(folder / f"{name}.toml"))


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> list[Form]:
    folder = tmp_path_factory.mktemp("forms")
    return [made(folder, "pair", 2), made(folder, "slip", 1)]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def written(order: str, page: Image.Image) -> Image.Image:
    """The page with the name of an order on it, so that no two files are the same."""
    page = page.copy()
    ImageDraw.Draw(page).text((110, 30), f"order {order}", fill=0, font=ImageFont.load_default(30))
    return page


def photos(inbox: Path, names: str, turned: Iterable[str] = ()) -> None:
    """Pictures in this order: A1 is the first page of order A, As a slip, A0 nothing known, Ax a file cut off."""
    for at, name in enumerate(names.split()):
        file = inbox / f"{at:02} {name}.png"
        page = blank({"s": "slip1", "0": "unknown"}.get(name[1], f"pair{name[1]}"))
        written(name[0], page).rotate(180 if name in turned else 0).save(file)
        if name[1] == "x":
            file.write_bytes(file.read_bytes()[:400])


def found(inbox: Path, form: Form | None, forms: list[Form] | None = None) -> list[str]:
    """The files of each scan; those set aside in brackets."""
    said = []
    for each in scans_of(
        scans.gather([inbox]), form, Archive(Folder(inbox.parent / "kept")), LIMITS, forms=forms or ()
    ):
        if isinstance(each, Unreadable):
            said.append(f"({each.path.stem.split()[-1]})")
        else:
            said.append("+".join(file.name.removesuffix(".png").split()[-1] for file in each.files))
    return said


ORDERS = (
    ("A1 A2 B1 B2 C1 C2", ["A1+A2", "B1+B2", "C1+C2"]),
    ("A2 A1 B2 B1", ["A2+A1", "B2+B1"]),
    ("A1 B1 B2 C1 C2", ["A1", "B1+B2", "C1+C2"]),
    ("A1 Ax B1 B2 C1 C2", ["A1", "(Ax)", "B1+B2", "C1+C2"]),
    ("A1 A2 B2 C1 C2", ["A1+A2", "B2", "C1+C2"]),
    ("A1 A2 B1 Bs B2 C1 C2", ["A1+A2", "Bs", "C1+C2", "(B1)", "(B2)"]),
    ("A2 B1 B2 C1 C2", ["(A2)", "(B1)", "(B2)", "(C1)", "(C2)"]),
)
"""Pages as they come in, and the scans that they become."""

SOUGHT = ("A1 B1 B2 C1 C2", "A1 Ax B1 B2 C1 C2", "A1 A2 B1 Bs B2 C1 C2")
"""The orders whose form a test run has found out too: a page is missing, is no picture, or is of another form."""


@pytest.mark.parametrize(
    ("names", "told", "auto"),
    [
        pytest.param(names, told, auto, marks=pytest.mark.soak if auto and names not in SOUGHT else ())
        for names, told in ORDERS
        for auto in (False, True)
    ],
)
def test_pages_of_two_orders_never_come_into_one_scan(
    names: str, told: list[str], auto: bool, inbox: Path, forms: list[Form]
) -> None:
    photos(inbox, names, turned={"A2", "B1"})
    scans = found(inbox, None if auto else forms[0], forms)
    if "s" in names and not auto:  # a slip is no page of the form that was named, and may stand for one that is bad
        assert scans == ["A1+A2", "C1+C2", "(B1)", "(Bs)", "(B2)"]
    else:
        assert scans == told


def test_the_order_of_a_folder_is_kept_where_another_form_lies_among_pages_that_wait(
    inbox: Path, forms: list[Form]
) -> None:
    photos(inbox, "As A2 A1 Bs Cs B2 B1")
    assert found(inbox, None, forms) == ["As", "A2+A1", "Bs", "Cs", "B2+B1"]


def test_a_page_too_bad_to_tell_stays_with_the_page_before_it(inbox: Path, forms: list[Form]) -> None:
    photos(inbox, "A1 A0 B1 B2")
    assert found(inbox, forms[0]) == ["A1+A0", "B1+B2"]


def test_pages_in_doubt_of_one_pdf_are_named_and_the_others_are_read(inbox: Path, forms: list[Form]) -> None:
    pages = [written(str(at), blank(f"pair{number}")) for at, number in enumerate((1, 2, 2, 1, 1, 2))]
    pages[0].save(inbox / "post.pdf", save_all=True, append_images=pages[1:], resolution=100)
    each = list(scans_of([inbox / "post.pdf"], forms[0], Archive(Folder(inbox / "kept")), LIMITS))
    assert [[page.page for page in one.scan.pages] for one in each if isinstance(one, Scanned)] == [[1, 2], [5, 6]]
    (aside,) = (one for one in each if isinstance(one, Unreadable))
    assert aside.message == (
        "post.pdf: it is not clear which other pages belong together with page 3, 4. "
        "Put the pages of each order into a PDF or a folder of their own, or see that the folder begins with a whole "
        "order, its first page first, and ingest it again."
    )
    assert each[-1] is aside


def test_pages_of_an_order_in_a_folder_of_its_own_are_not_asked_about(inbox: Path, forms: list[Form]) -> None:
    for folder, names in (("a", "A2 A1"), ("b", "B1 B2"), ("c", "C2")):
        (inbox / folder).mkdir()
        photos(inbox / folder, names)
    assert found(inbox, forms[0]) == ["A2+A1", "B1+B2", "C2"]


def test_features_of_a_picture_are_sought_once(inbox: Path, forms: list[Form], monkeypatch: pytest.MonkeyPatch) -> None:
    photos(inbox, "A1 A2")
    archive = Archive(Folder(inbox.parent / "kept"))
    (each,) = scans_of(scans.gather([inbox]), forms[0], archive, LIMITS)
    assert isinstance(each, Scanned)
    pages = load_pages(each.scan, archive, LIMITS)
    known = [align.align(page, forms[0]) for page in pages]
    monkeypatch.setattr(align, "stepwise_match", lambda *_: pytest.fail("it was laid before"))
    again = [align.align(page, forms[0]) for page in load_pages(each.scan, archive, LIMITS)]
    for one, other in zip(known, again, strict=True):
        numpy.testing.assert_array_equal(one.page.picture, other.page.picture)


def test_more_pictures_than_wait_at_a_time_come_out_in_order(inbox: Path, forms: list[Form]) -> None:
    names = [f"{order}{page}" for order in "ABCDEF" for page in "12"]
    photos(inbox, " ".join(name for name in names if name != "E1"))
    whole = ["A1+A2", "B1+B2", "C1+C2", "D1+D2"]
    assert found(inbox, forms[0]) == [*whole, "E2", "F1+F2"]
    begun = scans_of(scans.gather([inbox]), forms[0], Archive(Folder(inbox.parent / "again")), LIMITS)
    (inbox / "10 F2.png").write_bytes(b"no picture")
    first = next(begun)
    assert isinstance(first, Scanned), "the first are given before the last are looked at"


def numbers(pages: str) -> list[int | None]:
    """1 to 9 are pages of the form, x one that lies on none, | something else between them."""
    return [None if page == "|" else 0 if page == "x" else int(page) for page in pages]


def told(pages: str, count: int) -> str:
    """The forms found, those in doubt with a question mark."""
    found = group_pages(numbers(pages), count)
    return " ".join("".join(pages[at] for at in each.members) + "?" * (not each.clear) for each in found)


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        ("1212", "12 12"),
        ("2121", "21 21"),
        ("12|12", "12 12"),
        ("2", "2"),
        ("21", "21"),
        ("1212|12", "12 12 12"),
    ],
)
def test_whole_forms_are_put_together_in_whatever_order_their_pages_lie(pages: str, found: str) -> None:
    assert told(pages, 2) == found


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        ("11212", "1 12 12"),
        ("12212", "12 2 12"),
        ("12121", "12 12 1"),
        ("1|1212", "1 12 12"),
        ("121112", "12 1 1 12"),
    ],
)
def test_a_form_that_lacks_a_page_takes_none_of_its_neighbour(pages: str, found: str) -> None:
    assert told(pages, 2) == found


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        ("21212", "2? 12? 12?"),  # the first page is missing, or the last of pages that lie the other way round
        ("1|2", "1? 2?"),  # something lies between them
        ("1122", "1? 12? 2?"),  # two first pages, then two second ones
        ("111222", "1? 1? 12? 2? 2?"),
        ("122112", "12 2? 1? 12"),  # one form the other way round, or two that lack a page
        ("11|212", "1? 1? 2? 12?"),
        ("1x2", "1x? 2?"),
    ],
)
def test_where_two_explanations_differ_nothing_is_put_together_for_sure(pages: str, found: str) -> None:
    assert told(pages, 2) == found


@pytest.mark.parametrize(
    ("pages", "found"),
    [("1x12", "1x 12"), ("12x12", "12 x 12"), ("xxx", "xx x"), ("xxxx", "xx xx"), ("1x|12", "1x 12")],
)
def test_a_page_that_cannot_be_told_stands_where_one_is_missing_beside_it(pages: str, found: str) -> None:
    assert told(pages, 2) == found


@pytest.mark.parametrize(
    ("pages", "found"),
    [
        ("123123", "123 123"),
        ("321321", "321 321"),
        ("132132", "132 132"),
        ("12312123", "123 12 123"),
        ("12123", "12 123"),
        ("23123", "23? 123?"),
        ("12x123", "12x 123"),
        ("123|12|3", "123 12? 3?"),
    ],
)
def test_forms_of_three_pages_are_put_together_the_same(pages: str, found: str) -> None:
    assert told(pages, 3) == found


def test_what_no_later_page_can_change_is_settled_early() -> None:
    for pages, count in (("1212", 0), ("12121", 1), ("1212121", 2), ("12112", 0), ("121121", 0), ("12112121", 3)):
        found = group_pages(numbers(pages), 2, natural=True)
        assert settled_count(found, numbers(pages), 2) == count, pages
        assert begins_in_order(numbers(pages), 2)
    assert not begins_in_order(numbers("1121"), 2)
