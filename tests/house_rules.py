"""The rules of the house, each a function from source files to what breaks it.

`tests/test_house.py` holds the tables that the rules go by, runs them over the packages, and shows that each finds what
it forbids.
"""

from __future__ import annotations

import ast
import gc
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parent.parent
PACKAGES = ("transcribe", "reconcile", "flows")
DEFINITION = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef


MATCHERS = frozenset(
    {"endswith", "find", "index", "partition", "removeprefix", "removesuffix", "replace", "startswith"}
)
"""Methods that look at the words of a text."""
PATTERN_MATCHERS = frozenset({"findall", "finditer", "fullmatch", "match", "search", "split", "sub"})
"""Those of a pattern, which is given the text."""

PARTS = "flows.parts"
"""The folder that has a room for each part."""


def room_of(module: str) -> str:
    """The room of a dotted name: the first two parts of it, and three of a part."""
    return ".".join(module.split(".")[: 3 if module.startswith(f"{PARTS}.") else 2])


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A Python file: its path from the root of the checkout, its text, and its syntax tree."""

    path: PurePosixPath
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        return self.path.parts[0]

    @property
    def module(self) -> str:
        """The dotted name: `transcribe.ink.components`; a face has its folder's."""
        return ".".join(self.path.with_suffix("").parts).removesuffix(".__init__")

    @property
    def room(self) -> str:
        """`transcribe.ink` for every file in the folder or below; a file that stands loose is a room of its own."""
        return room_of(self.module)

    @property
    def is_face(self) -> bool:
        """Whether this is the `__init__.py` of a room, not of a package and not of a folder inside a room."""
        return self.is_init and self.module == self.room and "." in self.module and self.module != PARTS

    @property
    def is_init(self) -> bool:
        return self.path.name == "__init__.py"


def source(path: str, text: str) -> Source:
    """A file that exists only here: what the rules are tried on."""
    return Source(PurePosixPath(path), text, ast.parse(text))


@cache
def sources(*packages: str) -> tuple[Source, ...]:
    """Every Python file of these packages, by path."""
    return tuple(file for package in packages or PACKAGES for file in _files_of(package))


@cache
def _files_of(package: str) -> tuple[Source, ...]:
    """The files of a package, each read once, with the nodes of its tree.

    They stay until the process ends, and are taken out of garbage collection: each look through them takes 3 s.
    """
    collects = gc.isenabled()
    gc.disable()
    found = tuple(
        source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / package).rglob("*.py"))
    )
    for file in found:
        nodes(file)
    gc.freeze()
    if collects:
        gc.enable()
    return found


@cache
def nodes(file: Source) -> tuple[ast.AST, ...]:
    """All nodes of its tree, each after the one that it stands in."""
    return tuple(ast.walk(file.tree))


@dataclass(frozen=True, slots=True)
class Import:
    """One name imported: `from module import name`; `name` is "" for `import module`.

    `target` is the file or face that is meant, and `bound` the name that it has where it is imported.
    """

    by: Source
    line: int
    module: str
    name: str
    bound: str
    target: str
    at_top: bool

    @property
    def room(self) -> str:
        return room_of(self.target)


def imports(files: Iterable[Source], modules: Collection[str] = ()) -> Iterator[Import]:
    """Every import of these files. `modules` are the dotted names that are files, so that `from a import b` is known to
    mean the file `a/b.py`."""
    for file in files:
        for each in _imports_of(file):
            whole = f"{each.module}.{each.name}"
            yield replace(each, target=whole) if whole in modules else each


