"""The docs speak of what there is: every path, link, dotted name and signature in them resolves."""

from __future__ import annotations

import ast
import importlib
import re
from functools import cache
from pathlib import Path

import pytest

from reconcile.algorithms import exact_interval
from reconcile.parameters.shipped_data import CONTENT
from tests.house_rules import PACKAGES, ROOT, nodes, sources

pytestmark = pytest.mark.xdist_group("sources")
"""One worker reads all sources, once."""

KEYS = {"Alt", "Enter", "Escape"}
"""Keys of a keyboard, which look like classes."""

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
TREES = "transcribe|reconcile|flows|tests|deployments|docs"
PATH = re.compile(rf"(?<![\w./-])(?:{TREES})/[\w./*-]*")
DOTTED = re.compile(r"(?<![\w./-])(?:transcribe|reconcile|flows|tests)(?:\.[A-Za-z_]\w*)+(?![\w/])")
PLACEHOLDER = re.compile(r"(?<=/)(?:NAME|LANGUAGE)\b")
LINK = re.compile(r"\]\(([^)#:\s]*)(?:#([\w-]+))?\)")
PART = re.compile(r"(?<![\w./*-])(?:[\w-]+/)+[\w-]+\.py\b")
FILE = re.compile(r"(?<![\w./*-])[\w-]+\.(?:py|sql|html|js)\b")
GIVEN = re.compile(r"^### ([\w-]+\.py)$", re.MULTILINE)
"""The heading of a file that a page gives whole."""
CLASS = re.compile(r"`([A-Z][a-z]\w*)(?:\.(\w+))?(?=[`(])")
CALL = re.compile(r"`(?:[a-z]\w*\.)*([a-z]\w*)\(")
WORD = re.compile(r"`([a-z]+(?:_[a-z]+)+)`")
CONSTANT = re.compile(r"`(?!FAIRHAND_)([A-Z_]{4,})`")
MAKE = re.compile(r"(?:^|`)make ([a-z-]+)", re.MULTILINE)
TEST = re.compile(r"`(test_\w+)`")
COUNTED = r"(?<![\w.,])(none|\d[\d,]*) of (\d[\d,]*)(?![\d,.]*\d)"
BOUND = re.compile(COUNTED + r"[^.,|(%]*\((?:≤|at most) ([\d.]+) %", re.IGNORECASE)
NO_BOUND = re.compile(COUNTED + r"(?! ?%| (?:typed|by hand) \(| \((?:≤|at most))", re.IGNORECASE)
ROW = re.compile(r"^\|[^|]*\| `(\w+)\(([^)]*)\)` \| `([\w/]+\.py)`", re.MULTILINE)


def paths(text: str) -> list[str]:
    """The paths of a page that lead nowhere; a * stands for any part of a name."""
    named = {each.rstrip(".") for each in PATH.findall(text)}
    return sorted(each for each in named if not any(ROOT.glob(each.rstrip("/"))))


def dotted(text: str) -> list[str]:
    """The dotted names of a page that are no module and no name in one."""
    named = {each for each in DOTTED.findall(text) if not each.endswith((".py", ".db", ".toml", ".csv", ".jsonl"))}
    return sorted(each for each in named if not resolves(each))


def resolves(name: str) -> bool:
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            if not hasattr(thing, part):
                return False
            thing = getattr(thing, part)
        return True
    return False


def links(page: Path, text: str) -> list[str]:
    """The links of a page to files, and to headings in them, that are not there."""
    targets = [(page.parent / file if file else page, file, heading) for file, heading in LINK.findall(text)]
    return sorted(
        f"{file}#{heading}" if heading else file
        for target, file, heading in targets
        if not target.exists() or (heading and heading not in headings(target))
    )


