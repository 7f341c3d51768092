"""Layouts that machines do not make out, end to end: real pictures, engines, store and pages; people show what stands
where, machines read it there, and the field goes on as any other."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from starlette.testclient import TestClient

from flows.administration.people import invite
from flows.home.home import Home, now
from flows.serving.serve import review_options
from flows.steps.read_scans import TakenScan, read_scan, take_in
from flows.steps.reconcile_scans import reconcile_home
from reconcile.records import query
from tests.flows.house import TYPED
from transcribe.archive_names import opened
from transcribe.geometry import Box
from transcribe.model import FieldKey, Reading, Scan, Task
from transcribe.review.app import create_app

pytestmark = pytest.mark.usefixtures("kept_readings")

LETTER = """
name = "letter"
version = 1
title = { en = "Letter of order" }
languages = ["eng"]
locale = "en_GB"
currency = "GBP"

[[field]]
name = "contract"
label = { en = "Contract reference" }
type = "text"
find = { labels = ["Contract reference"], where = "right" }

[[table]]
name = "lines"
label = { en = "Lines ordered" }
[[table.column]]
name = "description"
label = { en = "Description" }
type = "text"
[[table.column]]
name = "quantity"
label = { en = "Quantity" }
type = "integer"
[[table.column]]
name = "unit_price"
label = { en = "Unit price" }
type = "amount"
[[table.column]]
name = "amount"
label = { en = "Amount" }
type = "amount"

[[rule]]
name = "line amount"
check = "lines.amount == lines.quantity * lines.unit_price"

[options]
pages = "file"
"""
SIZE = (1240, 1000)
DOSSIER = Box(500, 190, 800, 250)
ROWS = (
    ("Brass hinge", "12", "3.50", "42.00"),
    ("Steel bolt", "40", "0.25", "10.00"),
    ("Oak board", "3", "18.00", "54.00"),
)
EDGES = (380, 440, 500, 560)


def paper(*texts: tuple[int, int, str]) -> Image.Image:
    """A page of print."""
    sheet = Image.new("RGB", SIZE, "white")
    pencil = ImageDraw.Draw(sheet)
    for x, y, text in texts:
        pencil.text((x, y), text, fill="black", font=ImageFont.load_default(30))
    return sheet


def letter() -> Image.Image:
    """Nothing on it is called as the form calls it: neither the contract nor the columns."""
    cells = [
        (x, 394 + 60 * number, text)
        for number, row in enumerate(ROWS)
        for x, text in zip((100, 560, 780, 1000), row, strict=True)
    ]
    return paper(
        (100, 80, "Miller and Daughters, Ironmongers"), (100, 204, "Our dossier"), (520, 204, "KLM-4471"), *cells
    )


class Reader:
    """Somebody who works through the real pages, as plain forms."""

    def __init__(self, rooms: Home, name: str, *roles: str) -> None:
        options = review_options(rooms.settings, 8484)
        app = create_app(rooms.store, rooms.archive, rooms.forms, options, now, lambda _: None)
        invited = invite(rooms, name, roles or ("transcriber",))
        self.rooms, self.id = rooms, invited.person.id
        rooms.store.set_training(self.id, training=False, now=now())
        self.client = TestClient(app, base_url=options.public_url, follow_redirects=False)
        assert self.client.post("/in/" + invited.link.rsplit("/", 1)[-1]).status_code == 303

    def task(self, page: int | None = None) -> tuple[Task, str] | None:
        """The task that the work page shows, and the page's text; None where there is no work."""
        shown = self.client.get("/work").text
        found = re.search(r'action="/work/([\w-]+)"', shown)
        if found is None:
            return None
        if page is not None:
            shown = self.client.get(f"/work?task={found[1]}&page={page}").text
        return self.rooms.store.task_subject(found[1]), shown

    def picture(self, shown: str) -> Image.Image:
        """What the page shows."""
        source = re.search(r'<img src="([^"]+)"', shown)
        assert source is not None
        content = self.client.get(source[1].replace("&amp;", "&"))
        assert content.status_code == 200, content.text
        return Image.open(io.BytesIO(content.content))

    def send(self, asked: tuple[Task, str], action: str = "send", **values: object) -> None:
        """Answer it with the page's own hidden inputs."""
        task, shown = asked
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown))
        data = {**hidden, "action": action, **{name: str(value) for name, value in values.items()}}
        sent = self.client.post(f"/work/{task.id}", data=data)
        assert sent.status_code == 303, sent.text

    def frame(self, asked: tuple[Task, str], box: Box, text: str) -> None:
        """Draw a frame around a field and type what it says."""
        self.send(asked, text=text, x0=box.x0, y0=box.y0, x1=box.x1, y1=box.y1)