@cache
def _imports_of(file: Source) -> list[Import]:
    top = set(map(id, file.tree.body))
    found = []
    for node in nodes(file):
        if isinstance(node, ast.Import):
            names = [(alias.name, "", alias.asname or alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [(_module_of(file, node), alias.name, alias.asname or alias.name) for alias in node.names]
        else:
            continue
        for module, name, bound in names:
            found.append(Import(file, node.lineno, module, name, bound, module, id(node) in top))
    return found


def _module_of(file: Source, node: ast.ImportFrom) -> str:
    """The full dotted name of what is imported from, also where dots stand before it."""
    if not node.level:
        return node.module or ""
    folders = file.path.parts[:-1]
    above = folders[: len(folders) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])


@cache
def _between(files: tuple[Source, ...]) -> list[Import]:
    """The imports of files of the house."""
    packages = {file.package for file in files}
    modules = {file.module for file in files}
    return [each for each in imports(files, modules) if each.module.partition(".")[0] in packages]


def _ours(files: Sequence[Source]) -> list[Import]:
    return _between(tuple(files))


def arrows(files: Sequence[Source]) -> dict[str, dict[str, list[str]]]:
    """Room -> rooms that it imports -> the files and lines that do; imports for types count."""
    drawn: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for each in _ours(files):
        if each.room != each.by.room:
            drawn[each.by.room][each.room].append(f"{each.by.path}:{each.line}")
    return {room: dict(targets) for room, targets in drawn.items()}


def forbidden_arrows(files: Sequence[Source], allowed: Mapping[str, Collection[str]]) -> list[str]:
    """Imports between rooms that the table does not allow, and rooms that the table does not know."""
    drawn = arrows(files)
    unknown = {file.room for file in files if "." in file.module} - allowed.keys()
    return sorted(f"{room} is in no table of rooms" for room in unknown) + [
        f"{place} imports {target}"
        for room, targets in sorted(drawn.items())
        for target, places in sorted(targets.items())
        if target not in allowed.get(room, ())
        for place in places
    ]


def imports_of_parts(files: Sequence[Source]) -> list[str]:
    """Where a part is imported by the core, or by another part."""
    drawn = arrows(files)
    return sorted(place for targets in drawn.values() for target, places in targets.items() for place in places
                  if f"{target}.".startswith(f"{PARTS}."))  # fmt: skip


def unused_arrows(files: Sequence[Source], allowed: Mapping[str, Collection[str]]) -> list[str]:
    """What the table allows and no file does."""
    drawn = arrows(files)
    return [
        f"{room} -> {target}"
        for room in sorted(allowed)
        for target in sorted(set(allowed[room]) - {*drawn.get(room, ())})
    ]


def cycle(edges: Mapping[str, Collection[str]]) -> list[str]:
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


def file_graph(files: Sequence[Source]) -> dict[str, set[str]]:
    """File -> files that it imports as it is loaded."""
    edges: dict[str, set[str]] = {file.module: set() for file in files}
    for each in _ours(files):
        if each.at_top and each.target != each.by.module and each.target in edges:
            edges[each.by.module].add(each.target)
    return edges


def past_the_face(files: Sequence[Source]) -> list[str]:
    """Imports that go past a room's face from outside, or through it from inside."""
    faces = {file.module: listed(file) for file in files if file.is_face}
    passed_on = {f"{file.module}.{name}" for file in files if file.is_face for name in _passed_on(file)}
    wrong = []
    for each in _ours(files):
        if each.room not in faces:
            continue
        place = f"{each.by.path}:{each.line}"
        if each.room == each.by.room:
            if (each.target == each.room or f"{each.module}.{each.name}" in passed_on) and not each.by.is_init:
                wrong.append(f"{place} imports the face of its own room")
        else:
            wrong += [f"{place} uses {name}" for name in used_of(each) if name not in faces[each.room]]
    return wrong


def hidden_imports(files: Sequence[Source]) -> list[str]:
    """Imports of the house that hide what they use: `import transcribe`, relative ones, stars, and loading by name."""
    wrong = []
    for file in files:
        for node in nodes(file):
            hidden = _hidden_import(node)
            if hidden.startswith(".") or (
                hidden.partition(".")[0] in PACKAGES and not f"{hidden}.".startswith(f"{file.room}.")
            ):
                wrong.append(f"{file.path}:{node.lineno} {ast.unparse(node)}")  # type: ignore[attr-defined]
    return wrong


def _hidden_import(node: ast.AST) -> str:
    """What a statement or call imports without a name for it; "" where it does no such thing."""
    if isinstance(node, ast.Import):
        return next((it.name for it in node.names if it.name.partition(".")[0] in PACKAGES), "")
    if isinstance(node, ast.ImportFrom):
        return "." if node.level else (node.module or "") if node.names[0].name == "*" else ""
    if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("import_module", "__import__"):
        first = node.args[0] if node.args else None
        if isinstance(first, ast.JoinedStr):
            first = first.values[0]
        return str(first.value) if isinstance(first, ast.Constant) else ""
    return ""


def _passed_on(face: Source) -> set[str]:
    """What a face gives that is defined in a file of its room, and not a file itself."""
    return {it.bound for it in imports([face]) if it.module != face.room}


def used_of(each: Import) -> list[str]:
    """What an import uses of a room: the name imported; `room.name` of a room that is imported whole; or, past the
    face, the whole dotted name."""
    if each.target == each.room and each.module == each.room and each.name:
        return [each.name]
    if each.target == each.room:
        return sorted(
            {
                node.attr
                for node in nodes(each.by)
                if isinstance(node, ast.Attribute) and ast.unparse(node.value) == each.bound
            }
        )
    return [each.name] if each.module == each.room else [each.target]


def listed(file: Source) -> list[str]:
    """What `__all__` of a file names."""
    for node in file.tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return [str(name) for name in ast.literal_eval(node.value)]
    return []


def faults_of_faces(files: Sequence[Source], most: int) -> list[str]:
    """Faces without `__all__`, that import from elsewhere, define something, or list more than `most` names."""
    wrong = []
    for file in files:
        if file.is_face:
            names = listed(file)
            if not names:
                wrong.append(f"{file.path} has no __all__")
            if len(names) > most:
                wrong.append(f"{file.path} lists {len(names)} names")
        wrong += [f"{file.path}:{node.lineno} {fault}" for node, fault in _faults_of_init(file)]
    return wrong


def _faults_of_init(file: Source) -> Iterator[tuple[ast.stmt, str]]:
    """A room's face holds a docstring, imports of its own room and `__all__`; any other `__init__.py` a docstring."""
    for node in file.tree.body if file.is_init else ():
        if _is_text(node):
            continue
        if not file.is_face:
            yield node, "is no face and holds more than a docstring"
        elif isinstance(node, ast.ImportFrom):
            if not f"{node.module}.".startswith(f"{file.room}."):
                yield node, f"imports {node.module}"
        elif not (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"):
            yield node, "is defined in a face"


def listed_for_nobody(files: Sequence[Source]) -> list[str]:
    """Names that a face lists and no other room imports."""
    wanted = {f"{each.room}.{name}" for each in _ours(files) if each.room != each.by.room for name in used_of(each)}
    names = [f"{file.module}.{name}" for file in files if file.is_face for name in listed(file)]
    return [name for name in names if name not in wanted]


def loose_files(files: Sequence[Source], ground: Collection[str]) -> list[str]:
    """Files that stand in a package beside its rooms and belong to no ground."""
    return [
        str(file.path) for file in files if len(file.path.parts) == 2 and not file.is_init and file.module not in ground
    ]


def crowded_rooms(files: Sequence[Source], most: int, plugins: Collection[str]) -> list[str]:
    """Folders of more than `most` files, but for plugin folders."""
    held: dict[str, int] = defaultdict(int)
    for file in files:
        held[str(file.path.parent)] += not file.is_init
    return [f"{folder}: {count} files" for folder, count in held.items() if count > most and folder not in plugins]


def files_of_one_name(files: Sequence[Source], plugins: Collection[str]) -> list[str]:
    """File names that a package has twice outside plugin folders."""
    named: dict[str, list[str]] = defaultdict(list)
    for file in files:
        if not file.is_init and str(file.path.parent) not in plugins:
            named[f"{file.package}: {file.path.name}"].append(str(file.path.parent))
    return [f"{name} in {', '.join(folders)}" for name, folders in named.items() if len(folders) > 1]


def classes_of_one_name(files: Sequence[Source]) -> list[str]:
    """Names of public classes that a package has twice: `package.Name in` its files."""
    named: dict[str, list[str]] = defaultdict(list)
    for file in files:
        for node in file.tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                named[f"{file.package}.{node.name}"].append(str(file.path))
    return sorted(f"{name} in {', '.join(paths)}" for name, paths in named.items() if len(paths) > 1)


def outside_its_rooms(files: Sequence[Source], library: str, rooms: Collection[str]) -> list[str]:
    """Imports of a library elsewhere than in these rooms, given as dotted names of rooms or files."""
    return [
        f"{each.by.path}:{each.line}"
        for each in imports(files)
        if each.module.partition(".")[0] == library
        and not any(f"{each.by.module}.".startswith(f"{room}.") for room in rooms)
    ]


def run_at_import(files: Sequence[Source], makers: Collection[str], decorators: Collection[str]) -> list[str]:
    """What a file does when it is imported, beyond defining: `path: statement`.

    Defining is: imports, functions, classes, and names given values. In values, decorators and defaults only `makers`
    and classes of the house may be called; a dotted maker counts with its last part after a dot, as in `.split`.
    """
    wrong = []
    for file in files:
        classes = _classes_known_in(file)
        for node in file.tree.body:
            if not isinstance(node, DEFINITION | ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign) and not (
                _is_text(node) or _is_guarded(node) or _adds_commands(node)
            ):
                wrong.append(f"{file.path}: {ast.unparse(node).splitlines()[0]}")
                continue
            if isinstance(node, ast.Assign | ast.AnnAssign | DEFINITION):
                wrong += [
                    f"{file.path}: {call}()" for call in _calls(node, decorators) if not _makes(call, makers, classes)
                ]
    return wrong


def _classes_known_in(file: Source) -> set[str]:
    """Names of classes defined in a file or imported from the house; by our names a class begins with a capital."""
    known = {node.name for node in file.tree.body if isinstance(node, ast.ClassDef)}
    for each in imports([file]):
        if each.module.partition(".")[0] in PACKAGES and each.name[:1].isupper():
            known.add(each.name)
    return known


def _makes(call: str, makers: Collection[str], classes: set[str]) -> bool:
    return call in makers or f".{call.rpartition('.')[2]}" in makers or call in classes


def _calls(node: ast.AST, decorators: Collection[str]) -> Iterator[str]:
    """What is called where a statement is carried out: not in bodies of functions, but in decorators and defaults."""
    if isinstance(node, FUNCTION | ast.Lambda):
        arguments = node.args
        parts: list[ast.AST] = [it for it in (*arguments.defaults, *arguments.kw_defaults) if it is not None]
    else:
        parts = [it for it in ast.iter_child_nodes(node) if it not in getattr(node, "decorator_list", ())]
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func) if isinstance(node.func, ast.Name | ast.Attribute) else "()"
    for decorator in getattr(node, "decorator_list", ()):
        name = ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if name not in decorators and f".{name.rpartition('.')[2]}" not in decorators:
            yield f"@{name}"
        if isinstance(decorator, ast.Call):
            parts += [*decorator.args, *decorator.keywords]
    for part in parts:
        yield from _calls(part, decorators)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_guarded(node: ast.stmt) -> bool:
    """`if TYPE_CHECKING:` and `if __name__ == "__main__":`; where it is not checked, a module may be imported later."""
    tests = ("TYPE_CHECKING", "typing.TYPE_CHECKING", "__name__ == '__main__'")
    return isinstance(node, ast.If) and ast.unparse(node.test) in tests and all(map(_is_later, node.orelse))


def _is_later(node: ast.stmt) -> bool:
    """`numpy = later("numpy")`"""
    return isinstance(node, ast.Assign) and ast.unparse(node.value).startswith("later(")


def _adds_commands(node: ast.stmt) -> bool:
    """`app.add_typer(group)`: the commands of a group are defined as commands of the program, or of a part."""
    return isinstance(node, ast.Expr) and ast.unparse(node).startswith(("app.add_typer(", "commands.add_typer("))


def long_functions(files: Sequence[Source], most: int) -> list[str]:
    """`path: function` of every function of more than `most` lines without its docstring."""
    return [
        f"{file.path}: {node.name}"
        for file in files
        for node in nodes(file)
        if isinstance(node, FUNCTION) and (node.end_lineno or 0) - node.lineno + 1 - _docstring_lines(node) > most
    ]


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.body[0].end_lineno or 0) - node.body[0].lineno + 1 if ast.get_docstring(node) else 0


