"""How large the house is: `python -m tests.house_size [FOLDER]`, of this tree or of another one.

Code lines are those that hold a token of code: no blank line, comment or docstring. Numbers are counted where a field
is decided: *named* ones are constants of a file or class, *unnamed* ones stand in functions; 0, 1, -1 and 2 are none.
"""

from __future__ import annotations

import ast
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

PACKAGES = ("transcribe", "reconcile", "flows", "fairhand")

WORKSHOP = ("tests/bench", "tests/attack")

DECIDING = (
    "reconcile/decision",
    "reconcile/forms",
    "reconcile/inference",
    "reconcile/parameters",
    "reconcile/policy.py",
)
"""Where a field is decided, once it has been read. Tables that a fit writes are data and no numbers of these."""

NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}

PLAIN = {0, 1, 2}


class Size(NamedTuple):
    """Files, code lines and nodes of their syntax trees."""

    files: int
    lines: int
    nodes: int


class Rules(NamedTuple):
    """What decides: numbers with a name and without, functions that answer yes or no, and branches."""

    named: int
    unnamed: int
    predicates: int
    branches: int


def main() -> None:
    """The command line."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    print("| what | files | code lines | syntax nodes |\n|---|---|---|---|")
    product = [file for package in PACKAGES for file in files_in(root / package)]
    parts = [file for file in product if (root / "flows/parts") in file.parents]
    workshop = [file for folder in WORKSHOP for file in files_in(root / folder)]
    tests = [file for file in files_in(root / "tests") if file not in workshop]
    for name, files in {"product": product, "of these parts": parts, "tests": tests, "workshop": workshop}.items():
        print("| " + " | ".join([name, *(f"{number:,}" for number in size_of(files))]) + " |")
    print("\n| where a field is decided | named numbers | unnamed | predicates | branches |\n|---|---|---|---|---|")
    found = rules_of([file for place in DECIDING for file in files_in(root / place)])
    print("| " + " | ".join(["", *(f"{number:,}" for number in found)]) + " |")


def files_in(place: Path) -> list[Path]:
    """The Python files of a folder, or the file itself."""
    return [place] if place.is_file() else sorted(place.rglob("*.py"))


def size_of(files: list[Path]) -> Size:
    """How large files are."""
    lines = sum(len(code_lines(file)) for file in files)
    return Size(len(files), lines, sum(1 for file in files for _ in ast.walk(tree_of(file))))


def tree_of(file: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(file.read_text(encoding="utf-8"))


def code_lines(file: Path) -> set[int]:
    """The numbers of the lines that hold code."""
    with file.open("rb") as read:
        found = {
            line
            for token in tokenize.tokenize(read.readline)
            if token.type not in NO_CODE and token.type != tokenize.ENCODING
            for line in range(token.start[0], token.end[0] + 1)
        }
    return found - {line for text in _texts(tree_of(file)) for line in range(text.lineno, (text.end_lineno or 0) + 1)}


def _texts(tree: ast.Module) -> Iterator[ast.Expr]:
    """Docstrings: texts that stand alone as a statement."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node


def rules_of(files: list[Path]) -> Rules:
    """The numbers, predicates and branches of files, but for what a fit has written."""
    trees = [tree_of(file) for file in files if "shipped_" not in file.name]
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    within = [number for function in functions for number in _numbers(function)]
    everywhere = [number for tree in trees for number in _numbers(tree)]
    branching = (ast.If, ast.IfExp, ast.comprehension, ast.While)
    branches = sum(
        len(node.values) - 1
        if isinstance(node, ast.BoolOp)
        else len(node.ifs)
        if isinstance(node, ast.comprehension)
        else 1
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, (ast.BoolOp, *branching))
    )
    predicates = [each for each in functions if each.name.lstrip("_").startswith(("is_", "has_", "may_", "can_"))]
    return Rules(len(everywhere) - len(within), len(within), len(predicates), branches)


def _numbers(tree: ast.AST) -> Iterator[ast.Constant]:
    """The numbers in a tree that say more than one, none or both."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and type(node.value) in {int, float} and node.value not in PLAIN:
            yield node


if __name__ == "__main__":
    main()
