"""Forms of two pages, in any order and any way up, and several forms in one file: taken in, read and decided."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from flows.home.home import Home, now
from flows.standalone.read_files import read_files
from flows.steps.read_scans import TakenScan, read_scan, take_in
from flows.steps.reconcile_scans import reconcile_home
from transcribe.model import FieldKey, Task

pytestmark = pytest.mark.usefixtures("kept_readings")

SIZE = (1240, 1754)
FIELDS = {"first": 300, "second": 420, "third": 540}
WORDS = (
    "carriage paid terms conditions delivery within thirty days goods remain ours until settled in full claims".split()
)


def blank(title: str, seed: int) -> Image.Image:
    """A page of a form: its title, three frames with labels, and small print that no other page has."""
    chance, page = random.Random(seed), Image.new("L", SIZE, 255)
    pencil = ImageDraw.Draw(page)
    pencil.text((100, 120), title, fill=0, font=ImageFont.load_default(56))
    for name, y in FIELDS.items():
        pencil.text((100, y + 20), f"{name} of {title}", fill=0, font=ImageFont.load_default(26))
        pencil.rectangle((620, y, 1140, y + 80), outline=0, width=3)
    for y in range(720, 1640, 34):
        line = " ".join(chance.choices(WORDS, k=9))
        pencil.text((100, y), f"{chance.randrange(100, 999)} {line}", fill=0, font=ImageFont.load_default(22))
    return page


def filled(page: Image.Image, texts: Mapping[str, str]) -> Image.Image:
    """The page with typed texts in its frames."""
    page = page.copy()
    for name, text in texts.items():
        ImageDraw.Draw(page).text((650, FIELDS[name] + 22), text, fill=20, font=ImageFont.load_default(34))
    return page


def definition(name: str, pages: int) -> str:
    """A form whose fields are a1 to a3 on its first page, b1 to b3 on its second."""
    blanks = "".join(f'[[page]]\nblank = "{name}-{number}.png"\n' for number in range(1, pages + 1))
    fields = "".join(
        f'[[field]]\nname = "{"ab"[page]}{at}"\ntype = "text"\n'
        f"page = {page + 1}\nbox = [624, {y + 4}, 1136, {y + 76}]\n"
        for page in range(pages)
        for at, y in enumerate(FIELDS.values(), 1)
    )
    return f'name = "{name}"\nversion = 1\ntitle = "{name}"\nlanguages = ["eng"]\nlocale = "en_GB"\n{blanks}{fields}'


@pytest.fixture
def forms(tmp_path: Path) -> dict[str, Path]:
    """The paths of a form of two pages and of one of one page."""
    made = {}
    for name, pages in (("contract", 2), ("receiptslip", 1)):
        for number in range(1, pages + 1):
            blank(f"{name} {number}", seed=len(name) + number).save(tmp_path / f"{name}-{number}.png")
        made[name] = tmp_path / f"{name}.toml"
        made[name].write_text(definition(name, pages), encoding="utf-8")
    return made


def page_of(forms: Mapping[str, Path], name: str, number: int, *texts: str) -> Image.Image:
    with Image.open(forms[name].with_name(f"{name}-{number}.png")) as page:
        return filled(page, dict(zip(FIELDS, texts, strict=True)))


def pdf(place: Path, *pages: Image.Image) -> Path:
    pages[0].save(place, save_all=True, append_images=pages[1:], resolution=150)
    return place


def taken(rooms: Home, file: Path, form: str) -> list[dict[str, str]]:
    """Each scan of a file, taken in, read and reconciled: its form and the text of each field that was decided."""
    found = []
    scans = [each.scan for each in take_in(rooms, [file], form, "batch") if isinstance(each, TakenScan)]
    for scan in scans:
        read_scan(rooms, scan)
    reconcile_home(rooms)
    for scan in scans:
        said = {str(each.key): each.text for each in rooms.store.decisions(scan.id)}
        found.append({"form": scan.form, "pages": str(len(scan.pages)), **said})
    return found


FIRST = {"a1": "Marlow", "a2": "Kestrel Lane", "a3": "Bristol"}
SECOND = {"b1": "Hartley", "b2": "Willow Street", "b3": "Norwich"}


@pytest.mark.soak
def test_the_second_page_first_and_upside_down_is_one_scan_with_every_field(
    rooms: Home, forms: dict[str, Path], tmp_path: Path
) -> None:
    one = page_of(forms, "contract", 1, *FIRST.values())
    two = page_of(forms, "contract", 2, *SECOND.values())
    file = pdf(tmp_path / "order.pdf", two.rotate(180), one)
    assert taken(rooms, file, str(forms["contract"])) == [{"form": "contract", "pages": "2", **FIRST, **SECOND}]
    places = {str(each.key): each.page for each in rooms.store.places(rooms.store.scan_states()[0].scan.id)}
    assert places == {**dict.fromkeys(FIRST, 1), **dict.fromkeys(SECOND, 2)}


def test_several_forms_in_one_file_are_told_apart_and_each_is_read(
    rooms: Home, forms: dict[str, Path], tmp_path: Path
) -> None:
    for path in forms.values():
        rooms.use_form(str(path))
    slip = {"a1": "Fenwick", "a2": "Harbour Road", "a3": "Dover"}
    other = {"a1": "Ashdown", "a2": "Castle Street", "a3": "Leeds"}
    file = pdf(
        tmp_path / "post.pdf",
        page_of(forms, "receiptslip", 1, *slip.values()).rotate(180),
        page_of(forms, "contract", 2, *SECOND.values()),
        page_of(forms, "contract", 1, *FIRST.values()).rotate(180),
        page_of(forms, "receiptslip", 1, *other.values()),
    )
    assert taken(rooms, file, "auto") == [
        {"form": "receiptslip", "pages": "1", **slip},
        {"form": "contract", "pages": "2", **FIRST, **SECOND},
        {"form": "receiptslip", "pages": "1", **other},
    ]


@pytest.mark.soak
def test_read_tells_of_each_form_in_a_file_with_its_pages(rooms: Home, forms: dict[str, Path], tmp_path: Path) -> None:
    for path in forms.values():
        rooms.use_form(str(path))
    file = pdf(
        tmp_path / "post.pdf",
        page_of(forms, "contract", 2, *SECOND.values()).rotate(90, expand=True),
        page_of(forms, "contract", 1, *FIRST.values()),
        page_of(forms, "receiptslip", 1, "Fenwick", "Harbour Road", "Dover"),
    )
    told = [each.plain() for each, _ in read_files(rooms.settings, [file], "auto", lambda done, total: None)]
    assert [(each["form"], each["pages"]) for each in told] == [("contract", [1, 2]), ("receiptslip", [3])]
    (second,) = (field for field in told[0]["fields"] if field["name"] == "b2")
    assert (second["page"], second["decision"]["value"]) == (2, "Willow Street")


def test_a_scan_that_lacks_a_page_is_set_aside_and_read_by_people_when_it_is_brought_back(
    rooms: Home, forms: dict[str, Path], tmp_path: Path
) -> None:
    """65 people's tasks of one order asked for what stood on a page that no picture shows."""
    file = pdf(tmp_path / "half.pdf", page_of(forms, "contract", 2, *SECOND.values()).rotate(180))
    (found,) = taken(rooms, file, str(forms["contract"]))
    (state,) = rooms.store.scan_states()
    assert found == {"form": "contract", "pages": "1", **SECOND}, "what machines read is kept"
    assert "page missing" in state.advice
    assert rooms.store.is_put_aside(state.scan.id)
    assert open_tasks(rooms, state.scan.id) == []
    rooms.store.bring_scan_back(state.scan.id, "ana", "the customer left it away", now())
    reconcile_home(rooms)
    assert {str(each.key): each.text for each in rooms.store.decisions(state.scan.id)} == SECOND
    assert {task.key for task in open_tasks(rooms, state.scan.id)} == {FieldKey(name) for name in FIRST}