def numbers_in_one_line(files: Sequence[Source]) -> list[str]:
    """Module-level statements that give several names numbers at once: `READ, LONG = 0.5, 3`."""
    return [
        f"{file.path}:{node.lineno} {ast.unparse(node.targets[0])}"
        for file in files
        for node in file.tree.body
        if isinstance(node, ast.Assign)
        and (len(node.targets) > 1 or isinstance(node.targets[0], ast.Tuple))
        and any(isinstance(it, ast.Constant) and type(it.value) in (int, float) for it in ast.walk(node.value))
    ]


def numbers_without_reason(files: Sequence[Source]) -> list[str]:
    """Constants of a module that are numbers, or made of numbers alone, and that no docstring follows."""
    silent = []
    for file in files:
        for node, after in zip(file.tree.body, [*file.tree.body, ast.Pass()][1:], strict=True):
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            if value is not None and _is_numeric(value) and not _is_text(after):
                silent.append(f"{file.path}:{node.lineno}")
    return silent


def _is_numeric(value: ast.expr) -> bool:
    """Whether a value is a number, a product or sum with one, a Decimal, or a tuple or flat dict of such."""
    match value:
        case ast.Constant():
            return type(value.value) in (int, float)
        case ast.UnaryOp():
            return _is_numeric(value.operand)
        case ast.BinOp():
            return _is_numeric(value.left) or _is_numeric(value.right)
        case ast.Call():
            return ast.unparse(value.func) in ("Decimal", "timedelta", "log", "exp")
        case ast.Tuple() | ast.List() | ast.Set():
            return any(_is_numeric(it) for it in value.elts)
        case ast.Dict():
            return any(not isinstance(it, ast.Dict) and _is_numeric(it) for it in value.values)
    return False


