"""What could not be read stays listed, by file or by scan, until it can be read."""

from __future__ import annotations

from dataclasses import replace

from tests.transcribe.store.world import NOON, World, after, form, sha
from transcribe.model import Scan, ScanPage, SourceFile

PDF = SourceFile(sha256=sha("a pdf"), name="Zebedee Quandary.pdf", size=10, media_type="application/pdf")


def page_of_pdf(here: World, number: int) -> Scan:
    scan = Scan(
        id=sha(f"page {number}"),
        pages=(ScanPage(file=PDF.sha256, page=number),),
        form=here.form.name,
        form_version=here.form.version,
        name=f"{PDF.name} p. {number}",
    )
    here.store.put_scan(scan, [PDF], NOON)
    return scan


def listed(here: World) -> list[str]:
    return sorted(each.file.name for each in here.store.list_set_aside())


def test_a_scan_that_failed_is_listed_until_machines_have_read_it_whatever_its_neighbours_do(here: World) -> None:
    first, second = page_of_pdf(here, 1), page_of_pdf(here, 2)
    here.store.set_scan_aside(first.id, "KeyError", "it failed", "monday", NOON)
    assert here.store.counts("monday").set_aside == 1
    here.store.put_reads(second.id, here.reads(second, here.form), after(1))
    page_of_pdf(here, 3)
    page_of_pdf(here, 1)  # it came again, and is not read yet
    assert listed(here) == [first.name]
    here.store.put_reads(first.id, here.reads(first, here.form), after(2))
    assert listed(here) == []


def test_it_is_listed_until_somebody_says_that_it_is_another_form(here: World) -> None:
    other = form(name="other")
    here.store.put_form(other, "", NOON)
    scan = page_of_pdf(here, 1)
    here.store.set_scan_aside(scan.id, "ScanError", "too coarse", "", NOON)
    here.store.set_form(scan.id, other.name, other.version, after(1))
    assert listed(here) == []


def test_a_page_that_was_set_aside_before_it_was_a_scan_is_not_listed_once_it_is_one(here: World) -> None:
    page = replace(PDF, sha256=sha("page 1"), name=f"{PDF.name} p. 1")
    here.store.set_aside(page, "ScanError", "not this form", "", NOON, place="somewhere")
    page_of_pdf(here, 2)
    assert listed(here) == [page.name]
    page_of_pdf(here, 1)
    assert listed(here) == []


def test_what_is_forgotten_is_listed_no_more(here: World) -> None:
    scan = page_of_pdf(here, 1)
    here.store.set_scan_aside(scan.id, "ScanError", "too coarse", "", NOON)
    here.store.forget(scan.id, after(1))
    here.store.set_scan_aside(scan.id, "ScanError", "too coarse", "", after(2))
    assert listed(here) == []
    assert not here.holds("Quandary")
