"""A transaction on PostgreSQL. What nobody waits for goes with the next statement, so that there are fewer journeys."""

from __future__ import annotations

from typing import Any

from psycopg import Connection

from transcribe.store.postgresql.postgresql_pool import store_errors

MOST_WAITING_COUNT = 200
"""So many statements wait at most for one whose result is asked for. Chosen by hand."""


class Transaction:
    """The connection of a transaction, and the statements that were not sent yet, in their order."""

    def __init__(self, connection: Connection[Any]) -> None:
        self.connection = connection
        self._waiting: list[tuple[str, list[object]]] = []
        self._sent_count = 0

    def send(self, sql: str, values: list[object]) -> int:
        """Have a statement run before the next one whose result is asked for. Gives its place among all of them."""
        if len(self._waiting) >= MOST_WAITING_COUNT:
            self.flush()
        self._waiting.append((sql, values))
        return self._sent_count + len(self._waiting) - 1

    def execute(self, sql: str, values: list[object]) -> Any:
        """The cursor of a statement, which runs after all that wait; the first error of them is raised."""
        if not self._waiting:
            with store_errors():
                return self.connection.execute(sql, values)
        self._waiting.append((sql, values))
        return self.flush()

    def flush(self) -> Any:
        """Run what waits, in one journey. Gives the cursor of the last one."""
        waiting, self._waiting = self._waiting, []
        self._sent_count += len(waiting)
        cursor = None
        with store_errors(), self.connection.pipeline():
            for sql, values in waiting:
                cursor = self.connection.execute(sql, values)
        return cursor

    def take_back(self, place: int) -> bool:
        """Forget the statements from this place on. False where that one was sent already."""
        first = place - self._sent_count
        if first < 0:
            return False
        del self._waiting[first:]
        return True
