"""Training pairs: each picture shows its field alone, tools find its text, and what was taken back is gone."""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageDraw

from flows.administration import forget_scan
from flows.administration.people import invite
from flows.exporting.write_export import Wanted, export_records
from flows.home.home import Home, now
from flows.steps.reconcile_scans import reconcile_home
from tests.flows.exporting.test_exports import MAPPED, agreeing
from tests.flows.steps.test_provisional_records import read_all
from tests.flows.steps.test_reconcile_scans import ENGINES, RECEIPT, received
from transcribe.geometry import Box
from transcribe.model import FieldKey, Place, ReadResult, Scan, SnippetFrame
from transcribe.ocr.engine import reading

FRAME = Box(2500, 2500, 7500, 7500)
"""The field is the middle of its picture."""


def pictured(rooms: Home, scan: Scan, keys: Iterable[FieldKey]) -> None:
    """Each field has a picture: white where the field is, black around it."""
    picture = Image.new("L", (80, 40), 0)
    ImageDraw.Draw(picture).rectangle((20, 10, 59, 29), fill=255)
    content = io.BytesIO()
    picture.save(content, "PNG")
    snippet, frame = rooms.archive.put(content.getvalue()), SnippetFrame(field=FRAME, writing=FRAME)
    places = [Place(scan=scan.id, key=key, page=1, box=Box(1, 2, 3, 4), snippet=snippet, frame=frame) for key in keys]
    rooms.store.put_places(scan.id, places, now())


def typed(rooms: Home, texts: dict[str, str]) -> None:
    """Two people and an expert read what engines read wrong, and all let it train machines."""
    reconcile_home(rooms)
    for who, roles in (("mina", []), ("omar", []), ("eve", ["expert"])):
        read_all(rooms, invite(rooms, who, roles).person.id, texts)
    agreeing(rooms, "mina", "omar", "eve")


def a_receipt(rooms: Home) -> Scan:
    wrong = {**dict.fromkeys(RECEIPT, ("other", "wrong")), "address": ("1, Hlgh\nStreet", "l, High Street")}
    scan = received(rooms, texts=wrong)
    pictured(rooms, scan, map(FieldKey, RECEIPT))
    typed(rooms, RECEIPT)
    return scan


def exported(rooms: Home, out: Path, form: str = "receipt") -> list[str]:
    """The names of all files but the list, after an export into this folder."""
    rooms = replace(rooms, settings=rooms.settings.model_copy(update={"training": True}))
    export_records(rooms.settings.records, lambda: rooms, Wanted(format="training", form=form), out)
    return sorted(each.name for each in out.iterdir() if each.name != "metadata.jsonl")


def test_a_picture_shows_its_field_without_what_lies_around_it(rooms: Home, tmp_path: Path) -> None:
    """A label or the next line in the picture, of which the text says nothing, teaches a recogniser to leave out."""
    a_receipt(rooms)
    pictures = [tmp_path / name for name in exported(rooms, tmp_path) if name.endswith(".png")]
    assert pictures
    for path in pictures:
        with Image.open(path) as picture:
            assert (picture.size, picture.getextrema()) == ((40, 20), (255, 255))


def test_what_engines_saw_to_be_several_lines_is_no_pair(rooms: Home, tmp_path: Path) -> None:
    """A person types an address in one line; its picture has two."""
    a_receipt(rooms)
    exported(rooms, tmp_path)
    told = [json.loads(line) for line in (tmp_path / "metadata.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {each["field"] for each in told} == RECEIPT.keys() - {"address"}


def test_tools_find_the_text_of_a_cell_by_the_name_of_its_picture(rooms: Home, tmp_path: Path) -> None:
    """Calamari and kraken take all behind the first point for the ending: its text must be called as what is before."""
    path = tmp_path / "ordered.toml"
    path.write_text(MAPPED, encoding="utf-8")
    form = rooms.use_form(str(path))
    scan = Scan(id=secrets.token_hex(32), pages=(), form=form.name, form_version=1, name="order.jpg")
    keys, texts = (FieldKey("number"), FieldKey("lines.what", 0)), {"number": "N-1", "lines.what": "Tea"}
    assert rooms.store.put_scan(scan, [], now())
    found = [
        reading(scan=scan.id, key=key, source=engine, text=text, at=now(), confidence=0.9, conditions={})
        for key in keys
        for engine, text in zip(ENGINES, ("other", "wrong"), strict=True)
    ]
    rooms.store.put_reads(scan.id, ReadResult(places=(), readings=tuple(found), fit=None, quality={}), now())
    pictured(rooms, scan, keys)
    typed(rooms, texts)
    out = tmp_path / "pairs"
    names = exported(rooms, out, "ordered")
    assert f"{scan.id[:16]}-lines-what-0.png" in names
    for name in names:
        assert (out / f"{name.partition('.')[0]}.gt.txt").exists()


def test_what_was_taken_back_is_gone_from_a_folder_that_is_exported_into_again(rooms: Home, tmp_path: Path) -> None:
    """Who says no later, and whose scan is forgotten: tools take whatever files lie there."""
    scan, out = a_receipt(rooms), tmp_path / "pairs"
    first = exported(rooms, out)
    assert first
    (out / "0123456789abcdef-total.png").write_bytes(b"of another form, or of another home")
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    agreeing(rooms)
    assert exported(rooms, out) == ["0123456789abcdef-total.png", "notes.txt"]
    agreeing(rooms, "mina", "omar", "eve")
    assert exported(rooms, out) == sorted([*first, "0123456789abcdef-total.png", "notes.txt"])
    received(rooms)
    reconcile_home(rooms)
    forget_scan(rooms, scan.id)
    assert exported(rooms, out) == ["0123456789abcdef-total.png", "notes.txt"]
