"""How many mutants of rooms, both by lot, are found by the tests that reach them: `python -m tests.bench.mutants SEED`.

A mutant is a room with one comparison, number, truth value, condition or result changed. The tests of a room are those
of the folder that mirrors it, on SQLite and without a browser. They are collected once; each mutant is a forked child.
"""

from __future__ import annotations

import argparse
import ast
import gc
import os
import pickle
import random
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
OTHER: dict[type[ast.cmpop], type[ast.cmpop]] = {
    **{ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq},
    **{ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is},
}
MUTANT_SECONDS = 120
"""For the tests of one mutant: what takes longer is found. Chosen by hand."""


class Mutant(NamedTuple):
    """A change of one function: its file and first line, what stood there and what stands there instead."""

    file: str
    line: int
    was: ast.expr
    now: ast.expr

    def code(self) -> CodeType:
        """The module with the change, compiled."""
        lines = [line.encode() for line in Path(self.file).read_text("utf-8").splitlines()]
        assert self.was.end_lineno is not None
        before = [*lines[: self.was.lineno - 1], lines[self.was.lineno - 1][: self.was.col_offset]]
        after = [lines[self.was.end_lineno - 1][self.was.end_col_offset :], *lines[self.was.end_lineno :]]
        text = b"\n".join(before) + f"({ast.unparse(self.now)})".encode() + b"\n".join(after)
        return compile(text, self.file, "exec")


def changed(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Each expression of a node that is changed, and what it becomes."""
    match node:
        case ast.Compare(left=left, ops=[op, *more], comparators=others) if type(op) in OTHER:
            yield node, ast.Compare(left=left, ops=[OTHER[type(op)](), *more], comparators=others)
        case ast.BoolOp(op=op, values=values):
            yield node, ast.BoolOp(op=ast.And() if isinstance(op, ast.Or) else ast.Or(), values=values)
        case ast.Constant(value=bool() | int() | float() as value):
            yield node, ast.Constant(not value if isinstance(value, bool) else value + 1)
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield value, ast.Constant(None)
        case ast.If(test=test) | ast.IfExp(test=test):
            yield test, ast.Constant(True)


def mutants_of(file: Path) -> Iterator[Mutant]:
    """Every mutant of the functions of a file; what is written within an f-string has no place of its own."""
    tree = ast.parse(file.read_text("utf-8"))
    owners: list[ast.Module | ast.ClassDef] = [tree, *(each for each in tree.body if isinstance(each, ast.ClassDef))]
    for function in (each for owner in owners for each in owner.body if isinstance(each, ast.FunctionDef)):
        line = min([function.lineno, *(each.lineno for each in function.decorator_list)])
        within = {id(it) for each in ast.walk(function) if isinstance(each, ast.JoinedStr) for it in ast.walk(each)}
        for node in (it for each in function.body for it in ast.walk(each) if id(it) not in within):
            for was, now in changed(node):
                yield Mutant(str(file), line, was, now)


class Lot:
    """Runs mutants of a room instead of its tests, and counts those that were found."""

    def __init__(self, room: Path, seed: str, count: int) -> None:
        every = [each for file in sorted(room.glob("*.py")) for each in mutants_of(file)]
        self.mutants = random.Random(f"{seed} {room.name}").sample(every, min(count, len(every)))
        self.room, self.has_failed = room, False
        self.kept = Path(tempfile.mkstemp()[1])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.has_failed |= report.failed

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = [each for each in session.items if "postgresql" not in each.nodeid]
        assert self._in_child(partial(self._look, items)), "without a change all tests pass"
        reached: list[set[tuple[str, int]]] = pickle.loads(self.kept.read_bytes())  # noqa: S301 written above
        found = 0
        for each in self.mutants:
            own = [item for item, seen in zip(items, reached, strict=True) if (each.file, each.line) in seen]
            is_found = not self._in_child(partial(self._try, each, own))
            found += is_found
            words = f"{ast.unparse(each.was)} -> {ast.unparse(each.now)}"
            print(f"  {'found' if is_found else 'LEFT '} {Path(each.file).name}:{each.was.lineno} {words[:90]}")
        print(f"{self.room.relative_to(ROOT)} {found} of {len(self.mutants)}", flush=True)
        return True

    def _in_child(self, work: Callable[[], None]) -> bool:
        """Whether nothing failed in a child that was given its time."""
        child = os.fork()
        if child == 0:
            try:
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
                work()
            except BaseException:
                self.has_failed = True
            os._exit(self.has_failed)
        return os.waitpid(child, 0)[1] == 0

    def _look(self, items: list[pytest.Item]) -> None:
        """Keep which functions of the room each test reaches."""
        seen: set[tuple[str, int]] = set()

        def called(frame: FrameType, event: str, _: object) -> None:
            if event == "call" and frame.f_code.co_filename.startswith(str(self.room)):
                seen.add((frame.f_code.co_filename, frame.f_code.co_firstlineno))

        threading.setprofile(called)
        sys.setprofile(called)
        reached = []
        for item in items:
            seen.clear()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            reached.append(set(seen))
        sys.setprofile(None)
        self.kept.write_bytes(pickle.dumps(reached))

    def _try(self, mutant: Mutant, items: list[pytest.Item]) -> None:
        """Run tests with the change until one fails; what takes longer than its time has failed too."""
        signal.alarm(MUTANT_SECONDS)
        gc.unfreeze()
        made = mutant.code()
        codes = [made, *(each for each in made.co_consts if isinstance(each, CodeType))]
        new = next(it for each in codes for it in each.co_consts if _is_at(it, mutant))
        for function in (it for it in gc.get_objects() if isinstance(it, FunctionType)):
            if _is_at(function.__code__, mutant) and function.__code__.co_name == new.co_name:
                function.__code__ = new
        for item in items:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if self.has_failed:
                return


def _is_at(it: object, mutant: Mutant) -> bool:
    return isinstance(it, CodeType) and (it.co_filename, it.co_firstlineno) == (mutant.file, mutant.line)


def rooms() -> list[str]:
    """Every folder of the product that a folder of tests mirrors."""
    files = (file for name in ("transcribe", "reconcile", "flows") for file in (ROOT / name).rglob("*.py"))
    known = {file.parent.relative_to(ROOT) for file in files}
    return sorted(str(each) for each in known if list((ROOT / "tests" / each).glob("test_*.py")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seed")
    parser.add_argument("--rooms", type=int, default=20, help="drawn among those that a folder of tests mirrors")
    parser.add_argument("--mutants", type=int, default=15, help="of each room")
    parser.add_argument("--room", help="this one alone, as a path")
    told = parser.parse_args()
    if told.room:
        lot = Lot(ROOT / told.room, told.seed, told.mutants)
        where = ["-q", "-s", "-n", "0", "-p", "no:cacheprovider", "-m", "not browser", "--hypothesis-seed=0"]
        files = sorted(map(str, (ROOT / "tests" / told.room).glob("test_*.py")))
        sys.exit(pytest.main([*where, *files], plugins=[lot]))
    known = rooms()
    for room in random.Random(told.seed).sample(known, min(told.rooms, len(known))):
        words = [told.seed, "--mutants", str(told.mutants), "--room", room]
        subprocess.run([sys.executable, "-m", "tests.bench.mutants", *words], cwd=ROOT, check=False)


if __name__ == "__main__":
    main()
