"""Words of other engines: hOCR out of a read, and hOCR beside a picture as a source, through the real flows."""

from __future__ import annotations

import shutil
from pathlib import Path

from flows.read import hocr_pages, read_files
from flows.reading import Taken, read_scan, take_in
from flows.reconcile import reconcile_home
from flows.rooms import Rooms
from reconcile.agree import source_of
from tests.flows.house import CASES
from transcribe.layout import hocr
from transcribe.model import FieldKey, Reading

RECEIPT = CASES / "receipt-554.jpg"


def written(rooms: Rooms, place: Path, system: str) -> Path:
    """The receipt with its hOCR beside it, as `fairhand read --hocr` writes it, said to be of this program."""
    picture = Path(shutil.copy(RECEIPT, place / "paper.jpg"))
    ((_, it),) = read_files(rooms.settings, [picture], "receipt", lambda done, total: None)
    assert it is not None
    (page,) = hocr_pages(rooms.settings, it)
    own, words = hocr.read(page.encode())
    assert own.startswith("tesseract")
    height, width = it.pages[0].picture.shape[:2]
    assert all(0 <= word.box.x0 < word.box.x1 <= width and 0 <= word.box.y0 < word.box.y1 <= height for word in words)
    text = hocr.write(words, size=(width, height), system=system)
    picture.with_suffix(".hocr").write_text(text, encoding="utf-8")
    return picture


def sources(rooms: Rooms, picture: Path) -> dict[str, Reading]:
    """What each source says of the receipt's date, taken in, read and reconciled."""
    (taken,) = take_in(rooms, [picture], "receipt", "batch")
    assert isinstance(taken, Taken)
    read_scan(rooms, taken.scan)
    reconcile_home(rooms)
    readings = [each for each in rooms.store.readings(taken.scan.id) if each.key == FieldKey("date")]
    return {source_of(each): each for each in readings}


def test_the_hocr_of_another_program_beside_a_picture_is_a_third_source(rooms: Rooms, tmp_path: Path) -> None:
    said = sources(rooms, written(rooms, tmp_path, "kraken 5.2"))
    assert set(said) == {"tesseract", "rapidocr", "hocr"}
    assert said["hocr"].source == "hocr kraken 5.2"
    assert said["hocr"].text
    assert said["hocr"].confidence is not None


def test_the_hocr_of_an_engine_that_reads_here_too_is_no_further_source(rooms: Rooms, tmp_path: Path) -> None:
    """Two passes of one engine agree on what is wrong: they never stand for two."""
    said = sources(rooms, written(rooms, tmp_path, "tesseract 5.5.0"))
    assert set(said) == {"tesseract", "rapidocr"}
