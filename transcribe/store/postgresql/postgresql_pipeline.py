"""A transaction on PostgreSQL. What nobody waits for is sent at once and answered later, so that nobody waits twice."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cache, partial
from typing import Any

import psycopg

from transcribe.errors import StoreError
from transcribe.store.postgresql.postgresql_connection import ServerConnection
from transcribe.store.postgresql.postgresql_errors import raise_ours, store_errors
from transcribe.store.postgresql.postgresql_wire import Answer

MOST_WAITING_COUNT = 200
"""So many statements wait at most for one whose result is asked for. Chosen by hand."""

MOST_KEPT_COUNT = 1000
"""So many answers about what seldom changes are kept in a transaction at most. Chosen by hand."""

NEXT_NUMBERS = "SELECT nextval(pg_get_serial_sequence('reading', 'number')) FROM generate_series(1, $1)"
"""The next numbers of readings, in their order."""

STEADY_STATEMENTS = frozenset({"adds_of", "floors_latest_first", "person", "rates_of_form", "setting"})
"""Statements that read only tables which seldom change: a transaction asks once, until one of these is written."""

_STEADY_CHANGES = re.compile(r"\b(?:INSERT INTO|UPDATE|DELETE FROM) (?:adds|floor|rate|setting|transcriber)\b")

_PUT_READING = re.compile(r"(INSERT INTO reading )\((.*?\)\s*VALUES) \(", re.DOTALL)

Asked = tuple[str, tuple[object, ...]]
"""A statement and its values."""


class Transaction:
    """The connection of a transaction, and what was sent over it and not answered yet."""

    def __init__(self, connection: ServerConnection) -> None:
        self.connection = connection
        self._wire = connection.wire
        self._ahead: dict[Asked, Answer] = {}
        self._later: deque[dict[Asked, Answer]] = deque()  # what was read ahead for the parts that come
        self._kept: dict[Asked, Answer] = {}
        self._numbers: deque[int] = deque()
        self._are_several = False
        self._has_failed = False

    @property
    def is_in_doubt(self) -> bool:
        """Whether one of several parts failed, nobody knows which."""
        return self._are_several and self._has_failed

    @property
    def has_numbers(self) -> bool:
        """Whether numbers of readings were taken before."""
        return bool(self._numbers)

    def send(self, sql: str, values: list[object], *, narrow: bool = False) -> None:
        """Have a statement run before the next one whose result is asked for; its error is raised there.

        A `narrow` one leaves what was read ahead for other parts as true as it was.
        """
        self._changes(sql, narrow=narrow)
        self._send(sql, values)

    def begin_part(self) -> None:
        """Begin what can be taken back by itself, with what was read ahead for it."""
        self._send("SAVEPOINT part", [])
        self._ahead = self._later.popleft() if self._later else {}

    def end_part(self) -> None:
        """Keep a part. What failed of it is told here, unless it is one of several."""
        is_settled = not self._wire.waiting_count
        self._send("RELEASE part", [])
        if not is_settled and not self._are_several:
            self.settle()

    def begin_several(self, coming: Sequence[Callable[[], None]]) -> None:
        """Begin parts that nobody waits between. Each of `coming` says what its part begins with reading."""
        self._are_several, self._has_failed = True, False
        self._send("SAVEPOINT several", [])
        numbers = self._send(NEXT_NUMBERS, [len(coming)])
        for say in coming:
            self._ahead = {}
            say()
            self._later.append(self._ahead)
            self._wire.flush()  # the first part begins while the server reads for the others
        self._ahead = {}
        self._wait(partial(self._wire.wait_for, numbers))
        self._numbers = deque(row[0] for row in numbers.rows)

    def end_several(self) -> None:
        """Keep several parts, or raise what one of them failed with."""
        self._send("RELEASE several", [])
        self.settle()
        self._leave_several()

    def take_back_several(self) -> bool:
        """Undo several parts. False where the whole transaction is lost."""
        try:
            return self._take_back("several")
        finally:
            self._leave_several()

    def _leave_several(self) -> None:
        self._are_several = False
        self._later.clear()
        self._numbers.clear()

    def ahead(self, sql: str, values: list[object], *, steady: bool = False) -> None:
        """Have a statement that only reads run with the next one; `rows` gives what it found.

        Nothing of it is kept where anything is written before its rows are asked for, unless it is a `steady` one.
        """
        asked = (sql, tuple(values))
        if steady and asked not in self._kept:
            self._keep(asked)
        elif not steady and asked not in self._ahead:
            self._ahead[asked] = self._send(sql, values)

    def rows(self, sql: str, values: list[object], *, steady: bool = False) -> list[Any]:
        """All rows of a statement that only reads."""
        asked = (sql, tuple(values))
        if steady:
            found = self._kept.get(asked) or self._keep(asked)
        else:
            found = self._ahead.pop(asked) if asked in self._ahead else self._send(sql, values)
        if not found.is_here:
            self._wait(partial(self._wire.wait_for, found) if self._are_several else self._wire.wait)
        return list(found.rows)

    def execute(self, sql: str, values: list[object]) -> Answer:
        """What a statement gives, which runs after all that were sent; the first error of them is raised."""
        self._changes(sql)
        answer = self._send(sql, values)
        self.settle()
        return answer

    def put_reading(self, sql: str, values: list[object]) -> int:
        """Insert a reading under a number that was taken before, so that nobody waits for it. Gives the number."""
        number = self._numbers.popleft()
        self._ahead.clear()
        self._send(_with_number(sql, len(values) + 1), [*values, number])
        return number

    def settle(self) -> None:
        """Wait for all answers."""
        self._wait(self._wire.wait)

    def _wait(self, wait: Callable[[], None]) -> None:
        try:
            wait()
        except psycopg.Error as error:
            self._has_failed = True
            self._forget_answers()  # some of them will never come
            raise_ours(error)

    def take_back(self) -> bool:
        """Undo what was done since a part began. False where the whole transaction is lost, or it is in doubt."""
        return self._take_back("part")

    def _take_back(self, begun: str) -> bool:
        self._ahead.clear()
        self._kept.clear()
        with suppress(StoreError, psycopg.Error):
            self.settle()  # what failed is known by now
        if self.is_in_doubt and begun == "part":
            return False  # an earlier part may have failed: the server would go back to where that began
        try:
            self._send(f"ROLLBACK TO {begun}", [])
            self._send(f"RELEASE {begun}", [])
            self.settle()
        except (StoreError, psycopg.Error):
            return False
        return True

    def give_up(self) -> None:
        """Undo all of it."""
        with suppress(StoreError, psycopg.Error):
            self.settle()
        self.execute("ROLLBACK", [])
        self.leave()

    def leave(self) -> None:
        """Wait for all answers; then the connection may be used by itself, and nothing is known of before."""
        self._forget_answers()
        self._numbers.clear()
        with store_errors():
            self._wire.leave()

    def _forget_answers(self) -> None:
        self._ahead.clear()
        for each in self._later:
            each.clear()
        self._kept.clear()

    def _changes(self, sql: str, *, narrow: bool = False) -> None:
        """Forget what a statement may make untrue."""
        self._ahead.clear()
        if not narrow:
            for each in self._later:
                each.clear()
        if _changes_steady(sql):
            self._kept.clear()
        if puts_reading(sql):
            self._numbers.clear()  # it takes a higher one, and numbers go as the rows are written

    def _keep(self, asked: Asked) -> Answer:
        if len(self._kept) >= MOST_KEPT_COUNT:
            self._kept.clear()
        answer = self._kept[asked] = self._send(asked[0], list(asked[1]))
        return answer

    def _send(self, sql: str, values: list[object]) -> Answer:
        if self._wire.waiting_count >= MOST_WAITING_COUNT:
            self.settle()
        try:
            return self._wire.send(sql, values)
        except psycopg.Error as error:
            raise_ours(error)


@cache
def _changes_steady(sql: str) -> bool:
    return _STEADY_CHANGES.search(sql) is not None


@cache
def puts_reading(sql: str) -> bool:
    """Whether a statement inserts one reading, whose number the table would give."""
    return _PUT_READING.search(sql) is not None


@cache
def _with_number(sql: str, place: int) -> str:
    return _PUT_READING.sub(rf"\1(number, \2 (${place}, ", sql, count=1)
