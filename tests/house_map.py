"""The map of the house, made from its code: `python -m tests.house_map` brings docs/design.svg up to date.

A test fails while it is not. `make docs` writes the table of rooms.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from operator import attrgetter
from textwrap import wrap

from tests.house_rules import PACKAGES, ROOT, Source, arrows, first_sentence, imports, room_of, sources

PICTURE = ROOT / "docs" / "design.svg"

OPEN_GROUND = (
    "transcribe.model",
    "transcribe.geometry",
    "transcribe.errors",
    "transcribe.codes",
    "transcribe.lean_imports",
)
"""What every room may know and no picture shows."""


@dataclass(frozen=True, slots=True)
class Station:
    """A function that data goes through: the room by whose face it is called, its name, and what comes of it.

    A method of the store is named as one of `Store`, whichever of its parts has it.
    """

    room: str
    function: str
    gives: str

    @property
    def title(self) -> str:
        return f"{self.room.partition('.')[2]}.{self.function.rpartition('.')[2]}"


PATH = (
    Station("transcribe.intake", "scans_of", "a scan: which pages of which files are one filled-in form"),
    Station("transcribe.intake", "load_pages", "its pages, decoded and the right way up"),
    Station("transcribe.recognition", "read", "places, machine readings and pictures; the store keeps them"),
    Station("reconcile.inference", "weigh", "how probable each value of each field is"),
    Station("reconcile.decision", "decide", "a decision, or the task of asking one more person"),
    Station("transcribe.store", "Store.lease", "a task, shown by the pages of transcribe.review"),
    Station("transcribe.store", "Store.submit", "a reading by a person: weighed with all the others"),
    Station("reconcile.decision", "assemble", "the record, once every field is decided"),
    Station("reconcile.records", "publish", "records.db"),
)
"""From a file to a published record; the two of the store are the way round by people."""

ASKED = ("Store.lease", "Store.submit")


class Index:
    """Which definition a name in a file stands for."""

    def __init__(self, files: Sequence[Source]) -> None:
        self.files = {file.module: file for file in files}
        self.definitions: dict[tuple[str, str], ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef] = {}
        for file in files:
            for node in file.tree.body:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    self.definitions[file.module, node.name] = node
        self.imported = {
            file.module: {it.bound: (it.module, it.name) for it in imports([file]) if it.name} for file in files
        }

    def meant(self, module: str, dotted: str) -> tuple[str, str]:
        """(file or face, name in it) of a name, or of the name behind a file that is imported whole."""
        first, _, rest = dotted.partition(".")
        source, name = self.imported.get(module, {}).get(first, (module, first))
        if f"{source}.{name}" in self.files and rest:
            return f"{source}.{name}", rest.partition(".")[0]
        return source, name

    def defined(self, room: str, function: str) -> tuple[str, str]:
        """(file, name) of what a face gives; a class of a room stands for itself wherever it is defined in it."""
        if (room, function) in self.definitions:
            return room, function
        if function in self.imported.get(room, {}):
            return self.imported[room][function]
        return next(key for key in self.definitions if key[0].startswith(f"{room}.") and key[1] == function)


def doors(index: Index, room: str, function: str) -> dict[str, list[str]]:
    """The other rooms that a function of a room uses, with the functions it calls there, in the order of the code.

    It is followed inside its own room: first through functions, then through the classes that these name.
    """
    found: dict[str, list[str]] = defaultdict(list)
    seen: set[tuple[str, str]] = set()
    classes: list[tuple[str, str]] = []

    def follow(key: tuple[str, str]) -> None:
        if key in seen or key not in index.definitions:
            return
        seen.add(key)
        for used in _names_in(index.definitions[key]):
            source, name = index.meant(key[0], used)
            their = room_of(source)
            if their == room:
                classes.append((source, name))
                if not isinstance(index.definitions.get((source, name)), ast.ClassDef):
                    follow((source, name))
            elif source in index.files and "." in source and their not in OPEN_GROUND:
                told = name if source == their else f"{source.rpartition('.')[2]}.{name}"
                found[their] += [told] if name.islower() and told not in found[their] else []

    follow(index.defined(room, function))
    while classes:
        follow(classes.pop(0))
    return dict(found)


def _names_in(node: ast.AST) -> Iterator[str]:
    """Names and dotted names of a definition in the order of the code, those of its signature last."""
    for part in getattr(node, "body", []):
        yield from _names(part)
    for field in ("args", "returns", "bases"):
        value = getattr(node, field, None)
        for part in value if isinstance(value, list) else [value]:
            yield from _names(part) if part is not None else ()


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute):
        dotted = ast.unparse(node)
        if re.fullmatch(r"[\w.]+", dotted):
            yield dotted
            return
    elif isinstance(node, ast.Name):
        yield node.id
    for child in ast.iter_child_nodes(node):
        yield from _names(child)


def signature(station: Station) -> str:
    """The function as it is called: its positional parameters without defaults, and what it returns."""
    called = inspect.signature(attrgetter(station.function)(importlib.import_module(station.room)))
    given = [it.name for it in called.parameters.values() if it.kind is not it.KEYWORD_ONLY and it.default is it.empty]
    wanted = ", ".join(name for name in given if name != "self")
    return f"{station.function.rpartition('.')[2]}({wanted}) -> {called.return_annotation}"


def floors(edges: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """On which floor a room stands: one above the highest room that it imports."""
    known: dict[str, int] = {}

    def floor(room: str) -> int:
        if room not in known:
            known[room] = 1 + max((floor(other) for other in edges.get(room, ())), default=0)
        return known[room]

    for room in edges:
        floor(room)
    return known


def rooms_table(files: Sequence[Source]) -> str:
    """The rooms of each package from the ground up: what a room gives, as its face says, and which rooms it imports."""
    drawn = {room: sorted(set(targets) - set(OPEN_GROUND)) for room, targets in arrows(files).items()}
    floor = floors(drawn)
    lines = []
    for package in PACKAGES:
        said = {
            file.room: first_sentence(ast.get_docstring(file.tree) or "") for file in files if _speaks(file, package)
        }
        lines += ["", f"| `{package}/` | | imports |", "|---|---|---|"]
        for room in sorted(said, key=lambda room: (floor.get(room, 1), room)):
            imported = [it.removeprefix(f"{package}.") for it in drawn.get(room, [])]
            ending = "/" if f"{room}.__init__" not in said and _is_folder(room) else ".py"
            folder = room.partition(".")[2].replace(".", "/") + ending
            lines.append(f"| `{folder}` | {said[room]} | {', '.join(imported)} |")
    return "\n".join(lines).strip()


def _speaks(file: Source, package: str) -> bool:
    """Whether a file's docstring is that of a room: a face, or a file that stands loose."""
    return file.package == package and (file.is_face or (len(file.path.parts) == 2 and not file.is_init))