@pytest.fixture
def form(rooms: Home, tmp_path: Path) -> str:
    path = tmp_path / "letter.toml"
    path.write_text(LETTER, encoding="utf-8")
    return str(path)


def received(rooms: Home, form: str, *pages: Image.Image) -> Scan:
    """The pages as one file taken in, read and reconciled."""
    file = Path(rooms.settings.home) / "letter.tiff"
    pages[0].save(file, save_all=True, append_images=pages[1:])
    (taken,) = take_in(rooms, [file], form, "batch")
    assert isinstance(taken, TakenScan)
    if taken.scan.form:
        read_scan(rooms, taken.scan)
    reconcile_home(rooms)
    return taken.scan


def by_machine(rooms: Home, scan: Scan, key: FieldKey) -> dict[str, Reading]:
    """What each engine said last of a field."""
    story = rooms.store.field_history(scan.id, key)
    return {each.source.partition(" ")[0]: each for each in story.readings if each.kind == "machine"}


def answered(reader: Reader, texts: Mapping[FieldKey, str]) -> Iterator[Task]:
    """Every text task that this person is given, answered with what is written there."""
    while (asked := reader.task()) is not None:
        yield asked[0]
        text = texts.get(asked[0].key)
        reader.send(asked, **({"action": "absent"} if text is None else {"text": text}))


def task_of(reader: Reader, key: FieldKey) -> tuple[Task, str]:
    """The task of a field; those offered before are skipped."""
    while (asked := reader.task()) is not None:
        if asked[0].key == key:
            return asked
        reader.send(asked, action="skip", reason="other")
    raise AssertionError(f"{key} is not asked")


def told(rooms: Home, readers: Sequence[Reader], texts: Mapping[FieldKey, str]) -> list[Task]:
    """Everybody works until nothing is left; the tasks in their order."""
    done: list[Task] = []
    while rooms.store.counts().open_tasks:
        before = len(done)
        for reader in readers:
            done += answered(reader, texts)
            reconcile_home(rooms)
        assert len(done) > before, rooms.store.counts()
    return done


def test_a_field_that_no_machine_found_is_drawn_by_a_person_and_read_there(rooms: Home, form: str) -> None:
    scan = received(rooms, form, letter())
    mina = Reader(rooms, "mina")
    asked = mina.task()
    assert asked is not None
    assert (asked[0].key, asked[0].kind, asked[0].reason) == (FieldKey("contract"), "locate", "not found")
    assert mina.picture(asked[1]).width >= 1000  # the whole page
    mina.frame(asked, DOSSIER, "KLM-4471")
    reconcile_home(rooms)

    said = by_machine(rooms, scan, FieldKey("contract"))
    assert {name: each.text for name, each in said.items()} == {"tesseract": "KLM-4471", "rapidocr": "KLM-4471"}
    assert {each.box for each in said.values()} == {DOSSIER}
    (place,) = (each for each in rooms.store.places(scan.id) if each.key == FieldKey("contract"))
    assert (place.box, place.confidence) == (DOSSIER, 1.0)
    assert place.snippet is not None
    with Image.open(io.BytesIO(rooms.archive.get(place.snippet))) as cut:
        assert cut.width < 600  # the frame and a little around it
    assert rooms.store.field_history(scan.id, FieldKey("contract")).decisions[-1].text == "KLM-4471"


def test_a_frame_that_machines_read_otherwise_is_asked_of_somebody_else_close_up(rooms: Home, form: str) -> None:
    received(rooms, form, letter())
    mina, omar = Reader(rooms, "mina"), Reader(rooms, "omar")
    asked = mina.task()
    assert asked is not None
    mina.frame(asked, DOSSIER, "KLM-4477")
    reconcile_home(rooms)
    again = task_of(omar, FieldKey("contract"))
    assert again[0].kind == "read"
    assert omar.picture(again[1]).width < 600


def test_the_rows_of_a_table_without_a_known_header_are_told_and_its_cells_read(rooms: Home, form: str) -> None:
    scan = received(rooms, form, letter())
    mina, omar = Reader(rooms, "mina"), Reader(rooms, "omar")
    asked = mina.task()
    assert asked is not None
    mina.frame(asked, DOSSIER, "KLM-4471")
    asked = mina.task()
    assert asked is not None
    assert (asked[0].key, asked[0].kind) == (FieldKey("lines"), "rows")
    assert "Lines ordered" in asked[1]
    mina.send(asked, edges=",".join(map(str, EDGES)))
    reconcile_home(rooms)

    for number, row in enumerate(ROWS):
        for name, text in zip(("description", "quantity", "unit_price", "amount"), row, strict=True):
            said = by_machine(rooms, scan, FieldKey(f"lines.{name}", number))
            assert {each.text for each in said.values()} == {text}, (name, number, said)
    truth = {
        FieldKey(f"lines.{name}", number): text
        for number, row in enumerate(ROWS)
        for name, text in zip(("description", "quantity", "unit_price", "amount"), row, strict=True)
    }
    told(rooms, [mina, omar, Reader(rooms, "ines", "expert")], truth)  # she reads what is drawn by lot
    (record,) = query.records(rooms.settings.records, "letter")
    assert [(line["quantity"], line["amount"]) for line in record.tables["lines"]] == [
        (12, "42.00"),
        (40, "10.00"),
        (3, "54.00"),
    ]


def test_a_table_that_is_not_there_leaves_no_line_in_the_record(rooms: Home, form: str) -> None:
    received(rooms, form, paper((100, 80, "Miller and Daughters"), (100, 204, "Our dossier"), (520, 204, "KLM-4471")))
    mina = Reader(rooms, "mina")
    asked = mina.task()
    assert asked is not None
    mina.frame(asked, DOSSIER, "KLM-4471")
    asked = mina.task()
    assert asked is not None
    assert asked[0].kind == "rows"
    mina.send(asked, edges="")
    reconcile_home(rooms)
    (record,) = query.records(rooms.settings.records, "letter")
    assert (record.values["contract"], list(record.tables["lines"])) == ("KLM-4471", [])
    assert rooms.store.counts().open_tasks == {}


def test_one_line_alone_is_no_row_and_comes_back_with_a_word(rooms: Home, form: str) -> None:
    received(rooms, form, letter())
    mina = Reader(rooms, "mina")
    asked = mina.task()
    assert asked is not None
    mina.frame(asked, DOSSIER, "KLM-4471")
    asked = mina.task()
    assert asked is not None
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', asked[1]))
    sent = {**hidden, "action": "send", "edges": "300"}
    back = mina.client.post(f"/work/{asked[0].id}?check=1", data=sent, follow_redirects=True)
    assert back.status_code == 200
    assert "makes no row" in back.text
    assert 'value="300"' in back.text


def test_a_field_of_the_second_page_is_drawn_on_that_page(rooms: Home, form: str) -> None:
    scan = received(rooms, form, paper((100, 80, "Miller and Daughters")), letter())
    mina = Reader(rooms, "mina")
    asked = mina.task(page=2)
    assert asked is not None
    assert 'aria-current="page">Page 2' in asked[1]
    mina.frame(asked, DOSSIER, "KLM-4471")
    reconcile_home(rooms)
    (place,) = (each for each in rooms.store.places(scan.id) if each.key == FieldKey("contract"))
    assert (place.page, place.box) == (2, DOSSIER)
    assert {each.text for each in by_machine(rooms, scan, FieldKey("contract")).values()} == {"KLM-4471"}


def test_what_lies_beyond_the_pages_harms_nothing(rooms: Home, form: str) -> None:
    scan = received(rooms, form, letter())
    mina, omar = Reader(rooms, "mina"), Reader(rooms, "omar")
    asked = mina.task()
    assert asked is not None
    far = Box(90_000, 90_000, 99_000, 99_000)
    mina.send((asked[0], asked[1].replace('name="page" value="1"', 'name="page" value="77"')), text="x", x0=far.x0,
              y0=far.y0, x1=far.x1, y1=far.y1)  # fmt: skip
    asked = mina.task()
    assert asked is not None
    mina.send(asked, edges="380,440,5000,90000")
    assert reconcile_home(rooms).failed == ()
    (place,) = (each for each in rooms.store.places(scan.id) if each.key == FieldKey("contract"))
    assert (place.page, place.snippet is not None) == (1, True)
    while (asked := omar.task()) is not None:
        assert omar.picture(asked[1]).width > 0
        omar.send(asked, action="absent")


