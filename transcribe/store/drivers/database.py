"""What the store's verbs need of a database, whichever driver gives it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import aiosql

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


# The named statements of `queries/`, as SQLite and as PostgreSQL understand them.

STORE_FOLDER = Path(__file__).parents[1]
"""Where the folders of statements lie."""

PART = re.compile(r"\{(part_\w+)\}")
"""Where a statement holds the text of another one of `queries/`, so that a condition is written once."""

PEOPLE_LISTS = frozenset({"experts", "others", "people", "spares"})
"""Parameters with a JSON list of people, each an object with a number and the fields that they may not see."""

NUMBER_LISTS = frozenset({"alone", "form_fields", "refused", "scan_ids", "slots", "times"})
"""Parameters with a JSON list of numbers. Every other list is one of texts."""

NUMBER_PARAMETERS = frozenset(
    "act aside begin begun by_people count delivery expert field_id form_field id least most next now number open_only "
    "paused person scan_id sitting since task_id until up_to".split()
)
"""Parameters that are whole numbers. Every other one that may be None is a text: PostgreSQL wants to know which."""

_DIFFERENCES = (
    (re.compile(r"\s+INDEXED BY \w+"), ""),  # SQLite is told which index; PostgreSQL counts and finds it
    (re.compile(r"\bIS NOT (?=[':])"), "IS DISTINCT FROM "),
    (re.compile(r"\bIS (?=')"), "IS NOT DISTINCT FROM "),
    (re.compile(r"group_concat\(DISTINCT ([\w.]+)\)"), r"string_agg(DISTINCT \1, ',')"),
    (re.compile(r"\binstr\("), "strpos("),
    (re.compile(r"\bsqlite_sequence\b"), "last_number"),
    (re.compile(r"json_each\(o\.value, '\$\.(\w+)'\)"), r"json_numbers(CAST(o.value -> '\1' AS TEXT))"),
    (re.compile(r"json_extract\(o\.value, '\$\.id'\)"), "CAST(o.value ->> 'id' AS BIGINT)"),
    (re.compile(r"json_extract\(o\.value, '\$\.(\w+)'\)"), r"CAST(CAST(o.value ->> '\1' AS BOOLEAN) AS INTEGER)"),
)
"""How what SQLite says otherwise is said to PostgreSQL. The functions `json_...` are made with the tables."""

_MAY_BE_NULL = re.compile(r":(\w+) IS (NOT )?NULL")

_ADDED_UP = re.compile(r"\b(\w+) = \1 \+ excluded\.")

_INTO = re.compile(r"INSERT INTO (\w+)")

_LIST = re.compile(r"json_each\(:(\w+)\)")

_PARAMETER = re.compile(r"'[^']*'|--[^\n]*|(?<!:):([a-z_]\w*)")


@cache
def sqlite_statements() -> dict[str, str]:
    """Name -> SQL. aiosql reads the files. Its calls are not used, as they cost more than most of our statements."""
    return _whole(_texts("queries"))


@cache
def postgresql_statements() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Name -> SQL with $1, $2 for its parameters, and their names in this order.

    A statement of the same name in `queries_postgresql/` takes the place of the common one.
    """
    common = {name: _for_postgresql(text) for name, text in _texts("queries").items()}
    return {
        name: _numbered(_qualified(text)) for name, text in _whole({**common, **_texts("queries_postgresql")}).items()
    }


@cache
def without(sql: str, places: tuple[int, ...]) -> str:
    """A statement for PostgreSQL where the values at these places are None.

    Conditions on them are as good as left out: the plan, which is made once for any values, has no part for them.
    """
    for place in places:
        said = re.sub(rf"CAST\(\${place} AS \w+\) IS (NOT )?NULL", lambda it: "FALSE" if it[1] else "TRUE", sql)
        sql = said if re.search(rf"\${place}\b", said) else sql  # else the server would not know its type
    return sql


def _texts(folder: str) -> dict[str, str]:
    queries = aiosql.from_path(STORE_FOLDER / folder, "sqlite3", mandatory_parameters=False)
    names = [name for name in queries.available_queries if hasattr(getattr(queries, name), "sql")]
    return {name: getattr(queries, name).sql.rstrip("; \n") for name in names if not name.endswith("_cursor")}


def _whole(texts: dict[str, str]) -> dict[str, str]:
    parts = {name: text for name, text in texts.items() if name.startswith("part_")}
    return {name: _filled(text, parts) for name, text in texts.items() if name not in parts}


def _filled(text: str, parts: Mapping[str, str]) -> str:
    """A statement with its parts put in; parts hold parts."""
    while PART.search(text):
        text = PART.sub(lambda it: parts[it[1]], text)
    return text


def _for_postgresql(text: str) -> str:
    for pattern, said in _DIFFERENCES:
        text = pattern.sub(said, text)
    text = _MAY_BE_NULL.sub(lambda it: f"CAST(:{it[1]} AS {_type_of(it[1])}) IS {it[2] or ''}NULL", text)
    return _LIST.sub(lambda it: f"json_{_kind_of_list(it[1])}(:{it[1]})", text)


def _type_of(name: str) -> str:
    return "BIGINT" if name in NUMBER_PARAMETERS else "TEXT"


def _qualified(text: str) -> str:
    """A statement that adds to a row which is there: PostgreSQL wants to be told whose column it is."""
    table = _INTO.search(text)
    return _ADDED_UP.sub(rf"\1 = {table[1]}.\1 + excluded.", text) if table else text


def _kind_of_list(name: str) -> str:
    return "people" if name in PEOPLE_LISTS else "numbers" if name in NUMBER_LISTS else "texts"


def _numbered(text: str) -> tuple[str, tuple[str, ...]]:
    names: list[str] = []

    def number(found: re.Match[str]) -> str:
        name = found[1]
        if name is None:
            return found[0]
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return _PARAMETER.sub(number, text), tuple(names)
