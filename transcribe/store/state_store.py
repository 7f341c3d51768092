"""The store: every method of the contract over one database, and how that database is opened."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from transcribe.store.drivers.sqlite import open_sqlite
from transcribe.store.verbs.api_tokens import ApiTokenVerbs
from transcribe.store.verbs.appeals import AppealVerbs
from transcribe.store.verbs.audit_log import AuditLogVerbs
from transcribe.store.verbs.erasure import ErasureVerbs
from transcribe.store.verbs.people import PeopleVerbs
from transcribe.store.verbs.questions import QuestionVerbs
from transcribe.store.verbs.queue import QueueVerbs
from transcribe.store.verbs.status import StatusVerbs
from transcribe.store.verbs.time_disputes import TimeDisputeVerbs


class StateStore(
    QueueVerbs,
    QuestionVerbs,
    TimeDisputeVerbs,
    ApiTokenVerbs,
    AppealVerbs,
    StatusVerbs,
    PeopleVerbs,
    ErasureVerbs,
    AuditLogVerbs,
):
    """`Store` over one database. Each verb is a transaction of its own, or part of `together` around it."""

    def together(self) -> AbstractContextManager[None]:
        return self.db.write()

    def part(self) -> AbstractContextManager[None]:
        return self.db.savepoint()

    def handover(self) -> Callable[[], AbstractContextManager[None]]:
        return self.db.handover()

    def close(self) -> None:
        self.db.close()


def open_store(path: Path, key: bytes | None = None) -> StateStore:
    """The store in this file. It is made where there is none, and brought up to date where it is old.

    `key` is that of the keyed hashes. Without one it is kept in a file of its own beside the database, which only its
    owner can read. Several processes may open it at once. StoreError on a network file system, or where the database is
    newer than this program.
    """
    return StateStore(open_sqlite(path), _own_key(path.with_suffix(".key")) if key is None else key)


def _own_key(path: Path) -> bytes:
    """The key in this file, made by the first process that asks. Linking a finished file never shows half a key."""
    if not path.exists():
        part = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was first: its key is the key
            path.hardlink_to(part)
        part.unlink()
    return path.read_bytes()
