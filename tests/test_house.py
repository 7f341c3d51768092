"""The house rules that a machine can check: the arrow between packages, who may know what, sizes, names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("transcribe", "reconcile", "flows")
MAY_IMPORT = {
    "transcribe": {"transcribe"},
    "reconcile": {"transcribe", "reconcile"},
    "flows": {"transcribe", "reconcile", "flows"},
}
FORBIDDEN_NAMES = {"utils.py", "util.py", "helpers.py", "common.py", "base.py", "misc.py"}
ONLY_IN = {
    "prefect": ("flows/",),
    "sqlite_utils": ("reconcile/records/",),
    "sqlite3": ("transcribe/store/", "reconcile/records/"),
    "aiosql": ("transcribe/store/",),
    "fastapi": ("transcribe/review/", "flows/"),
    "starlette": ("transcribe/review/", "flows/"),
    "uvicorn": ("flows/",),
    "httpx": ("flows/",),
    "jinja2": ("transcribe/review/", "reconcile/records/", "flows/"),
    "subprocess": ("transcribe/ocr/", "transcribe/sandbox/decoding.py", "flows/"),
    "pytesseract": ("transcribe/ocr/",),
    "rapidocr": ("transcribe/ocr/",),
    "typer": ("flows/cli/",),
    "pydantic_settings": ("flows/home/settings.py",),
}
IMPURE = {
    "os",
    "pathlib",
    "io",
    "time",
    "socket",
    "sqlite3",
    "sqlite_utils",
    "httpx",
    "requests",
    "random",
    "subprocess",
}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}
LONGEST_FILE = 300
LONGEST_FUNCTION = 40

Source = tuple[Path, str, ast.Module]


@cache
def sources(*folders: str) -> list[Source]:
    found: list[Source] = []
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            found.append((path.relative_to(ROOT), text, ast.parse(text)))
    return found


def imports(tree: ast.Module, *, at_run_time: bool = False) -> Iterator[tuple[str, int]]:
    """(module, line) of every import; with `at_run_time` those under TYPE_CHECKING are left out."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        if at_run_time and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            skipped.update(inner for part in node.body for inner in ast.walk(part))
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from ((name.name, node.lineno) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.lineno


def reasoned(text: str) -> bool:
    """Whether the file's opening lines give a reason for being long."""
    return "on purpose" in text[:400]


def test_a_package_imports_only_what_stands_before_it_on_the_path() -> None:
    wrong = [
        f"{path}:{line} imports {module}"
        for path, _, tree in sources(*PACKAGES)
        for module, line in imports(tree)
        if (head := module.partition(".")[0]) in PACKAGES and head not in MAY_IMPORT[path.parts[0]]
    ]
    assert wrong == []


def test_the_review_and_the_engines_never_import_each_other() -> None:
    wrong = [
        f"{path}: {module}"
        for path, _, tree in sources("transcribe/review", "transcribe/ocr")
        for module, _ in imports(tree)
        if ("review" in path.parts and module.startswith("transcribe.ocr"))
        or ("ocr" in path.parts and module.startswith("transcribe.review"))
    ]
    assert wrong == []


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_a_library_is_known_only_in_its_rooms(library: str) -> None:
    rooms = ONLY_IN[library]
    wrong = [
        f"{path}:{line}"
        for path, _, tree in sources(*PACKAGES)
        for module, line in imports(tree)
        if module.partition(".")[0] == library and not str(path).startswith(rooms)
    ]
    assert wrong == []


def test_reconcile_is_pure_outside_the_records() -> None:
    wrong = []
    for path, _, tree in sources("reconcile"):
        if "records" in path.parts:
            continue
        wrong += [f"{path}:{line} {module}" for module, line in imports(tree) if module.partition(".")[0] in IMPURE]
        wrong += [
            f"{path}:{n.lineno} open()"
            for n in ast.walk(tree)
            if isinstance(n, ast.Call) and ast.unparse(n.func) == "open"
        ]
    assert wrong == []


def test_the_clock_is_passed_in() -> None:
    wrong = []
    for path, _, tree in sources("transcribe", "reconcile"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = ast.unparse(node.func.value).rpartition(".")[2]
                if (owner, node.func.attr) in CLOCKS:
                    wrong.append(f"{path}:{node.lineno}")
    assert wrong == []


def test_the_environment_is_read_only_in_settings() -> None:
    # A child process is started with an environment of its own; that is no setting.
    allowed = ("flows/home/settings.py", "transcribe/ocr/", "transcribe/sandbox/decoding.py")
    wrong = [
        f"{path}:{node.lineno}"
        for path, _, tree in sources(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"} and not str(path).startswith(allowed)
    ]
    assert wrong == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [str(path) for path, _, _ in sources(*PACKAGES) if path.name in FORBIDDEN_NAMES] == []


def test_every_file_says_its_subject_in_its_first_line() -> None:
    assert [str(path) for path, text, tree in sources(*PACKAGES) if text.strip() and not ast.get_docstring(tree)] == []


def test_no_file_is_long_without_a_reason() -> None:
    long = [
        f"{path}: {lines} lines"
        for path, text, _ in sources(*PACKAGES)
        if (lines := text.count("\n")) > LONGEST_FILE and not reasoned(text)
    ]
    assert long == []


def test_no_function_is_long_without_a_reason() -> None:
    long = [
        f"{path}:{node.lineno} {node.name}: {lines} lines"
        for path, text, tree in sources(*PACKAGES)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
        and not reasoned(text)
    ]
    assert long == []


def test_no_two_modules_import_each_other() -> None:
    names = {
        ".".join(path.with_suffix("").parts).removesuffix(".__init__"): tree for path, _, tree in sources(*PACKAGES)
    }
    edges: dict[str, set[str]] = {}
    for name, tree in names.items():
        targets = set()
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module:
                inner = {f"{node.module}.{alias.name}" for alias in node.names}
                targets |= {each for each in inner if each in names} or ({node.module} & names.keys())
            elif isinstance(node, ast.Import):
                targets |= {alias.name for alias in node.names} & names.keys()
        edges[name] = targets - {name}
    assert cycle(edges) == []


def cycle(edges: dict[str, set[str]]) -> list[str]:
    """One cycle of a graph as a list of its nodes, empty where there is none."""
    done: set[str] = set()

    def walk(node: str, trail: list[str]) -> list[str]:
        if node in trail:
            return [*trail[trail.index(node) :], node]
        if node in done:
            return []
        for target in sorted(edges.get(node, ())):
            if found := walk(target, [*trail, node]):
                return found
        done.add(node)
        return []

    for start in sorted(edges):
        if found := walk(start, []):
            return found
    return []


def test_the_cycle_check_finds_a_cycle() -> None:
    assert cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}}) == ["a", "b", "c", "a"]
    assert cycle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_every_public_function_and_class_says_what_it_gives() -> None:
    silent = [
        f"{path}:{node.lineno} {node.name}"
        for path, _, tree in sources(*PACKAGES)
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []
