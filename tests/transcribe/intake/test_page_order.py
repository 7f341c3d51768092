"""Pages that follow each other become forms only where one order of pages explains it; the rest is left in doubt."""

from __future__ import annotations

import pytest

from transcribe.intake.page_order import begins_in_order, group_pages, settled_count


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
