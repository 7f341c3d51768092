"""Opening a store: made once by whoever is first, brought up to date, refused where it cannot be safe."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tests.postgres import new_database
from tests.transcribe.store.world import KEY, NOON, person
from transcribe.errors import ProgramOutdated, StoreError
from transcribe.store import open_store
from transcribe.store.drivers import binding, sqlite, state_file
from transcribe.store.drivers.sqlite import connect
from transcribe.store.drivers.state_file import StateFile, newest_version
from transcribe.store.state_store import Store

ONLY_ON = "sqlite"

START = """
import sys
from pathlib import Path
from transcribe.store import open_store
from transcribe.store.drivers import state_file
state_file.MIGRATIONS_FOLDER = Path(sys.argv[2])
sys.stdin.readline()
store = open_store(Path(sys.argv[1]))
print(store.keyed_hash("same"), store.verify_audit().broken_at)
store.close()
"""


def started_at_once(path: Path) -> list[subprocess.Popen[str]]:
    """Four processes that open the state in this file at the same moment."""
    begin = [sys.executable, "-c", START]
    starts = [
        subprocess.Popen(
            [*begin, str(path), str(state_file.MIGRATIONS_FOLDER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for each in starts:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    return starts


def test_each_step_has_a_number_of_its_own() -> None:
    numbers = [path.name[:4] for path in state_file.MIGRATIONS_FOLDER.glob("[0-9]*.sql") if "." not in path.stem]
    assert len(numbers) == len(set(numbers))


def test_four_processes_that_start_at_once_make_one_store_with_one_key(tmp_path: Path) -> None:
    path = tmp_path / "home" / "state.db"
    starts = started_at_once(path)
    said = {each.communicate(timeout=120)[0] for each in starts}
    assert [each.returncode for each in starts] == [0] * 4
    assert len(said) == 1
    journal = {"state.db-wal", "state.db-shm"}  # SQLite leaves them where two close at the same moment
    assert sorted({file.name for file in path.parent.iterdir()} - journal) == ["state.db", "state.key"]
    assert (path.parent / "state.key").stat().st_mode & 0o777 == 0o600


def test_migrating_again_changes_nothing(tmp_path: Path) -> None:
    store = open_store(tmp_path / "state.db")
    store.put_transcriber(person("ann"), NOON)
    store.close()
    connection = connect(tmp_path / "state.db")
    before = list(connection.iterdump())
    assert state_file.migrate(connection) == state_file.migrate(connection)
    assert list(connection.iterdump()) == before
    connection.close()


FIRST = """
INSERT INTO scan (id, sha256, form, form_version, name, batch, received_at)
VALUES (1, 'abc', 'order', 1, 'a.jpg', '', 0);
INSERT INTO field (id, scan_id, form, form_version, name, row_number) VALUES (1, 1, 'order', 1, 'total', -1);
INSERT INTO transcriber (id, public_id, handle, roles, languages, regions, qualifications, time_zone, engagement,
    interface_language, training, paused, at)
VALUES (1, 'p', 'ann', '["transcriber"]', '[]', '[]', '[]', 'UTC', 'by reading', 'en', 1, 0, 0);
INSERT INTO task (id, public_id, field_id, scan_id, form_field_id, kind, lane, reason, slot, pool, priority, ease,
    apart, opened_at) VALUES (1, 't', 1, 1, 0, 'read', 'value', 'one engine', 1, 'read', 0, 0.5, '', 0);
INSERT INTO reading (number, id, idem, field_id, lane, source, kind, transcriber_id, task_id, late, seconds, flags,
    conditions, text_hash, at) VALUES (1, 'r', 'i', 1, 'value', 'p', 'person', 1, 1, 0, 7.0, '[]', '{}', 'h', 0);
INSERT INTO reading_text (number, text, alternatives, legible) VALUES (1, '12.50', '[]', '');
INSERT INTO time_dispute (public_id, transcriber_id, task_id, claimed, words, at) VALUES ('d', 1, 1, 60.0, 'slow', 0);
"""


def test_a_database_newer_than_the_program_is_refused(tmp_path: Path) -> None:
    open_store(tmp_path / "state.db").close()
    connection = connect(tmp_path / "state.db")
    connection.execute(f"PRAGMA user_version = {newest_version() + 1}")
    connection.close()
    with pytest.raises(StoreError, match="newer fairhand"):
        open_store(tmp_path / "state.db")


def test_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n")
    monkeypatch.setattr(binding, "MOUNTS_FILE", mounts)
    with pytest.raises(StoreError, match="nfs4"):
        open_store(tmp_path / "state.db")
    mounts.write_text(f"/dev/sda / ext4 rw 0 0\nserver:/x {tmp_path}/other nfs4 rw 0 0\n")
    open_store(tmp_path / "state.db").close()


def test_a_file_that_is_no_database_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_text("this is no database, whatever its name says" * 100)
    with pytest.raises(StoreError, match=r"state\.db"):
        open_store(tmp_path / "state.db")


@pytest.fixture
def step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Has the program know one step more than there are."""

    def put() -> None:
        folder = tmp_path / "steps"
        folder.mkdir()
        (folder / f"{newest_version() + 1:04d}_next.sql").write_text("ALTER TABLE scan ADD COLUMN shelf INTEGER;\n")
        monkeypatch.setattr(state_file, "MIGRATIONS_FOLDER", folder)

    return put


def older(path: Path, step: Callable[[], None]) -> int:
    """Make a state of the version before the last, with a scan and a person in it; gives its version."""
    path.with_suffix(".key").write_bytes(b"k" * 32)
    with closing(connect(path)) as connection:
        version = state_file.migrate(connection)
        connection.executescript(FIRST)
    step()
    return version


