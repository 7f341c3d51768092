"""A transaction on PostgreSQL. What nobody waits for goes with the next statement, so that there are fewer journeys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from transcribe.store.postgresql.postgresql_pool import store_errors

MOST_WAITING_COUNT = 200
"""So many statements wait at most for one whose result is asked for. Chosen by hand."""

Asked = tuple[str, tuple[object, ...]]
"""A statement and its values."""


@dataclass(slots=True)
class _Waiting:
    """A statement that was not sent yet. Its rows are kept for who asks for them soon, if it is one of `ahead`."""

    sql: str
    values: list[object]
    ahead: bool = False


class Transaction:
    """The connection of a transaction, and the statements that were not sent yet, in their order."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection
        self._waiting: list[_Waiting] = []
        self._sent_count = 0
        self._fetched: dict[Asked, list[Any]] = {}

    @property
    def is_all_sent(self) -> bool:
        """Whether nothing waits."""
        return not self._waiting

    def send(self, sql: str, values: list[object]) -> int:
        """Have a statement run before the next one whose result is asked for. Gives its place among all of them."""
        self._forget_what_was_asked_ahead()
        return self._wait(_Waiting(sql, values))

    def ahead(self, sql: str, values: list[object]) -> None:
        """Have a statement that only reads run with the next one; `rows` gives what it found.

        Nothing of it is kept where anything is written before its rows are asked for.
        """
        self._wait(_Waiting(sql, values, ahead=True))

    def rows(self, sql: str, values: list[object]) -> list[Any]:
        """All rows of a statement that only reads."""
        asked = (sql, tuple(values))
        if any(each.ahead and (each.sql, tuple(each.values)) == asked for each in self._waiting):
            self.flush()
        found = self._fetched.pop(asked, None)
        return self._run(sql, values).fetchall() if found is None else found

    def execute(self, sql: str, values: list[object]) -> Any:
        """The cursor of a statement, which runs after all that wait; the first error of them is raised."""
        self._forget_what_was_asked_ahead()
        return self._run(sql, values)

    def flush(self) -> Any:
        """Run what waits, in one journey. Gives the cursor of the last one."""
        waiting, self._waiting = self._waiting, []
        self._sent_count += len(waiting)
        cursor, ahead = None, []
        with store_errors():
            with self.connection.pipeline():
                for each in waiting:
                    cursor = self.connection.execute(each.sql, each.values)
                    if each.ahead:
                        ahead.append((each, cursor))
            self._fetched |= {(each.sql, tuple(each.values)): found.fetchall() for each, found in ahead}
        return cursor

    def take_back(self, place: int) -> bool:
        """Forget the statements from this place on that were not sent. False where that one was sent already."""
        self._forget_what_was_asked_ahead()
        first = place - self._sent_count
        del self._waiting[max(0, first) :]
        return first >= 0

    def _wait(self, one: _Waiting) -> int:
        if len(self._waiting) >= MOST_WAITING_COUNT:
            self.flush()
        self._waiting.append(one)
        return self._sent_count + len(self._waiting) - 1

    def _run(self, sql: str, values: list[object]) -> Any:
        if not self._waiting:
            with store_errors():
                return self.connection.execute(sql, values)
        self._waiting.append(_Waiting(sql, values))
        return self.flush()

    def _forget_what_was_asked_ahead(self) -> None:
        self._fetched.clear()
        for each in self._waiting:
            each.ahead = False