def public_definitions(file: Source) -> Iterator[DEFINITION]:
    """Functions and classes of a file whose names do not begin with an underscore."""
    for node in file.tree.body:
        if isinstance(node, DEFINITION) and not node.name.startswith("_"):
            yield node


def without_docstring(files: Sequence[Source]) -> list[str]:
    return [
        f"{file.path}:{node.lineno} {node.name}"
        for file in files
        for node in public_definitions(file)
        if not ast.get_docstring(node)
    ]


def first_sentence(docstring: str) -> str:
    """Up to the first full stop, question or exclamation mark that ends a word, or the first empty line."""
    paragraph = " ".join(docstring.strip().split("\n\n")[0].split())
    return re.split(r"(?<=[^.\s][^.\s][.!?])\s|(?<=\)[.!?])\s", paragraph, maxsplit=1)[0]


def long_first_sentences(files: Sequence[Source], most: int, most_inside: int) -> list[str]:
    """Definitions whose docstring begins with a sentence of more than `most` words.

    `most_inside` holds for what is private or stands inside another definition.
    """
    wrong = []
    for file in files:
        public = list(public_definitions(file))
        for node in nodes(file):
            if isinstance(node, DEFINITION):
                words = len(first_sentence(ast.get_docstring(node) or "").split())
                if words > (most if node in public else most_inside):
                    wrong.append(f"{file.path}:{node.lineno} {node.name}: {words} words")
    return wrong