def test_a_state_is_copied_before_a_newer_program_changes_it(tmp_path: Path, step: Callable[[], None]) -> None:
    path = tmp_path / "state.db"
    version = older(path, step)
    open_store(path).close()
    copy = tmp_path / f"state.db.v{version}"
    assert (StateFile(copy, finished=True).version(), StateFile(path).version()) == (version, newest_version())
    assert StateFile(copy, finished=True).numbers() == StateFile(path).numbers()
    assert copy.stat().st_mode & 0o777 == 0o600
    made = copy.stat()
    open_store(path).close()
    assert copy.stat() == made, "nothing is copied where nothing is changed"
    copy.replace(path)  # as the documentation says to go back
    assert StateFile(path).version() == version
    store = open_store(path)
    assert [each.handle for each in store.transcribers()] == ["ann"]
    store.close()
    assert copy.exists()


def test_a_new_state_is_not_copied(tmp_path: Path) -> None:
    open_store(tmp_path / "state.db").close()
    assert not list(tmp_path.glob("state.db.v*"))


def test_without_room_for_the_copy_nothing_is_changed(tmp_path: Path, step: Callable[[], None]) -> None:
    path = tmp_path / "state.db"
    version = older(path, step)
    part = tmp_path / f"state.db.v{version}"
    part.mkdir()  # what cannot be replaced
    (part / "x").touch()
    with pytest.raises((StoreError, OSError)):
        open_store(path)
    assert StateFile(path).version() == version
    full = "import resource, sys; from pathlib import Path; from transcribe.store import open_store; "
    full += "from transcribe.store.drivers import state_file; state_file.MIGRATIONS_FOLDER = Path(sys.argv[2]); "
    full += "resource.setrlimit(resource.RLIMIT_FSIZE, (40000, 40000)); open_store(Path(sys.argv[1]))"
    (part / "x").unlink()
    part.rmdir()
    done = subprocess.run(
        [sys.executable, "-c", full, str(path), str(state_file.MIGRATIONS_FOLDER)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "StoreError" in done.stderr
    assert re.search(r"Nothing was changed\. Make \d+ MB of room", done.stderr)
    assert StateFile(path).version() == version
    assert not list(tmp_path.glob("state.db.v*"))


def test_four_processes_that_upgrade_at_once_make_one_copy(tmp_path: Path, step: Callable[[], None]) -> None:
    path = tmp_path / "state.db"
    version = older(path, step)
    starts = started_at_once(path)
    assert len({each.communicate(timeout=120)[0] for each in starts}) == 1
    assert [each.name for each in tmp_path.glob("state.db.v*")] == [f"state.db.v{version}"]
    assert StateFile(tmp_path / f"state.db.v{version}", finished=True).version() == version


def test_what_is_forgotten_is_in_no_copy_of_an_upgrade(tmp_path: Path, step: Callable[[], None]) -> None:
    path = tmp_path / "state.db"
    version = older(path, step)
    store = open_store(path)
    assert (tmp_path / f"state.db.v{version}").exists()
    (tmp_path / "state.db.vintage").touch()
    store.leave(store.transcribers()[0].id, NOON)
    assert [each.name for each in tmp_path.glob("state.db.v*")] == ["state.db.vintage"]
    store.close()


def test_while_another_program_writes_for_long_it_opens_and_reads_and_a_write_says_who_it_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.db"
    open_store(path).close()
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_SECONDS", 0.2)
    with closing(connect(path)) as another, closing(open_store(path)) as before:
        another.execute("BEGIN IMMEDIATE")
        with closing(open_store(path)) as store:
            assert store.transcribers() == before.transcribers() == []
            with pytest.raises(StoreError, match=rf"state.db is being written by .* \(process {os.getpid()}\)"):
                store.put_transcriber(person("ada"), NOON)
            another.execute("ROLLBACK")
            store.put_transcriber(person("ada"), NOON)


CHANGED = "ALTER TABLE transcriber ADD COLUMN of_the_future INTEGER NOT NULL DEFAULT 0"
"""What a newer program does to a table that this one works on."""

NEXT = newest_version() + 1


@dataclass(frozen=True, slots=True)
class Here:
    """A store, and what a newer program does behind it."""

    store: Store
    change: Callable[[str], object]
    raised: str


@pytest.fixture(params=["sqlite", "postgresql"])
def here(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Here]:
    path = tmp_path / "state.db"
    url = new_database() if request.param == "postgresql" else ""
    with closing(open_store(path, KEY, url=url)) as store:
        store.put_transcriber(person("zoe"), NOON)
        if url:
            with psycopg.connect(url, autocommit=True) as server:
                raised = "UPDATE schema_version SET version = version + 1"
                yield Here(store, lambda sql: server.execute(sql.encode()), raised)
        else:
            with closing(sqlite3.connect(path, isolation_level=None)) as file:
                yield Here(store, file.execute, f"PRAGMA user_version = {NEXT}")


@pytest.mark.promise("One that still runs")
def test_it_writes_nothing_any_more_and_says_why(here: Here) -> None:
    here.change(CHANGED)
    here.change(here.raised)
    said = f"version {NEXT}, this program knows {NEXT - 1} .*newer fairhand"
    for _ in range(3):
        with pytest.raises(ProgramOutdated, match=said):
            here.store.put_transcriber(person("noor"), NOON)
    with pytest.raises(ProgramOutdated, match=said):
        here.store.check_writable()


def test_what_reads_a_table_that_was_changed_finds_what_is_there(here: Here) -> None:
    before = here.store.transcribers()
    here.change(CHANGED)
    assert here.store.transcribers() == before
