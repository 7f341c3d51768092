"""Commands as docs, messages and catalogues name them: each is there, with the options that are named."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer._click import Command
from typer.core import TyperGroup

from flows.cli.app import NEW_SPELLINGS
from tests.flows.command_tree import named, tree

ROOT = Path(__file__).parent.parent.parent

PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").glob("*.md"),
        *(path for path in (ROOT / "deployments").iterdir() if path.is_file()),
        ROOT / "Makefile",
    ]
)
TEXTS = sorted(
    path
    for folder in ("flows", "transcribe", "reconcile")
    for kind in ("html", "js", "po", "sql", "toml")
    for path in (ROOT / folder).rglob(f"*.{kind}")
)
CODE = sorted(
    path
    for folder in ("flows", "transcribe", "reconcile")
    for path in (ROOT / folder).rglob("*.py")
    if path.name != "old_commands.py"
)
FENCED = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPANS = re.compile(r"`([^`\n]+)`")
PLAIN_WORD = re.compile(r"[a-z][a-z|-]*")


def calls(text: str) -> Iterator[list[str]]:
    """The words after each `fairhand`, until the sentence, the line or the next call ends."""
    for found in re.finditer(r"(?<![\w./-])fairhand ([^`\n]*)", text):
        told = re.split(r"(?<!\.)[.;,:)](?: |$)|\s#| fairhand\b|&&", found[1])[0]
        words = told.split()
        if words[:1] == ["--home"]:
            words = words[2:]
        if words:
            yield words


def faults(text: str, *, strict: bool) -> list[str]:
    """What is wrong in the calls of a text. With `strict` it is code: its first word must be a command."""
    return [fault for words in calls(text) for fault in faults_of(words, strict=strict)]


def faults_of(words: list[str], *, strict: bool) -> list[str]:
    first = words[0].rstrip(".,;:'\"")
    if first not in tree().commands:
        is_old = first in NEW_SPELLINGS and first not in ("time", "work")  # "fairhand work" is a window's title
        is_command = strict and PLAIN_WORD.fullmatch(first)
        return [" ".join(words)] if is_old or is_command else []
    wrong = []
    for chosen in alternatives([first, *words[1:]]):
        command, left = named(chosen)
        wrong += unknown_parts(command, left, chosen, strict=strict)
    return wrong


def alternatives(words: list[str]) -> list[list[str]]:
    """`gold add|list` as two calls."""
    for place, word in enumerate(words[:3]):
        if "|" in word and not word.startswith("-"):
            return [[*words[:place], each, *words[place + 1 :]] for each in word.split("|")]
    return [words]


def unknown_parts(command: Command, left: list[str], words: list[str], *, strict: bool) -> list[str]:
    if strict and isinstance(command, TyperGroup) and left and PLAIN_WORD.fullmatch(left[0]):
        return [" ".join(words)]
    known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)} | {"--help", "-h"}
    if isinstance(command, TyperGroup):  # those of the command that is meant where none is named
        known |= {option for below in command.commands.values() for each in below.params for option in each.opts}
    options = [found[0] for each in left if (found := re.match(r"--[a-z-]+", each))]
    return [f"{' '.join(words)}: {each}" for each in options if each not in known]


def code_of(text: str) -> Iterator[str]:
    """The spans and lines of code of a page."""
    blocks = [line for block in FENCED.findall(text) for line in block.splitlines()]
    blocks += [line for line in text.splitlines() if line.startswith("    fairhand ")]
    for code in (*SPANS.findall(FENCED.sub("", text)), *blocks):
        if code.strip().startswith("fairhand "):
            yield code


def strings(path: Path) -> Iterator[str]:
    """The texts in a file of Python, each whole, with X where a value is put in."""
    tree_ = ast.parse(path.read_text(encoding="utf-8"))
    inside = {id(part) for node in ast.walk(tree_) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree_):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value


def released(text: str) -> str:
    """The part of the changelog that is not of a version that is out."""
    return text.partition("\n## 0.1.0")[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.needs("all")
def test_a_command_in_the_docs_is_there_with_its_options(page: Path) -> None:
    text = released(page.read_text(encoding="utf-8"))
    if page.name == "CHANGELOG.md":
        text = "\n".join(line for line in text.splitlines() if "fairhand control" not in line)
    assert [fault for code in code_of(text) for fault in faults(code, strict=True)] == []
    assert faults(text, strict=False) == []


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_a_command_in_a_text_that_people_see_is_there(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8"), strict=False) == []


@pytest.mark.needs("all")
def test_a_command_in_a_message_is_there_with_its_options() -> None:
    texts = [(path, text) for path in CODE for text in strings(path) if "fairhand " in text]
    wrong = {
        f"{path.relative_to(ROOT)}: {fault}"
        for path, text in texts
        for fault in [
            *faults(text, strict=False),
            *(fault for code in code_of(text) for fault in faults(code, strict=True)),
        ]
    }
    assert sorted(wrong) == []
    assert sum(words[0].rstrip(".") in tree().commands for _, text in texts for words in calls(text)) > 100


def test_what_is_not_there_is_found() -> None:
    assert faults("fairhand publish", strict=False) == ["publish"]
    assert faults("mend it: fairhand doctor --deeper.", strict=False) == ["doctor --deeper: --deeper"]
    assert faults("fairhand doctor --deep names their scans; fairhand wrote it", strict=False) == []
    assert faults("fairhand batch nothing", strict=True) == ["batch nothing"]
    assert faults("fairhand nothing", strict=True) == ["nothing"]
    assert faults("fairhand gold add|forget", strict=True) == ["gold forget"]
    assert faults("fairhand --home X records export --format csv", strict=True) == []
    assert list(code_of("so\n```\nfairhand nothing --x\n```\nfairhand keeps `fairhand init` or `status`")) == [
        "fairhand init",
        "fairhand nothing --x",
    ]