OTHER = {"a1": "Ashdown", "a2": "Castle Street", "a3": "Leeds"}


@pytest.mark.soak
def test_an_order_that_lacks_a_page_takes_none_of_the_next_one(
    rooms: Home, forms: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    page_of(forms, "contract", 1, *OTHER.values()).save(tmp_path / "in" / "1.png")
    page_of(forms, "contract", 1, *FIRST.values()).save(tmp_path / "in" / "2.png")
    page_of(forms, "contract", 2, *SECOND.values()).rotate(180).save(tmp_path / "in" / "3.png")
    assert taken(rooms, tmp_path / "in", str(forms["contract"])) == [
        {"form": "contract", "pages": "1", **OTHER},
        {"form": "contract", "pages": "2", **FIRST, **SECOND},
    ]
    said = {state.scan.name: "page missing" in state.advice for state in rooms.store.scan_states()}
    assert said == {"1.png": True, "2.png": False}


def test_pages_that_may_be_of_one_order_or_of_two_wait_until_they_are_put_into_one_place(
    rooms: Home, forms: dict[str, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    page_of(forms, "contract", 1, *FIRST.values()).save(folder / "1.png")
    (folder / "2.png").write_bytes(b"no picture")
    page_of(forms, "contract", 2, *SECOND.values()).save(folder / "3.png")
    assert taken(rooms, folder, str(forms["contract"])) == []
    assert sorted(each.file.name for each in rooms.store.list_set_aside()) == ["1.png", "2.png", "3.png"]
    (folder / "2.png").unlink()
    assert taken(rooms, folder, str(forms["contract"])) == [{"form": "contract", "pages": "2", **FIRST, **SECOND}]
    assert [each.file.name for each in rooms.store.list_set_aside()] == ["2.png"]


def open_tasks(rooms: Home, scan: str) -> list[Task]:
    return [
        task
        for place in rooms.store.places(scan)
        for task in rooms.store.field_history(scan, place.key).tasks
        if task.closed_at is None
    ]
