"""Sentences that promise something to people, and the tests that walk them: `make docs` writes the page.

A test says in `@pytest.mark.promise("some words")` which sentence it walks: its words, or some that stand in it alone.
What only sounds like a promise stands in tests/no_promises.md, under the reason why it is none.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from tests import house_map, reference
from tests.catalogues import messages
from tests.house_rules import ROOT, sources

PAGES = ROOT / "build" / "docs"
"""Where the pages lie that are made from the code."""

NO_PROMISES = ROOT / "tests" / "no_promises.md"
DOCS = (
    "review security how-to desk webhooks integrating records api tutorial deployments postgresql running mending"
    " backups planning pay store adding-a-form adding-an-engine collections".split()
)

PROMISING = re.compile(
    r"\b(paid|pays?|sees?|seen|shown|kept|keeps?|never|within|until|you can|you may|always|promised|stays?|still|erased"
    r"|told|costs?|at once|by itself|no longer|contest(ed)?|sent later)\b",
    re.IGNORECASE,
)
"""Words without which no sentence of ours has promised anything so far."""

PROVEN_TABLE = re.compile(r"^\| promise \| tests \|\n\|---\|---\|\n(?:\|.*\n?)+", re.MULTILINE)
"""A table whose rows name their tests themselves: tests/test_docs.py holds it to that."""


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
        cells = re.split(r"\n\||\|", part) if part.lstrip().startswith("|") else [" ".join(part.split())]
        for cell in cells:
            found += [each for each in re.split(r"(?<=[.;:])\s+", cell.strip()) if PROMISING.search(each)]
    told = [each for each in found if not each.startswith("#")]
    return [re.sub(r"\0(\d+)\0", lambda it: code[int(it[1])].replace("\n", " "), each) for each in told]


@cache
def promising() -> dict[str, str]:
    """Each promising sentence -> where it stands: a page, the settings, or what pages and commands say."""
    ids = [each.id if isinstance(each.id, str) else each.id[0] for each in messages() if each.id]
    found = {each: "what pages and commands say" for each in ids if PROMISING.search(each)}
    pages = {f"docs/{name}.md": (ROOT / "docs" / f"{name}.md").read_text("utf-8") for name in DOCS}
    pages |= {"README.md": (ROOT / "README.md").read_text("utf-8"), "the settings": reference.settings_page()}
    for page, text in pages.items():
        found |= dict.fromkeys(sentences_of(text), page)
    return found


@cache
def marked() -> dict[str, tuple[str, ...]]:
    """The words of each mark -> the tests that bear it, as `file::name`."""
    found = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text("utf-8")
        if "mark.promise(" in text:
            for words, test in marks_of(text, path.relative_to(ROOT).as_posix()):
                found[words].append(test)
    return {words: tuple(tests) for words, tests in found.items()}


def marks_of(text: str, file: str) -> Iterator[tuple[str, str]]:
    """(words, `file::name`) of each mark of a file's tests."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.promise":
                    for each in mark.args:
                        yield ast.literal_eval(each), f"{file}::{node.name}"


def no_promises(text: str) -> set[str]:
    """The sentences of tests/no_promises.md."""
    return {line.removeprefix("- ") for line in text.splitlines() if line.startswith("- ")}


def meant(words: str, said: Mapping[str, str]) -> list[str]:
    """The sentence that is these words, else those in which they stand."""
    return [words] if words in said else [each for each in said if words in each]


def wrong(said: Mapping[str, str], marks: Mapping[str, tuple[str, ...]], none: set[str]) -> list[str]:
    """What is wrong with sentences, marks and the list of what is no promise, in words."""
    sentences = {words: meant(words, said) for words in marks}
    walked = {each for some in sentences.values() for each in some}
    found = [f"no test walks it: {each}" for each in said if each not in walked | none]
    found += [f"a test walks it, and it is no promise: {each}" for each in said if each in walked & none]
    found += [f"said nowhere any more: {each}" for each in none if each not in said]
    found += [
        f"{marks[words][0]}: {words!r} stands in {len(some)} sentences"
        for words, some in sentences.items()
        if len(some) != 1
    ]
    return sorted(found)


def page() -> str:
    """The page of promises: by where they stand, each with the tests that walk it."""
    said, tests = promising(), defaultdict[str, set[str]](set)
    for words, some in marked().items():
        for sentence in meant(words, said):
            tests[sentence].update(some)
    lines = ["# What is promised, and the tests that walk it"]
    for place in sorted(set(said.values())):
        lines += ["", f"## {place}"]
        for sentence in sorted(each for each, where in said.items() if where == place and each in tests):
            lines += ["", f"- {sentence}", *(f"  - `{test}`" for test in sorted(tests[sentence]))]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGES.mkdir(parents=True, exist_ok=True)
    pages = {"commands": reference.commands_page(), "settings": reference.settings_page(), "promises": page()}
    pages["rooms"] = f"# The rooms\n\n{house_map.rooms_table(sources())}\n"
    for name, text in pages.items():
        (PAGES / f"{name}.md").write_text(text, encoding="utf-8")
        print(PAGES / f"{name}.md")
