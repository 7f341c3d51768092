"""A transaction on PostgreSQL. What nobody waits for is sent at once and answered later, so that nobody waits twice."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache
from typing import Any

import psycopg

from transcribe.errors import StoreError
from transcribe.store.postgresql.postgresql_pool import ServerConnection, raise_ours, store_errors
from transcribe.store.postgresql.postgresql_wire import Answer

MOST_WAITING_COUNT = 200
"""So many statements wait at most for one whose result is asked for. Chosen by hand."""

MOST_RESERVED_COUNT = 16
"""So many numbers of readings are taken at a time at most. Those that a transaction does not use are gaps. Chosen by
hand."""

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
        self._kept: dict[Asked, Answer] = {}
        self._numbers: list[int] = []
        self._coming: Answer | None = None
        self._reserved_count = 0

    @property
    def is_settled(self) -> bool:
        """Whether everything that was sent was answered."""
        return not self._wire.waiting_count

    def send(self, sql: str, values: list[object]) -> None:
        """Have a statement run before the next one whose result is asked for; its error is raised there."""
        self._changes(sql)
        self._send(sql, values)

    def mark(self, sql: str) -> None:
        """Have a part begin or end with the next statement: what was read ahead stays as true as it was."""
        self._send(sql, [])

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
            found = self._ahead.get(asked) or self._send(sql, values)
            self._ahead.pop(asked, None)
        if not found.is_here:
            self.settle()
        return list(found.rows)

    def execute(self, sql: str, values: list[object]) -> Answer:
        """What a statement gives, which runs after all that were sent; the first error of them is raised."""
        self._changes(sql)
        answer = self._send(sql, values)
        self.settle()
        return answer

    def put_reading(self, sql: str, values: list[object]) -> int:
        """Insert a reading under a number that was taken before, so that nobody waits for it. Gives the number.

        From the second one of a transaction on, more are asked for as soon as the last is used.
        """
        if not self._numbers:
            coming = self._coming or self._reserve()
            if not coming.is_here:
                self.settle()
            self._numbers, self._coming = [row[0] for row in coming.rows], None
        number, *self._numbers = self._numbers
        self._ahead.clear()
        self._send(_with_number(sql, len(values) + 1), [*values, number])
        if not self._numbers and self._reserved_count > 1:
            self._coming = self._reserve()
        return number

    def _reserve(self) -> Answer:
        self._reserved_count = min(MOST_RESERVED_COUNT, 2 * self._reserved_count or 1)
        return self._send(NEXT_NUMBERS, [self._reserved_count])

    def settle(self) -> None:
        """Wait for all answers."""
        try:
            self._wire.wait()
        except psycopg.Error as error:
            self._forget_answers()  # some of them will never come
            raise_ours(error)

    def take_back(self) -> bool:
        """Undo what was done since the savepoint. False where the whole transaction is lost."""
        self._forget_answers()
        with suppress(StoreError, psycopg.Error):
            self.settle()  # what failed is known by now
        try:
            self.execute("ROLLBACK TO part", [])
            self.execute("RELEASE part", [])
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
        self._coming = None
        with store_errors():
            self._wire.leave()

    def _forget_answers(self) -> None:
        self._ahead.clear()
        self._kept.clear()
        if self._coming is not None and not self._coming.is_here:
            self._coming = None

    def _changes(self, sql: str) -> None:
        """Forget what a statement may make untrue."""
        if self._ahead:
            self._ahead.clear()
        if _changes_steady(sql):
            self._kept.clear()
        if puts_reading(sql):
            self._numbers.clear()
            self._coming = None  # it takes a higher one, and numbers go as the rows are written

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
