"""What the store says of files that came in, and of how well scans lie on their forms."""

from __future__ import annotations

from dataclasses import replace

from tests.transcribe.store.world import NOON, World, after, form, sha
from transcribe.model import ReadResult, Scan, ScanPage, SourceFile


def put(here: World, name: str, *files: str) -> Scan:
    """A scan of a page of each of these files."""
    pages = tuple(ScanPage(file=sha(file), page=1) for file in files)
    sources = [SourceFile(sha256=sha(file), name=file, size=1, media_type="image/png") for file in files]
    scan = Scan(id=sha(name), pages=pages, form=here.form.name, form_version=here.form.version, name=name)
    here.store.put_scan(scan, sources, NOON)
    return scan


def test_the_scans_of_a_file_are_those_with_a_page_in_it_until_they_are_forgotten(here: World) -> None:
    one, two = put(here, "one", "first.png", "second.png"), put(here, "two", "second.png")
    assert [scan.id for scan in here.store.scans_of_file(sha("second.png"))] == [one.id, two.id]
    assert [scan.id for scan in here.store.scans_of_file(sha("first.png"))] == [one.id]
    assert here.store.scans_of_file(sha("no such file")) == []
    here.store.forget(one.id, after(1))
    assert [scan.id for scan in here.store.scans_of_file(sha("second.png"))] == [two.id]


def test_the_latest_fits_come_first_and_those_of_forgotten_scans_and_free_layouts_not_at_all(here: World) -> None:
    other = form(name="other")
    here.store.put_form(other, "the definition", NOON)
    for number, fit in enumerate((0.5, 0.6, None, 0.8)):
        scan = put(here, f"scan {number}", f"{number}.png")
        here.store.put_reads(scan.id, ReadResult(places=(), readings=(), fit=fit, quality={}), after(number))
    apart = replace(put(here, "apart", "apart.png"), form="other")
    here.store.set_form(apart.id, "other", 1, NOON)
    here.store.put_reads(apart.id, ReadResult(places=(), readings=(), fit=0.9, quality={}), after(9))
    assert here.store.latest_fits(10) == [("other", 0.9), ("order", 0.8), ("order", 0.6), ("order", 0.5)]
    assert here.store.latest_fits(2) == [("other", 0.9), ("order", 0.8)]
    here.store.forget(sha("scan 3"), after(10))
    assert here.store.latest_fits(2) == [("other", 0.9), ("order", 0.6)]