def _is_folder(room: str) -> bool:
    return (ROOT / room.replace(".", "/")).is_dir()


WIDTH = 1000
BOX_X, INDENTED_X, BOX_END, LOOP_X, TEXT_X = 20, 60, 340, 364, 390
LINE, PAD, GAP = 17, 11, 24
SIGNS = 6.9
"""Width of a letter of 11.5 pixels."""

STYLE = """text { font: 11.5px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1c2733 }
.b { font-weight: bold } .g { fill: #5a6877 } rect { fill: #f3f6f9; stroke: #8fa1b3 }
.p { fill: #fff8e8; stroke: #c9a227 }
path { fill: none; stroke: #5a6877; stroke-width: 1.4; marker-end: url(#tip) } .w { fill: #ffffff; stroke: none }"""


def picture(files: Sequence[Source]) -> str:
    """The path as SVG: each function that data goes through, and beside it the rooms that it uses on the way."""
    index = Index(files)
    top = 20
    body: list[str] = []
    tops: dict[str, tuple[int, int]] = {}
    for station in PATH:
        left = [station.title, *_signature_lines(station), *wrap(station.gives, _signs(station))]
        right = [] if station.function in ASKED else _door_lines(doors(index, station.room, station.function))
        height = max(len(left), len(right)) * LINE + 2 * PAD
        body += _box(station, left, top, height)
        body += [
            f'<text x="{TEXT_X}" y="{top + PAD + LINE * row + 13}">{line}</text>' for row, line in enumerate(right)
        ]
        tops[station.function] = (top, height)
        top += height + GAP
    body += _lines(tops)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" role="img">\n'
        "<title>The path from a file to a record, and the rooms that each step uses</title>\n"
        f"<style>{STYLE}</style>\n"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z" style="fill: #5a6877; stroke: none"/></marker></defs>\n'
        f'<rect class="w" width="{WIDTH}" height="{top}"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _signs(station: Station) -> int:
    """How many letters fit into a line of a station's box."""
    return int((BOX_END - (INDENTED_X if station.function in ASKED else BOX_X) - 2 * PAD) / SIGNS)