@cache
def headings(page: Path) -> set[str]:
    """The headings of a page as links name them: in small letters, with hyphens for spaces and without signs."""
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    said = [re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", each) for each in re.findall(r"^#+ (.*)$", text, re.MULTILINE)]
    return {re.sub(r"[^\w\- ]", "", each.lower()).strip().replace(" ", "-") for each in said}


def files(text: str) -> list[str]:
    """File names of a page, `rapidocr.py`, and ends of paths, `ink/fold_lines.py`, neither there nor given."""
    named = {*FILE.findall(text), *PART.findall(text)} - {*GIVEN.findall(text)}
    return sorted(each for each in named if not any(f"/{path}".endswith(f"/{each}") for path in all_files()))


@cache
def all_files() -> list[str]:
    folders = [ROOT / folder for folder in TREES.split("|")]
    return [path.relative_to(ROOT).as_posix() for folder in folders for path in folder.rglob("*.*")]


def proofs(text: str) -> list[str]:
    """The names of tests that a page gives as proof, and that no test has."""
    return sorted(each for each in set(TEST.findall(text)) if each not in all_tests())


@cache
def all_tests() -> set[str]:
    pattern = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)
    return {name for path in (ROOT / "tests").rglob("test_*.py") for name in pattern.findall(path.read_text("utf-8"))}


def targets(text: str) -> list[str]:
    """The targets of make that a page names and the Makefile does not have."""
    known = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    return sorted(set(MAKE.findall(text)) - set(known))


def definitions(text: str) -> list[str]:
    """Classes, attributes of classes, calls, constants, and names with an underscore that the code does not have."""
    known, functions, words = all_definitions()
    wrong = {name for name, _ in CLASS.findall(text) if name not in known and name not in KEYS}
    wrong |= {f"{name}.{part}" for name, part in CLASS.findall(text) if part and part not in known.get(name, ())}
    wrong |= {f"{name}()" for name in CALL.findall(text) if name not in functions}
    named = {*WORD.findall(text), *CONSTANT.findall(text)}
    return sorted(wrong | {name for name in named if name not in words})


