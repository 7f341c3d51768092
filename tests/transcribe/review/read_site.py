"""Sample photographs read by machine into the small site: pictures of fields as people get them, in four forms."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy
from PIL import Image

from tests.transcribe.review.site import Site
from transcribe import extraction, ocr
from transcribe.forms import definition
from transcribe.model import FieldKey, Page, ReadResult, Scan, ScanPage, SourceFile, Task
from transcribe.recognition.page_assignment import ReadOptions
from transcribe.recognition.read import read

CASES = Path(__file__).parents[2] / "cases"
FOUR_FORMS = {
    "bon-de-commande": "bon-de-commande-phone-block-0006.jpg",
    "order-form": "order-form-phone-typed-0003.jpg",
    "receipt": "receipt-217.jpg",
    "facture": "receipt-326.jpg",
}
"""Form -> the photograph that is read as one. Two have a blank; of two the fields are found among the words."""


@cache
def reads_of(name: str) -> tuple[Scan, ReadResult]:
    """A sample read once: without engines on a blank, as only ink and pictures are wanted, else with Tesseract."""
    form, file = definition.load(name), CASES / FOUR_FORMS[name]
    with Image.open(file) as image:
        shown = numpy.asarray(image.convert("RGB"), dtype=numpy.uint8)
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    scan = Scan(
        id=hashlib.sha256(f"{name} {sha256}".encode()).hexdigest(),
        pages=(ScanPage(file=sha256, page=1),),
        form=form.name,
        form_version=form.version,
        name=file.name,
    )
    engines = [ocr.load("tesseract", form.languages)] if form.free else []
    pages, options = [Page(number=1, picture=shown)], ReadOptions(layouts=extraction)
    return scan, read(scan, pages, form, engines, datetime.now(UTC), options)


def add_read_scan(site: Site, name: str, keys: Sequence[FieldKey]) -> str:
    """Puts a sample with its pictures into the site, with an open task for each of these fields."""
    scan, reads = reads_of(name)
    form, now = definition.load(name), site.clock.now()
    site.store.put_form(form, "", now)
    file = scan.pages[0].file
    site.store.put_scan(scan, [SourceFile(sha256=file, name=scan.name, size=1, media_type="image/jpeg")], now)
    for content in reads.files.values():
        site.archive.put(content)
    site.store.put_reads(scan.id, replace(reads, readings=()), now)
    tasks = [Task(scan=scan.id, key=key, kind="read", reason="one engine", pool="read") for key in keys]
    site.store.conclude(scan.id, 0, [], tasks, None, now)
    return scan.id