def _signature_lines(station: Station) -> list[str]:
    return wrap(signature(station), _signs(station), subsequent_indent="  ")


def _door_lines(found: Mapping[str, Sequence[str]]) -> list[str]:
    """Each room in bold with what is called there."""
    lines = []
    for room, functions in found.items():
        told = wrap(f"{room}  {', '.join(functions)}", int((WIDTH - TEXT_X - PAD) / SIGNS), subsequent_indent="  ")
        bold = f'<tspan class="b">{room}</tspan>'
        lines += [
            bold + escape(told[0].removeprefix(room)),
            *(f"&#160;&#160;{escape(line.strip())}" for line in told[1:]),
        ]
    return lines


def _box(station: Station, lines: Sequence[str], top: int, height: int) -> Iterator[str]:
    x = INDENTED_X if station.function in ASKED else BOX_X
    kind = ' class="p"' if station.function in ASKED else ""
    yield f'<rect{kind} x="{x}" y="{top}" width="{BOX_END - x}" height="{height}" rx="6"/>'
    told = len(wrap(station.gives, _signs(station)))
    for row, line in enumerate(lines):
        kind = ' class="b"' if row == 0 else ' class="g"' if row >= len(lines) - told else ""
        text = "&#160;" * (len(line) - len(line.lstrip())) + escape(line.strip())
        yield f'<text{kind} x="{x + PAD}" y="{top + PAD + LINE * row + 13}">{text}</text>'


def _lines(tops: Mapping[str, tuple[int, int]]) -> Iterator[str]:
    """Down from each station to the next; past the boxes of people for what is decided; and back up to `weigh`."""
    order = [station.function for station in PATH]
    for above, below in pairwise(order):
        x = (INDENTED_X if below in ASKED or above in ASKED else BOX_X) + 90
        if above not in ASKED or below in ASKED:
            yield f'<path d="M{x} {sum(tops[above])}V{tops[below][0]}"/>'
    decided, after = "decide", "assemble"
    x = (BOX_X + INDENTED_X) // 2
    yield f'<path d="M{x} {sum(tops[decided])}V{tops[after][0]}"/>'
    sent, weighed = tops[order[order.index(after) - 1]], tops["weigh"]
    yield f'<path d="M{BOX_END} {sent[0] + sent[1] // 2}H{LOOP_X}V{weighed[0] + 20}H{BOX_END}"/>'
    yield f'<text class="g" x="{INDENTED_X + 98}" y="{sum(tops[decided]) + 16}">a task</text>'
    yield f'<text class="g" x="{INDENTED_X - 12}" y="{tops[after][0] - 8}">decisions</text>'


if __name__ == "__main__":
    PICTURE.write_text(picture(sources()), encoding="utf-8")