@cache
def all_definitions() -> tuple[dict[str, set[str]], set[str], set[str]]:
    """Class -> its attributes and methods; functions; and every word of the packages and their tests."""
    known: dict[str, set[str]] = {}
    functions = set()
    for file in sources():
        for node in nodes(file):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                functions.add(node.name)
            elif isinstance(node, ast.ClassDef):
                parts = known.setdefault(node.name, set())
                parts |= {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
                parts |= {ast.unparse(part.target) for part in node.body if isinstance(part, ast.AnnAssign)}
    kinds = (".py", ".sql", ".toml", ".html")
    folders = (*PACKAGES, *(f"tests/{each}" for each in ("transcribe", "reconcile", "flows", "attack", "deployments")))
    ours = [name for name in all_files() if name.startswith(folders) and name.endswith(kinds)]
    texts = [(ROOT / name).read_text("utf-8") for name in ours]
    return known, functions, set(re.findall(r"\w+", "\n".join(texts)))


def signatures(text: str) -> list[str]:
    """The rows of a table `| what | name(a, b) | file |` whose function does not begin with these parameters there."""
    return [f"{path}: {name}" for name, given, path in ROW.findall(text) if not is_called_so(path, name, given)]


def is_called_so(path: str, name: str, given: str) -> bool:
    wanted = [each.strip() for each in given.split(",") if each.strip()]
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name == name:
            arguments = [each.arg for each in (*node.args.args, *node.args.kwonlyargs)]
            return arguments[: len(wanted)] == wanted
    return False


def unproven(text: str) -> list[str]:
    """The promises of a page, rows of its tables `| promise | tests |`, that name no test."""
    tables = re.findall(r"^\| promise \| tests \|\n\|---\|---\|\n((?:\|.*\n?)+)", text, re.MULTILINE)
    rows = [row for table in tables for row in table.splitlines()]
    return [row for row in rows if not TEST.search(row.rstrip("| ").rpartition(" | ")[2])]


def test_every_promise_of_safety_names_its_test() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    assert text.count("| promise | tests |") >= 8
    assert len(set(TEST.findall(text))) > 100
    assert unproven(text) == []
    assert proofs(text) == []


def test_a_promise_without_a_test_is_found() -> None:
    text = "| promise | tests |\n|---|---|\n| a `test_x` | `test_y` |\n| b `test_x` | soon |\n\n| c | soon |\n"
    assert unproven(text) == ["| b `test_x` | soon |"]


@pytest.mark.parametrize("document", PAGES, ids=lambda document: document.name)
def test_a_page_of_the_docs_speaks_of_what_there_is(document: Path) -> None:
    text = PLACEHOLDER.sub("*", document.read_text(encoding="utf-8"))
    wrong = {"paths": paths(text), "names": dotted(text), "links": links(document, text)}
    wrong |= {
        "files": files(text),
        "proofs": proofs(text),
        "definitions": definitions(text),
        "signatures": signatures(text),
    }
    assert {kind: found for kind, found in wrong.items() if found} == {}


def test_what_is_not_there_is_found() -> None:
    page = ROOT / "docs" / "reading.md"
    text = """`transcribe/ink/nothing.py`, `tests/*/nothing.png`, `transcribe/ink/`, `docs/*.md`,
    `transcribe.ink.NoSuchClassAtAll`, `transcribe.ocr.load("tesseract")`, `python -m tests.nothing`;
    [a](nothing.md), [b]x, [c](#no-such-heading); `nothing.py`,
    `rapidocr.py`, `ink/rapidocr.py`, `engines/rapidocr.py`
"""
    assert paths(text) == ["tests/*/nothing.png", "transcribe/ink/nothing.py"]
    assert dotted(text) == ["tests.nothing", "transcribe.ink.NoSuchClassAtAll"]
    assert links(page, text) == ["#no-such-heading", "nothing.md"]
    text += "`Alt`, `NoSuchClassAtAll`, `Task.nothing`, `Task.elsewhere`, `weigh(form)`, `no_call(form)`"
    text += "`no_name_at_all`, `COMMAND_GROUPS`, `NO_SUCH_CONSTANT`, `NOSUCHTABLE`, `SQL`"
    assert targets("make test\n`make nothing`, to make do\n") == ["nothing"]
    assert definitions(text) == [
        "NOSUCHTABLE",
        "NO_SUCH_CONSTANT",
        "NoSuchClassAtAll",
        "Task.nothing",
        "no_call()",
        "no_name_at_all",
    ]
    assert files(text) == ["ink/rapidocr.py", "nothing.py", "transcribe/ink/nothing.py"]
    rows = "| a | `weigh(form, nothing)` | `reconcile/inference/weigh.py` |\n"
    rows += "| b | `no_call()` | `reconcile/policy.py` |\n"
    assert signatures(rows) == ["reconcile/inference/weigh.py: weigh", "reconcile/policy.py: no_call"]


def cells_of_wrong_values(text: str) -> list[str]:
    """What stands in the columns and rows of tables that are headed "wrong", which count no other things beside."""
    found, head = list[str](), list[str]()
    lines = text.splitlines()
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        cells = line.split("|")[1:-1] if line.startswith("|") else []
        if not cells or following.startswith("|--"):
            head = cells
            continue
        counts = [re.search(r"\bwrong\b", each) is not None and "," not in each for each in head]
        found += [each for each, here in zip(cells[1:], counts[1:], strict=False) if here or "wrong" in cells[0]]
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_share_of_wrong_values_has_its_exact_bound(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [each for each in cells_of_wrong_values(text) if NO_BOUND.search(each)] == []
    for wrong, count, said in BOUND.findall(text):
        hits, total = (0 if each.lower() == "none" else int(each.replace(",", "")) for each in (wrong, count))
        assert said == f"{100 * exact_interval(hits, total)[1]:.2g}", f"{wrong} of {count}"


@pytest.mark.promise("such values on forms that the model had not seen none was")
def test_how_often_one_engine_was_wrong_is_what_ships() -> None:
    wrong, count = CONTENT["shipped"]["amount: one engine"]
    assert wrong == 0
    most = 100 * exact_interval(0, int(count))[1]
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    said = f"of {count:,.0f} such values on forms that the model had not seen none was wrong (at most {most:.2g} %)"
    assert said in readme
