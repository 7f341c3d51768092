"""Every sentence that promises something has a test that walks it and says so, or a reason why it is no promise."""

from __future__ import annotations

import pytest

from tests import promises
from tests.promises import PROMISING, marks_of, sentences_of, wrong


def test_every_promise_has_a_test_that_walks_it() -> None:
    found = wrong(
        promises.promising(), promises.marked(), promises.no_promises(promises.NO_PROMISES.read_text("utf-8"))
    )
    if found:
        pytest.fail("\n".join([*found, "-> mark the test that walks it: see tests/promises.py"]), pytrace=False)


def test_what_is_wrong_with_promises_is_found() -> None:
    said = {"You are paid on Fridays.": "README.md", "It is kept until Monday.": "README.md", "Show what is kept": ""}
    marks = {"on Fridays": ("a::test_a",), "until Monday": ("a::test_b",)}
    assert wrong(said, marks, {"Show what is kept"}) == []
    assert wrong(said, marks, set()) == ["no test walks it: Show what is kept"]
    gone = {"Show what is kept", "It stays."}
    assert wrong(said, marks, gone) == ["said nowhere any more: It stays."]
    assert wrong(said, {**marks, "double": ("a::test_c",)}, {"Show what is kept"}) == [
        "a::test_c: 'double' stands in 0 sentences"
    ]
    assert wrong(said, {**marks, "what is": ("a::test_c",)}, {"Show what is kept"}) == [
        "a test walks it, and it is no promise: Show what is kept"
    ]


def test_marks_of_tests_are_read_from_their_file() -> None:
    text = '@pytest.mark.browser\n@pytest.mark.promise("a", "b")\ndef test_x() -> None: ...\n'
    assert list(marks_of(text, "t.py")) == [("a", "t.py::test_x"), ("b", "t.py::test_x")]


def test_the_page_has_each_promise_with_its_tests() -> None:
    page = promises.page()
    assert all(test in page for tests in promises.marked().values() for test in tests)


def test_rows_that_name_their_tests_themselves_are_not_listed_again() -> None:
    text = (
        "| promise | tests |\n|---|---|\n| It is kept. | `test_x` |\n\n| what | how |\n|---|---|\n| It stays. | x |\n"
    )
    assert sentences_of(text) == ["It stays."]


def test_the_list_of_words_finds_what_promises() -> None:
    for said in ("Your pay stays.", "You can take it back.", "It is never shown.", "An answer comes within a week."):
        assert PROMISING.search(said)
    assert not PROMISING.search("Order number")
