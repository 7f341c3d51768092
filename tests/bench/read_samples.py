"""Sets of documents to read, with their truth: made by the generator, and the shared real ones."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy
from PIL import Image

from tests.camera import Level
from tests.orders import FORMS, series
from tests.pens import Hand
from transcribe.model import Page

if TYPE_CHECKING:
    from transcribe.model import Picture

SHARED = Path(__file__).parents[3] / "shared" / "data"
"""Where the shared sets lie beside the repository, unless `--data` or FAIRHAND_SHARED_DATA says otherwise."""


LINE_FORM = "line"
"""Stands for no form: the whole picture is one field of the type text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One document: its form, its picture when asked for, and its truth by field ("lines.quantity[2]"; "" is blank).

    A field that is not in `truth` is not judged.
    """

    file: str
    form: str
    content: bytes
    truth: Mapping[str, str]
    level: str = ""
    hand: str = ""

    def picture(self) -> Picture:
        """The decoded picture, upright."""
        with Image.open(io.BytesIO(self.content)) as image:
            grey = image.mode in ("1", "L", "I", "I;16", "F")
            return numpy.asarray(image.convert("L" if grey else "RGB"), dtype=numpy.uint8)

    def page(self) -> Page:
        """The picture as the one page of a scan."""
        return Page(number=1, picture=self.picture())


def data_folder(given: str | None) -> Path:
    """The folder of the shared sets."""
    return Path(given or os.environ.get("FAIRHAND_SHARED_DATA") or SHARED)


def generated(
    count: int, seed: int, levels: Sequence[Level], hands: Sequence[Hand], forms: Sequence[str] = FORMS
) -> Iterator[Sample]:
    """`count` photographs of filled-in order forms, the same for the same arguments."""
    for made in series(count, seed, forms, levels, hands):
        yield Sample(
            file=made.file,
            form=made.truth["form"],
            content=made.content,
            truth=made.truth["fields"],
            level=made.truth["level"],
            hand=made.truth["hand"],
        )


def sroie(data: Path, count: int) -> Iterator[Sample]:
    """Shop receipts with company, date, address and total as labelled."""
    return _documents(data / "sroie", "receipt", count, ("company", "date", "address", "total"))


def factures(data: Path, count: int) -> Iterator[Sample]:
    """Rendered French invoices: header fields that are printed, and the lines."""
    names = {
        "invoice_number": "invoice_number",
        "po_number": "po_number",
        "invoice_date": "invoice_date",
        "invoice_date_due": "due_date",
        "total_untaxed": "total_untaxed",
        "tax_amount": "tax_amount",
        "total_amount": "total_amount",
    }
    for line in _lines(data / "factures_odoo_fr", count):
        hidden = set(line.get("maybe_not_printed", ()))
        said = {names[key]: str(value) for key, value in line["fields"].items() if key in names and key not in hidden}
        yield _sample(data / "factures_odoo_fr", line, "facture", said)


def receipts_de(data: Path, count: int) -> Iterator[Sample]:
    """German shop receipts with date and total; the chain's name is mostly only a logo, and is not judged."""
    return _documents(data / "receipts_de", "receipt", count, ("date", "total"))


def testaments(data: Path, count: int) -> Iterator[Sample]:
    """Lines of joined handwriting from wills: one field each, on no form."""
    folder = data / "testaments_fr"
    lines = (folder / "lines.jsonl").read_text(encoding="utf-8").splitlines()
    for line in map(json.loads, lines[:: max(1, len(lines) // count)][:count]):
        yield _sample(folder, line, LINE_FORM, {"text": line["fields"]["text"]})


def _documents(folder: Path, form: str, count: int, keys: Sequence[str]) -> Iterator[Sample]:
    for line in _lines(folder, count):
        said = {key: str(line["fields"][key]) for key in keys if line["fields"].get(key)}
        yield _sample(folder, line, form, said)


def _lines(folder: Path, count: int) -> Iterator[dict[str, Any]]:
    """`count` documents of a set, spread over it evenly."""
    lines = (folder / "fields.jsonl").read_text(encoding="utf-8").splitlines()
    step = max(1, len(lines) // count)
    return (json.loads(line) for line in lines[::step][:count])


def _sample(folder: Path, line: Mapping[str, Any], form: str, truth: Mapping[str, str]) -> Sample:
    file = str(line["file"])
    return Sample(file=file, form=form, content=(folder / file).read_bytes(), truth=truth)
