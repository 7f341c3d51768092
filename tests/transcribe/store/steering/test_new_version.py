"""A new version of a form: what people typed of fields that it has alike counts, and the others are asked again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.transcribe.store.world import NOON, World, after, decision, field, form, machine, sent
from transcribe.forms import unchanged_fields
from transcribe.geometry import Box
from transcribe.model import FieldKey, Form, Scan

NUMBER, TOTAL = FieldKey("number"), FieldKey("total")


def newer(here: World, version: int = 2, **more: str) -> Form:
    """A version of the form in which the box of the total is another one."""
    total = replace(field("total", "amount", **more), box=Box(0, 0, 10, 10 + version))
    made = form(field("number", "code"), total, version=version)
    here.store.put_form(made, f"version {version}", NOON)
    return made


def read_as(here: World, scan: Scan, after_it: Form, *others: Form) -> None:
    """The scan is read again as a form of which these are the other versions."""
    reads = here.reads(scan, after_it)
    reads = replace(reads, readings=tuple(machine(scan, name, "machine") for name in ("number", "total")))
    unchanged = {each.version: unchanged_fields(each, after_it) for each in others}
    form_read = (after_it.name, after_it.version)
    here.store.read_again(scan.id, form_read, reads, "olga", "boxes mended", after(100), unchanged=unchanged)


def typed(here: World, scan: Scan) -> Scan:
    """Ann types both fields of it."""
    here.ask(scan, "number", "total")
    for task in here.store.lease("ann", 2, after(1)):
        here.store.submit(task.id, "ann", sent(f"typed {task.key}", str(task.key)), after(2))
    return scan


def said(here: World, scan: Scan) -> list[str | None]:
    return [each.text for each in here.store.readings(scan.id)]


@pytest.mark.promise(
    "- What people typed", "A field that they", "All of it stays", "Those that somebody holds", "What is still to"
)
def test_what_was_typed_of_a_field_that_a_version_has_alike_counts_and_the_other_is_asked_again(here: World) -> None:
    scan, second = typed(here, here.scan("a")), newer(here)
    here.decide(scan, decision("number", "typed number", *here.store.readings(scan.id)), record=True)
    paid = here.store.ledger("ann")
    read_as(here, scan, second, here.form)
    assert said(here, scan) == ["typed number", "machine", "machine"]
    assert [each.text for each in here.store.decisions(scan.id)] == ["typed number"]
    assert here.store.values_asked_again(scan.id) == {TOTAL}
    assert here.store.ledger("ann") == paid
    cited, places = here.store.cited(scan.id, "order", 1)
    assert {"typed number", "typed total", "a-number"} <= {each.text for each in cited}
    assert {each.key for each in places} == {NUMBER, TOTAL}, "what the first record stands on stays known"
    assert here.store.verify_audit().forgeries == ()


def test_read_as_the_former_version_again_everything_counts_again(here: World) -> None:
    scan, second = typed(here, here.scan("a")), newer(here)
    read_as(here, scan, second, here.form)
    read_as(here, scan, here.form, second)
    assert said(here, scan)[:2] == ["typed number", "typed total"]
    assert here.store.values_asked_again(scan.id) == set()


def test_a_version_later_than_the_next_takes_along_too_what_only_the_first_has_alike(here: World) -> None:
    scan, second = typed(here, here.scan("a")), newer(here)
    third = replace(here.form, version=3)
    here.store.put_form(third, "version 3", NOON)
    read_as(here, scan, second, here.form)
    read_as(here, scan, third, here.form, second)
    assert said(here, scan)[:2] == ["typed number", "typed total"]


def test_what_nobody_typed_is_not_asked_again_for_a_new_version(here: World) -> None:
    scan, second = here.scan("a"), newer(here)
    read_as(here, scan, second, here.form)
    assert here.store.values_asked_again(scan.id) == set()


def test_another_type_page_size_of_page_or_row_of_a_table_is_a_change_and_a_label_is_none() -> None:
    before = form(field("number", "code"), field("total", "amount"))
    assert unchanged_fields(before, before) == {"number", "total"}
    typed_so = form(field("number", "text"), replace(field("total", "amount"), label={"en": "Sum"}))
    assert unchanged_fields(before, typed_so) == {"total"}
    larger = replace(before, blanks=(replace(before.blanks[0], size=(200, 100)),))
    assert unchanged_fields(before, larger) == set()


def test_a_field_is_not_kept_apart_from_itself_under_another_version(here: World) -> None:
    first = form(field("number", "code"), field("total", "amount", apart="customer"), name="kept")
    second = replace(newer(here, apart="customer"), name="kept")
    for each in (first, second):
        here.store.put_form(each, "", NOON)
    scan = typed(here, here.scan("a", form=first))
    read_as(here, scan, second, first)
    here.ask(here.store.scan(scan.id), "total", now=after(101))
    (task,) = here.store.lease("ann", 4, after(102))
    assert task.key == TOTAL
