"""What the store's verbs need of a database, whichever driver gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from transcribe.errors import StoreError
from transcribe.store.facts import HeldLock


class TransactionLost(StoreError):
    """The database gave up a whole transaction; nothing of it was kept, try again."""


class PartsInDoubt(TransactionLost):
    """One of several parts failed, and the database told so after others had begun. None of them was kept."""


class Row(Protocol):
    """One row of a result, its columns by their names."""

    def __getitem__(self, column: str, /) -> Any:
        """The value of a column. IndexError or KeyError where there is no column of this name."""

    def keys(self) -> Iterable[str]:
        """The names of the columns, in the order of the statement."""


class FreeLock:
    """The lock of a database that one machine alone works on."""

    is_held = True

    def close(self) -> None:
        """Nobody waits for it."""

    def __enter__(self) -> FreeLock:
        return self

    def __exit__(self, *_: object) -> None:
        """Nobody waits for it."""


NARROW_STATEMENTS = frozenset(
    {
        "close_task",
        "join_paid_time",
        "put_ledger",
        "put_paid_time",
        "put_reading",
        "put_reading_text",
        "scan_has_new",
        "session_seen",
    }
)
"""Statements by which a reading is kept. What is read for readings of other people and other tasks stays as true."""


class Database(Protocol):
    """The connections of one process to one database. Statements are called by their names in `queries/`.

    A write outside `write()` is a programming error.
    """

    @property
    def path(self) -> Path:
        """The file of the database, or a name for messages."""

    @property
    def looks_ahead(self) -> bool:
        """Whether `ahead` fetches anything; where it does not, what is asked for need not be guessed."""

    @property
    def conflict(self) -> type[Exception]:
        """The error that the driver raises where a row would break a constraint, such as a handle that is taken."""

    def all(self, name: str, /, **values: object) -> list[Row]:
        """Every row of a named statement."""

    def one(self, name: str, /, **values: object) -> Row | None:
        """The first row of a named statement. None where there is none."""

    def value(self, name: str, /, **values: object) -> Any:
        """The first value of the first row. None where there is no row."""

    def ahead(self, name: str, /, **values: object) -> None:
        """Say that the rows of a statement that only reads are asked for soon, with these very values.

        A driver may fetch them with the next statement. It keeps nothing that may have been changed before they
        are asked for.
        """

    def run(self, name: str, /, **values: object) -> None:
        """Change rows. A driver may send it with the next statement, and raise its error there."""

    def changed(self, name: str, /, **values: object) -> int:
        """Change rows at once. Gives how many."""

    def insert(self, name: str, /, **values: object) -> int:
        """Insert one row. Gives its integer key."""

    def added(self, name: str, /, **values: object) -> int:
        """Insert one row unless it is there. Gives its integer key, 0 where it was there already."""

    def write(self) -> AbstractContextManager[None]:
        """One transaction: committed and on disk at the end, or nothing of it. Inside another one it joins it."""

    def watch(self, begun: Callable[[], Row], ended: Callable[[Row], None]) -> None:
        """Have `begun` called as each transaction begins, and `ended` with what it gave before it is committed."""

    def savepoint(self) -> AbstractContextManager[None]:
        """A part of a transaction that can fail alone. TransactionLost where its failure ended all of it."""

    def several(self, coming: Sequence[Callable[[], None]]) -> AbstractContextManager[None]:
        """Within it come as many parts, and nobody waits at their ends. PartsInDoubt where one fails at the server.

        Each of `coming` says what its part begins with reading (`ahead`). It is read before the first of them begins:
        none may depend on what another one writes by `NARROW_STATEMENTS`.
        """

    def snapshot(self) -> AbstractContextManager[None]:
        """Several reads of one state. Inside a transaction it is that one's."""

    def handover(self) -> Callable[[], AbstractContextManager[None]]:
        """A context in which another thread goes on with this thread's transaction while this one waits."""

    def hurried(self) -> AbstractContextManager[None]:
        """Within it a thread that many wait for reads without waiting: StoreError at once where the server is away."""

    def checkpoint(self, seconds: float = 0.0) -> bool:
        """Leave nothing of what was erased in the database's own logs. False where a reader kept it from that.

        It waits for readers so long.
        """

    def take_lock(self, name: str, machine: str, wait_seconds: float) -> HeldLock | None:
        """The lock of this name among all machines; None where another process holds it for longer than this wait.

        A database that only one machine works on gives it to everybody: locks of files do there what this does here.
        """

    def lock_holder(self, name: str) -> str:
        """Who holds the lock of this name, in words; "" where nobody does."""

    def close(self) -> None:
        """Close the connections of every thread."""
