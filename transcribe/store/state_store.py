"""The store: every method over one database, and how that database is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path

from transcribe.errors import StoreError, WrongKey
from transcribe.store.drivers.binding import (
    bind,
    machine_of,
    refuse_bound,
    refuse_file,
    refuse_network_file_system,
    refuse_other_database,
)
from transcribe.store.drivers.database import Database
from transcribe.store.drivers.durable_files import ErasureList, own_key, replace_key
from transcribe.store.drivers.sqlite import open_sqlite
from transcribe.store.lookup import ACTING, UNNAMED_ACTOR
from transcribe.store.steering.batches import BatchVerbs
from transcribe.store.steering.deliveries import DeliveryVerbs
from transcribe.store.steering.duplicates import DuplicateVerbs
from transcribe.store.steering.form_doubts import FormDoubtVerbs
from transcribe.store.steering.summaries import SummaryVerbs
from transcribe.store.steering.values import ValueVerbs
from transcribe.store.verbs.api_tokens import ApiTokenVerbs
from transcribe.store.verbs.appeals import AppealVerbs
from transcribe.store.verbs.machines import MachineVerbs
from transcribe.store.verbs.people import PeopleVerbs
from transcribe.store.verbs.to_read import ToReadVerbs

KEY_OF_FILE_ADVICE = "Put back the one that belongs to it, from the same backup"
"""What to do where a file has another key."""

KEY_OF_SERVER_ADVICE = (
    "It is in PostgreSQL: copy state.key of a home that works on it, or mend FAIRHAND_STATE where it names another "
    "database than was meant"
)
"""What to do where a database of several homes has another key."""


class Store(
    FormDoubtVerbs,
    AppealVerbs,
    ApiTokenVerbs,
    ToReadVerbs,
    SummaryVerbs,
    DuplicateVerbs,
    BatchVerbs,
    ValueVerbs,
    PeopleVerbs,
    DeliveryVerbs,
    MachineVerbs,
):
    """Everything that can be done with the state. Each verb is a transaction of its own, or part of `together`.

    `now` is always passed in.
    """

    def __init__(self, database: Database, key: bytes, erasures: ErasureList, machine: str = "") -> None:
        super().__init__(database, key)
        self.erasures = erasures
        self.machine = machine

    @contextmanager
    def together(self, by: str = "") -> Iterator[None]:
        """Several methods as one transaction of this thread: all of them at the end, or none.

        `by` is who acts, as the log says it, where a method is not told who does; "": the `actor`.
        """
        with self.db.write():
            before = ACTING.set(by or ACTING.get())
            try:
                yield
            finally:
                ACTING.reset(before)

    def part(self) -> AbstractContextManager[None]:
        """Within `together`, methods that may fail without the others."""
        return self.db.savepoint()

    def handover(self) -> Callable[[], AbstractContextManager[None]]:
        """Within `together`, a context in which another thread goes on with this transaction while this one waits."""
        return self.db.handover()

    def hurried(self) -> AbstractContextManager[None]:
        """Within it a thread that many wait for reads without waiting: StoreError at once where the server is away."""
        return self.db.hurried()

    def close(self) -> None:
        """Close every connection."""
        self.db.close()


def open_store(
    path: Path, key: bytes | None = None, *, copied: bool = False, url: str = "", actor: str = UNNAMED_ACTOR
) -> Store:
    """The store in this file. It is made where there is none, and brought up to date where it is old.

    With a `url` it is in that database of PostgreSQL, and the key and the list of erasures lie where the file would.
    `key` is that of the keyed hashes. Without one it is kept in a file of its own beside the database, which only its
    owner can read. Several processes may open it at once. An old one is copied beside first, unless it is `copied`
    already. What was erased and is not so here, as in an older state that was put back, is erased again by `actor`.
    StoreError on a network file system, where the database is newer than this program, and where its key is missing or
    another one.
    """
    if url:
        on_server = _watched(_open_on_server(url, path, key), actor, own=key is None)
        bind(path, str(on_server.db.value("home_name")))
        return on_server
    refuse_network_file_system(path.parent)
    refuse_bound(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    own = own_key(path.with_suffix(".key"), path) if key is None else key
    store = Store(open_sqlite(path, copied=copied), own, ErasureList(path.with_suffix(".erased")))
    return _watched(store, actor, own=key is None)


def _open_on_server(url: str, path: Path, key: bytes | None) -> Store:
    """The store in a database of PostgreSQL. StoreError where the home is bound to another one."""
    try:
        from transcribe.store.postgresql.postgresql import open_postgresql  # an extra that most homes go without
    except ModuleNotFoundError as error:
        raise StoreError(f"FAIRHAND_STATE needs {error.name}: pip install 'fairhand[postgres]'.") from error
    refuse_file(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    database = open_postgresql(url, path)
    try:
        has_key = key is not None or not database.value("key_mark")
        refuse_other_database(path, str(database.value("home_name")), has_key=has_key)
        own = own_key(path.with_suffix(".key"), path) if key is None else key
    except BaseException:
        database.close()
        raise
    return Store(database, own, ErasureList(path.with_suffix(".erased")), machine_of(path))


def _watched(store: Store, actor: str, *, own: bool) -> Store:
    """A store that seals from now on, and whose erasures are those of the list beside it."""
    store.actor = actor
    try:
        if own:
            store.require_own_key(KEY_OF_SERVER_ADVICE if store.machine else KEY_OF_FILE_ADVICE)
        store.watch()
        store.replay_erasures()
    except BaseException:
        store.close()
        raise
    return store


def renew_key(path: Path, now: datetime) -> None:
    """Give a state whose key is lost, damaged or another's a new one. StoreError where there is none, or its key holds.

    What was sealed, logged and listed under the old key cannot be checked any more. A key that does not fit is kept
    beside the new one.
    """
    if not path.exists() or not path.stat().st_size:
        raise StoreError(f"There is no {path.name} here, so that no key can be lost: fairhand init makes both.")
    try:
        open_store(path).close()
    except WrongKey:
        pass
    else:
        raise StoreError(
            f"{path.with_suffix('.key').name} is there and is that of {path.name}. A new one would only lose what it "
            "vouches for; nothing was changed."
        )
    replace_key(path.with_suffix(".key"))
    key = own_key(path.with_suffix(".key"), path)
    store = Store(open_sqlite(path), key, ErasureList(path.with_suffix(".erased")))
    store.watch()
    store.own_anew(now)
    store.close()