def named_types(files: Iterable[Source], types: Collection[str], others: Collection[str]) -> Iterator[str]:
    """Tables of names of field types, and comparisons with one, but with what is called as one of `others`."""
    for file in files:
        for node in nodes(file):
            if _is_table_of(types, node) or _compares_with(types, others, node):
                yield f"{file.path}: {' '.join(ast.unparse(node).split())[:100]}"


def _is_table_of(types: Collection[str], node: ast.AST) -> bool:
    """Whether most of a literal's items, or the keys of a dictionary, are names of types; of a set one is enough."""
    items = _texts(node.keys if isinstance(node, ast.Dict) else [node])
    if isinstance(node, ast.Constant):
        items = " ".join(items).split()
    named = sum(each in types for each in items)
    return named >= (1 if isinstance(node, ast.Set) else 2) and 3 * named > 2 * len(items)


def _compares_with(types: Collection[str], others: Collection[str], node: ast.AST) -> bool:
    match node:
        case ast.Compare():
            sides = [node.left, *node.comparators]
        case ast.Match():
            cases = (each for case in node.cases for each in ast.walk(case.pattern))
            sides = [node.subject, *(each.value for each in cases if isinstance(each, ast.MatchValue))]
        case _:
            return False
    return not {*others} & {_called(each) for each in sides} and any(each in types for each in _texts(sides))