def test_a_picture_that_shows_another_field_is_drawn_anew(rooms: Home, form: str) -> None:
    page = paper(
        (100, 80, "Contract reference  as agreed on Monday"),
        (100, 204, "Contract reference"),
        (520, 204, "KLM-4471"),
        (100, 330, "Contract reference  see overleaf"),
    )
    scan = received(rooms, form, page)
    key = FieldKey("contract")
    assert "agreed" in str(by_machine(rooms, scan, key)["rapidocr"].text)
    store = rooms.store
    old = next(each.snippet for each in store.places(scan.id) if each.key == key)
    mina = Reader(rooms, "mina")
    asked = task_of(mina, key)
    assert asked[0].kind == "read"
    mina.send(asked, action="skip", reason="wrong picture")
    reconcile_home(rooms)
    asked = task_of(mina, key)
    assert (asked[0].kind, asked[0].reason) == ("locate", "misplaced")
    mina.frame(asked, DOSSIER, "KLM-4471")
    reconcile_home(rooms)
    assert {each.text for each in by_machine(rooms, scan, key).values()} == {"KLM-4471"}
    assert store.field_history(scan.id, key).decisions[-1].text == "KLM-4471"
    assert store.misplaced(scan.id) == frozenset()
    assert old is not None
    assert opened(old)[0] in store.forget(scan.id, now())  # the picture that was replaced goes with the others


def test_who_says_which_form_it_is_and_how_it_lies_has_it_read_so(rooms: Home, form: str) -> None:
    rooms.use_form(form)
    scan = received(rooms, "auto", letter().transpose(Image.Transpose.ROTATE_90))  # it lies on its left side
    assert scan.form == ""
    mina = Reader(rooms, "mina")
    asked = mina.task()
    assert asked is not None
    assert asked[0].kind == "identify"
    shown = mina.picture(asked[1])
    assert shown.height > shown.width  # as it came
    mina.send(asked, form="letter/1", turn=90)
    reconcile_home(rooms)

    now_known = rooms.store.scan(scan.id)
    assert (now_known.form, [page.turn for page in now_known.pages]) == ("letter", [90])
    asked = mina.task()
    assert asked is not None
    shown = mina.picture(asked[1])
    assert shown.width > shown.height
    mina.frame(asked, DOSSIER, "KLM-4471")
    reconcile_home(rooms)
    assert {each.text for each in by_machine(rooms, scan, FieldKey("contract")).values()} == {"KLM-4471"}


def test_a_photo_that_lies_on_its_side_is_set_upright_and_stays_so(rooms: Home, form: str) -> None:
    scan = received(rooms, form, letter().transpose(Image.Transpose.ROTATE_90))
    assert [page.turn for page in rooms.store.scan(scan.id).pages] == [90]
    assert [picture.size for picture in rooms.store.pictures(scan.id)] == [SIZE]
    mina = Reader(rooms, "mina")
    mina.frame(task_of(mina, FieldKey("contract")), DOSSIER, "KLM-4471")
    reconcile_home(rooms)
    assert {each.text for each in by_machine(rooms, scan, FieldKey("contract")).values()} == {"KLM-4471"}
    read_scan(rooms, rooms.store.scan(scan.id))  # again is no other turn
    assert [page.turn for page in rooms.store.scan(scan.id).pages] == [90]


def test_a_box_of_a_form_that_lies_beside_its_writing_is_drawn_anew(rooms: Home) -> None:
    (taken,) = take_in(rooms, [TYPED], "bon-de-commande", "batch")
    assert isinstance(taken, TakenScan)
    scan, key = taken.scan, FieldKey("order_number")
    read_scan(rooms, scan)
    before = by_machine(rooms, scan, key)
    text = next(each.text for each in before.values() if each.text)
    (place,) = (each for each in rooms.store.places(scan.id) if each.key == key)
    wider = Box(place.box.x0 - 5, place.box.y0 - 3, place.box.x1 + 5, place.box.y1 + 3)
    task = Task(scan=scan.id, key=key, kind="locate", reason="misplaced")
    rooms.store.conclude(scan.id, 0, [], [task], None, now())

    mina = Reader(rooms, "mina")
    mina.frame(task_of(mina, key), wider, str(text))
    reconcile_home(rooms)
    said = by_machine(rooms, scan, key)
    assert {each.box for each in said.values()} == {wider}
    assert {name: each.text for name, each in said.items()} == {name: each.text for name, each in before.items()}
    (place,) = (each for each in rooms.store.places(scan.id) if each.key == key)
    assert (place.box, place.snippet is not None) == (wider, True)
    assert rooms.store.scan_states()[0].fit is not None  # what is known of the page stays
