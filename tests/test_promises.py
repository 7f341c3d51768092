"""Every sentence that promises something stands on a page of promises with a test that walks it.

Else it stands there under "No promise", with a reason. docs/promises.md is of what people at work are told,
docs/promises-operators.md of what operators and integrators are told.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from tests import reference
from tests.catalogues import messages

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "promises.md"
OPERATORS_PAGE = ROOT / "docs" / "promises-operators.md"
LISTS = (PAGE, OPERATORS_PAGE)
DOCS_FOR_PEOPLE = (ROOT / "docs" / "review.md", ROOT / "README.md")
OPERATORS_DOCS = (
    "security how-to desk webhooks integrating records tutorial deployments postgresql running store"
    " adding-a-form adding-an-engine collections".split()
)
DOCS_FOR_OPERATORS = tuple(ROOT / "docs" / f"{name}.md" for name in OPERATORS_DOCS)

PROMISING = re.compile(
    r"\b(paid|pays?|sees?|seen|shown|kept|keeps?|never|within|until|you can|you may|always|promised|stays?|still|erased"
    r"|told|costs?|at once|by itself|no longer|contest(ed)?|sent later)\b",
    re.IGNORECASE,
)
"""Words without which no sentence of ours has promised anything so far."""

PROVEN_TABLE = re.compile(r"^\| promise \| tests \|\n\|---\|---\|\n(?:\|.*\n?)+", re.MULTILINE)
"""A table whose rows name their tests themselves: tests/test_docs.py holds it to that."""


@dataclass(slots=True)
class Group:
    """One promise, or one reason why something is none: its id, tests or reason, and its sentences."""

    name: str
    tests: list[str] = field(default_factory=list)
    reason: str = ""
    sentences: list[str] = field(default_factory=list)


def groups(text: str) -> list[Group]:
    """What stands on the page."""
    found: list[Group] = []
    for line in text.splitlines():
        if line.startswith("### "):
            found.append(Group(line.removeprefix("### ").partition(":")[0]))
        elif line.startswith("* `"):
            found[-1].tests.append(line.removeprefix("* `").rstrip("`"))
        elif line.startswith("Because: "):
            found[-1].reason = line.removeprefix("Because: ")
        elif line.startswith("- "):
            found[-1].sentences.append(line.removeprefix("- "))
    return found


def sentences_of(text: str) -> list[str]:
    """The sentences and cells of a page of docs that promise something, without its headings, examples and pictures.

    Those of a table of promises and their tests are left out. What stands in `code` promises nothing by itself.
    """
    code: list[str] = []

    def hidden(found: re.Match[str]) -> str:
        code.append(found[0])
        return f"\0{len(code) - 1}\0"

    text = PROVEN_TABLE.sub("", text)
    text = re.sub(r"```.*?```|!\[[^]]*\]\([^)]*\)", "", text, flags=re.DOTALL)
    found = []
    for part in (re.sub(r"`[^`]*`", hidden, each) for each in text.split("\n\n")):
        cells = re.split(r"\n\||\|", part) if part.lstrip().startswith("|") else [part.replace("\n", " ")]
        for cell in cells:
            found += [each for each in re.split(r"(?<=[.;:])\s+", cell.strip()) if PROMISING.search(each)]
    told = [each for each in found if not each.startswith("#")]
    return [re.sub(r"\0(\d+)\0", lambda it: code[int(it[1])].replace("\n", " "), each) for each in told]


@cache
def promising(page: Path) -> frozenset[str]:
    """Every promising sentence that belongs on a page: of the docs for operators, or of the catalogues and the rest."""
    if page == OPERATORS_PAGE:
        pages = [reference.settings_page(), *(docs.read_text("utf-8") for docs in DOCS_FOR_OPERATORS)]
        return frozenset(each for text in pages for each in sentences_of(text))
    ids = [each.id if isinstance(each.id, str) else each.id[0] for each in messages() if each.id]
    said = [each for each in ids if PROMISING.search(each)]
    for docs in DOCS_FOR_PEOPLE:
        said += sentences_of(docs.read_text("utf-8"))
    return frozenset(said)


@cache
def names_of_tests(path: Path) -> frozenset[str]:
    """The names of the tests of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def missing(page: Path, text: str) -> list[str]:
    """What is wrong with the text of a page of promises, in words."""
    listed = groups(text)
    here = {sentence for group in listed for sentence in group.sentences}
    wrong = [f"promised nowhere on the page: {each}" for each in sorted(promising(page) - here)]
    wrong += [f"said nowhere any more: {each}" for each in sorted(here - promising(page))]
    for group in listed:
        if not group.tests and not group.reason:
            wrong.append(f"{group.name} has no test and no reason")
        if not group.sentences:
            wrong.append(f"{group.name} has no sentence")
        for test in group.tests:
            file, _, name = test.partition("::")
            if not (ROOT / file).is_file() or name not in names_of_tests(ROOT / file):
                wrong.append(f"{group.name}: there is no test {test}")
    return wrong


@pytest.mark.parametrize("page", LISTS, ids=lambda page: page.name)
def test_every_promise_has_a_test_that_walks_it(page: Path) -> None:
    if wrong := missing(page, page.read_text(encoding="utf-8")):
        pytest.fail("\n".join([*wrong, f"-> see the head of docs/{page.name}"]), pytrace=False)


@pytest.mark.parametrize("page", LISTS, ids=lambda page: page.name)
def test_each_sentence_stands_in_one_group_alone(page: Path) -> None:
    said = [each for group in groups(page.read_text(encoding="utf-8")) for each in group.sentences]
    assert sorted(said) == sorted(set(said))


@pytest.mark.parametrize("page", LISTS, ids=lambda page: page.name)
def test_a_promise_without_a_test_is_found(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    first = next(each for each in groups(text) if each.tests and len(each.sentences) > 1)
    without_sentence = text.replace(f"- {first.sentences[0]}\n", "", 1)
    assert missing(page, without_sentence) == [f"promised nowhere on the page: {first.sentences[0]}"]
    renamed = text.replace(f"::{first.tests[0].partition('::')[2]}`", "::test_of_nothing`", 1)
    gone = f"{first.tests[0].partition('::')[0]}::test_of_nothing"
    assert missing(page, renamed) == [f"{first.name}: there is no test {gone}"]
    added = text + "\n### new: more\n\n- You are paid double on Sundays.\n"
    wrong = ["said nowhere any more: You are paid double on Sundays.", "new has no test and no reason"]
    assert missing(page, added) == wrong


def test_rows_that_name_their_tests_themselves_are_not_listed_again() -> None:
    text = (
        "| promise | tests |\n|---|---|\n| It is kept. | `test_x` |\n\n| what | how |\n|---|---|\n| It stays. | x |\n"
    )
    assert sentences_of(text) == ["It stays."]


def test_the_list_of_words_finds_what_promises() -> None:
    for said in ("Your pay stays.", "You can take it back.", "It is never shown.", "An answer comes within a week."):
        assert PROMISING.search(said)
    assert not PROMISING.search("Order number")
