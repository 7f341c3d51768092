"""A server that takes no more connections, or a process that has all of its own in use: each is told as what it is."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.patience import PATIENCE
from tests.postgres import new_database, shared_server
from tests.transcribe.store.world import KEY, NOON, person
from transcribe.errors import DatabaseAway, NoConnectionFree
from transcribe.store.postgresql import postgresql_pool
from transcribe.store.postgresql.postgresql_errors import connection_refused, store_error
from transcribe.store.state_store import Store, open_store

ONLY_ON = "postgresql"

ROLE = f"crowded_{os.getpid()}"

CUT = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{ROLE}'"  # noqa: S608


def ask_server(*statements: str) -> None:
    with psycopg.connect(shared_server(), autocommit=True) as connection:
        for each in statements:
            connection.execute(each.encode())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    address = new_database()
    name = conninfo_to_dict(address)["dbname"]
    ask_server(f"CREATE ROLE {ROLE} LOGIN", f"ALTER DATABASE {name} OWNER TO {ROLE}")
    with closing(open_store(tmp_path / "state.db", KEY, url=make_conninfo(address, user=ROLE))) as made:
        made.put_transcriber(person("zoe"), NOON)
        yield made
    ask_server(f"DROP DATABASE {name} WITH (FORCE)", f"DROP ROLE {ROLE}")


ASKED: dict[str, Callable[[Store], Any]] = {
    "a page that reads": lambda store: store.transcribers(),
    "a page that writes": lambda store: store.put_transcriber(person("mina"), NOON),
    "readyz": lambda store: store.check_writable(),
    "a publisher": lambda store: store.take_lock("publisher", 0.0),
    "who has a lock": lambda store: store.lock_holder("publisher"),
}


@pytest.mark.parametrize("asked", ASKED)
def test_where_others_have_every_connection_it_is_said(
    store: Store, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_server(f"ALTER ROLE {ROLE} CONNECTION LIMIT 0", CUT)
    with monkeypatch.context() as hasty:
        hasty.setattr(postgresql_pool, "CONNECT_SECONDS", 1)
        with pytest.raises(NoConnectionFree, match=r"no connection free .*too many connections for role.*ALTER ROLE"):
            ASKED[asked](store)
    ask_server(f"ALTER ROLE {ROLE} CONNECTION LIMIT -1")
    end = time.monotonic() + 10 * PATIENCE
    while True:  # a pool that was refused tries again after a moment
        try:
            assert [each.handle for each in store.transcribers()] == ["zoe"]
            break
        except NoConnectionFree:
            assert time.monotonic() < end
    assert store.lock_holder("publisher") == ""


def test_where_this_process_has_all_of_its_own_in_use_no_other_server_is_blamed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as used:
        for _ in range(postgresql_pool.MAX_CONNECTIONS_COUNT):
            used.enter_context(store.db.looking())  # type: ignore[attr-defined]  # that of PostgreSQL has it
        monkeypatch.setattr(postgresql_pool, "CONNECT_SECONDS", 0.5)
        with pytest.raises(DatabaseAway, match=r"Every connection of this process .* is in use") as told:
            store.transcribers()
        assert not isinstance(told.value, NoConnectionFree)


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("FATAL:  sorry, too many clients already", "Raise its max_connections"),
        ("FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute", "max_connections"),
        ('FATAL:  too many connections for role "fairhand"', "ALTER ROLE name CONNECTION LIMIT"),
        ('FATAL:  too many connections for database "fairhand"', "ALTER DATABASE name CONNECTION LIMIT"),
    ],
)
def test_each_limit_is_told_with_how_to_raise_it(said: str, advice: str) -> None:
    error = psycopg.OperationalError(f'connection failed: connection to server at "db", port 5432 failed: {said}')
    for told in (connection_refused(error), store_error(error)):
        assert isinstance(told, NoConnectionFree)
        assert said in str(told)
        assert advice in str(told)
        assert "12 for each process" in str(told)