def _texts(found: Iterable[ast.AST | None]) -> list[str]:
    """The literal texts of these, and of literals that are made of texts."""
    texts = []
    for each in found:
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            texts.append(each.value)
        elif isinstance(each, ast.Set | ast.Tuple | ast.List):
            texts += _texts(each.elts)
    return texts


def _called(node: ast.expr) -> str:
    """The last name of an expression: `type` of `field.type`, `types` of `types[name]`."""
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case ast.Subscript(value=inner) | ast.Call(func=inner):
            return _called(inner)
    return ""


def matched_messages(files: Iterable[Source]) -> Iterator[str]:
    """Where code looks at the words of an error to tell which one it is, or to make other words of them."""
    for file in files:
        for function in (each for each in nodes(file) if isinstance(each, FUNCTION)):
            told = _told_by_errors(function)
            yield from (
                f"{file.path}:{node.lineno}"
                for node in ast.walk(function)
                if isinstance(node, ast.Call | ast.Compare) and _matches(node, told)
            )


def _told_by_errors(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The names in a function that hold an error or its words."""
    told = {
        each.arg
        for each in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        if each.annotation is not None and re.fullmatch(r"[\w.]*(Error|Exception)", ast.unparse(each.annotation))
    }
    for node in ast.walk(function):
        if isinstance(node, ast.ExceptHandler) and node.name:
            told.add(node.name)
        elif isinstance(node, ast.Assign):
            for target, value in _pairs(node.targets[0], node.value):
                if isinstance(target, ast.Name) and _is_told(value, told):
                    told.add(target.id)
    return told


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        yield from zip(target.elts, value.elts, strict=False)
    else:
        yield target, value


def _is_told(node: ast.AST, told: Collection[str]) -> bool:
    """Whether an expression is an error, or its words, whatever was done to them."""
    if isinstance(node, ast.Name):
        return node.id in told
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("str", "repr"):
        return any(_is_told(each, told) for each in node.args)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ("lower", "casefold", "strip", "decode") and _is_told(node.func.value, told)
    if isinstance(node, ast.Subscript):
        return _is_told(node.value, told)
    return isinstance(node, ast.Attribute) and node.attr in ("args", "message") and _is_told(node.value, told)


def _matches(node: ast.Call | ast.Compare, told: Collection[str]) -> bool:
    """Whether a text is compared with the words of an error, or taken out of them."""
    if isinstance(node, ast.Compare):
        compares = isinstance(node.ops[0], ast.In | ast.NotIn | ast.Eq | ast.NotEq)
        return compares and any(_is_told(each, told) for each in (node.left, *node.comparators))
    if not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr in PATTERN_MATCHERS:
        return any(_is_told(each, told) for each in node.args)
    return node.func.attr in MATCHERS and _is_told(node.func.value, told)
