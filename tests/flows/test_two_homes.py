"""Two machines with a home each on one PostgreSQL: they share weighing, and one of them publishes at a time."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from prefect.client.schemas.objects import State

from flows.administration import examine_deeply
from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.runtime import SCHEDULE, notice
from flows.runtime.home_name import name_lock
from flows.scheduled import alerts, appeals, backup, hold_schedule, learn, retention
from flows.serving.serve import STOP_SECONDS
from flows.steps.erasures import PUBLISHER_SECONDS, ErasureUnfinished, finish_erasures, publish_records, publishing
from flows.steps.reconcile_scans import LEASED_SCANS_COUNT
from reconcile.records import query
from tests.flows.house import START, House, until
from tests.flows.steps.test_reconcile_scans import received
from tests.house_rules import ROOT
from tests.patience import PATIENCE
from tests.postgres import new_database, rows
from transcribe.errors import SettingsError, StoreError
from transcribe.review.rate_limits import SHARED_AT_ONCE
from transcribe.store import CLAIM_SECONDS
from transcribe.store.postgresql.postgresql import DEAD_PEER_SECONDS
from transcribe.store.postgresql.postgresql_connection import IDLE_SECONDS, LOCK_SECONDS, STATEMENT_SECONDS
from transcribe.store.postgresql.postgresql_pool import MAX_CONNECTIONS_COUNT

SCANS_COUNT = 100
HOLDS = """
import sys, time
from pathlib import Path
from flows.home import load_settings, open_home
from flows.runtime import SCHEDULE, name_lock
from flows.scheduled import alerts, appeals, backup, hold_schedule, learn, retention
from flows.steps.erasures import publishing
with publishing(open_home(load_settings(Path(sys.argv[1])))):
    print("publishing", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def url() -> str:
    return new_database()


def home_at(place: Path, url: str) -> House:
    place.mkdir()
    kept = f"FAIRHAND_STATE={url}\nFAIRHAND_ARCHIVE={place.parent / 'archive'}\nFAIRHAND_AUDIT_SHARE=0.2\n"
    (place / configuration.SETTINGS_FILE).write_text(kept, encoding="utf-8")
    return House(home=place)


@pytest.fixture
def first(tmp_path: Path, url: str) -> House:
    house = home_at(tmp_path / "first", url)
    open_home(configuration.load_settings(house.home)).close()
    return house


@pytest.fixture
def second(first: House, tmp_path: Path, url: str) -> House:
    house = home_at(tmp_path / "second", url)
    shutil.copy(first.home / "state.key", house.home)
    return house


@pytest.fixture
def here(first: House) -> Iterator[Home]:
    opened = open_home(configuration.load_settings(first.home))
    yield opened
    opened.close()


@pytest.fixture
def there(second: House, here: Home) -> Iterator[Home]:
    opened = open_home(configuration.load_settings(second.home))
    yield opened
    opened.close()


DECISIONS_TWICE = "SELECT field_id, version, COUNT(*) FROM decision GROUP BY field_id, version HAVING COUNT(*) > 1"
FURTHER_DECISIONS = "SELECT COUNT(*) FROM decision WHERE version > 1"
TASKS_TWICE = "SELECT field_id, kind, slot, COUNT(*) FROM task GROUP BY field_id, kind, slot HAVING COUNT(*) > 1"
RECORDS_TWICE = "SELECT scan_id, COUNT(*) FROM record GROUP BY scan_id HAVING COUNT(*) > 1"
IN_TRANSACTION = """SELECT COUNT(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"""
RUN_OUT = "UPDATE scan SET claimed_until = 0 WHERE claimed_until IS NOT NULL RETURNING id"
WEIGHED = "SELECT COUNT(*) FROM decision"
HOLDERS = "SELECT COUNT(DISTINCT claimed_by) FROM scan WHERE claimed_until IS NOT NULL"


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.promise("**Weighing** goes on on", "So no scan is")
def test_two_processes_weigh_many_scans_together_and_each_scan_once(
    first: House, second: House, here: Home, url: str
) -> None:
    for number in range(SCANS_COUNT):
        texts = {"total": ("12.50", "12.50" if number % 3 else "17.50")}
        received(here, texts=texts)
    processes = [first.start("reconcile", "--json", forked=True)]
    until(lambda: _stop_between_transactions(processes[0], url), pause=0.01)  # it holds a part until the other works
    weighed = rows(url, WEIGHED)
    processes.append(second.start("reconcile", "--json", forked=True))
    until(lambda: rows(url, WEIGHED) > weighed, pause=0.01)
    processes[0].send_signal(signal.SIGCONT)
    told = [each.communicate(timeout=600) for each in processes]
    assert [each.returncode for each in processes] == [0, 0], told
    done = [json.loads(out) for out, _ in told]
    assert sum(each["scans"] for each in done) == SCANS_COUNT
    assert min(each["scans"] for each in done) > 0, "each took a part"
    ((decided,),) = rows(url, WEIGHED)
    assert sum(each["decided"] for each in done) == decided
    for twice in (DECISIONS_TWICE, TASKS_TWICE, RECORDS_TWICE):
        assert rows(url, twice) == []
    assert rows(url, FURTHER_DECISIONS) == [(0,)]
    assert here.store.counts().waiting_scans == 0
    assert first.run("reconcile", "--json").json[0]["scans"] == 0
    assert here.store.verify_audit().whole


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.promise("each claims scans, 50", "So no scan is")
def test_what_a_machine_that_stands_still_has_claimed_is_weighed_by_the_other_and_once(
    first: House, second: House, here: Home, url: str
) -> None:
    for _ in range(SCANS_COUNT):
        received(here)
    stopped = first.start("reconcile", "--json", forked=True)
    until(lambda: _stop_between_transactions(stopped, url), pause=0.01)
    assert rows(url, RUN_OUT), "as a minute later"
    other = second.run("reconcile", "--json")
    assert other.code == 0, other.err
    stopped.send_signal(signal.SIGCONT)
    out, err = stopped.communicate(timeout=600)
    assert stopped.returncode == 0, err
    assert json.loads(out)["scans"] + other.json[0]["scans"] == SCANS_COUNT
    for twice in (DECISIONS_TWICE, TASKS_TWICE, RECORDS_TWICE):
        assert rows(url, twice) == []
    assert rows(url, FURTHER_DECISIONS) == [(0,)]
    assert here.store.counts().waiting_scans == 0


def _stop_between_transactions(process: subprocess.Popen[str], url: str) -> bool:
    """Have a process that has claimed scans stand still; False, and it goes on, where it is in a transaction."""
    process.send_signal(signal.SIGSTOP)
    if rows(url, HOLDERS) == [(1,)] and rows(url, IN_TRANSACTION) == [(0,)]:
        return True
    process.send_signal(signal.SIGCONT)
    return False


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.promise("another goes on within")
def test_one_process_publishes_at_a_time_and_killed_it_is_followed_by_the_next(
    first: House, second: House, here: Home, there: Home
) -> None:
    command = [sys.executable, "-c", HOLDS, str(second.home)]
    holder = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=second.child_environment())
    try:
        assert holder.stdout
        assert holder.stdout.readline() == "publishing\n"
        received(here)
        with pytest.raises(StoreError, match=rf"published by process {holder.pid} on "), publishing(here, 0.2):
            raise AssertionError
        waiting = first.start("records", "publish", forked=True)
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(2.0)
        holder.kill()
        holder.wait()
        out, err = waiting.communicate(timeout=PATIENCE)
        assert (waiting.returncode, "published to" in out) == (0, True), err
    finally:
        holder.kill()
        holder.wait()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_both_homes_have_the_same_records_with_the_same_numbers(here: Home, there: Home, first: House) -> None:
    for _ in range(3):
        received(here)
    assert first.run("reconcile").code == 0
    assert publish_records(there) > 0
    records = [
        [(each.scan, each.values) for each in query.records(home.settings.records, "receipt")] for home in (here, there)
    ]
    assert records[0]
    assert records[0] == records[1]
    assert query.position(here.settings.records) == query.position(there.settings.records)
    assert len(here.store.records_copies()) == 2


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.promise("`fairhand records copies` lists", "until then erasures stay")
def test_forgetting_ends_when_the_words_are_gone_from_the_records_of_both(
    here: Home, there: Home, first: House, second: House
) -> None:
    scan = received(here)
    assert first.run("reconcile").code == 0
    publish_records(there)
    here.store.forget(scan.id, now())
    with pytest.raises(ErasureUnfinished, match=str(there.settings.records)):
        finish_erasures(here, 0.5)
    assert list(query.records(here.settings.records, "receipt")) == []
    assert len(list(query.records(there.settings.records, "receipt"))) == 1
    told = first.run("records", "copies", "--json").json
    assert {each["place"].rpartition(":")[2]: each["behind"] for each in told} == {
        str(here.settings.records): False,
        str(there.settings.records): True,
    }
    assert "erasures" in {each.check for each in examine_deeply(here.settings)}
    publish_records(there)
    assert list(query.records(there.settings.records, "receipt")) == []
    assert here.store.unfinished_erasures() == []
    finish_erasures(here, 0.0)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.promise("each claims scans, 50", "Where a whole machine", "finishes what has begun within")
def test_the_times_and_counts_of_the_page_are_those_of_the_code() -> None:
    page = " ".join((ROOT / "docs" / "postgresql.md").read_text(encoding="utf-8").split())
    assert (LEASED_SCANS_COUNT, CLAIM_SECONDS) == (50, 60)
    assert "each claims scans, 50 at a time and for a minute" in page
    assert (PUBLISHER_SECONDS, DEAD_PEER_SECONDS, STOP_SECONDS, SHARED_AT_ONCE) == (10, 30, 8, 20)
    assert "a second one waits ten seconds" in page
    assert "the server ends its connection within half a minute" in page
    assert "finishes what has begun within 8 seconds" in page
    assert "told to the database at every twentieth part of the limit" in page
    assert (STATEMENT_SECONDS, LOCK_SECONDS, IDLE_SECONDS, MAX_CONNECTIONS_COUNT) == (30, 30, 60, 12)
    assert "A reading statement ends after 30 seconds, a wait for the lock too" in page
    assert "a transaction whose program does nothing for 60 seconds is ended" in page
    assert "A process has at most 12 connections." in page


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.promise("another goes on within")
@pytest.mark.needs("webhooks")
def test_one_machine_sends_webhooks_and_one_has_the_schedule(here: Home, there: Home) -> None:
    from flows.parts.webhooks.sender import sender_lock

    sending = sender_lock(here)
    assert sending
    assert sender_lock(there) is None
    stopping = threading.Event()
    holding = threading.Thread(target=hold_schedule, args=(here, stopping, threading.Event()))
    holding.start()
    try:
        until(lambda: there.store.held_elsewhere(SCHEDULE), pause=0.02)
        assert here.store.held_elsewhere(SCHEDULE) == ""
        for flow in (retention, appeals, learn, backup, alerts):
            done = flow.fn(str(there.settings.home))
            assert isinstance(done, State), flow.name
            assert (done.name, "process" in str(done.message)) == ("Another machine does it", True)
    finally:
        stopping.set()
        holding.join()
    assert there.store.held_elsewhere(SCHEDULE) == ""
    with sending:
        pass
    freed = sender_lock(there)
    assert freed
    assert freed.is_held
    with freed:
        pass


def runs_deployments(process: subprocess.Popen[str]) -> list[str]:
    """The commands of what a `serve` runs that have to do with Prefect."""
    found = []
    for child in psutil.Process(process.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            found.append(" ".join(child.cmdline()))
    return [each for each in found if "flows.deployed" in each or "server start" in each]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.promise("One machine at a time runs")
@pytest.mark.xdist_group("prefect")
def test_two_machines_have_one_prefect_and_one_of_them_runs_what_it_has(
    first: House, here: Home, second: House, there: Home, prefect_server: str
) -> None:
    for house in (first, second):
        house.prefect, house.prefect_secret = prefect_server, os.environ["PREFECT_API_AUTH_STRING"]
    leading = first.start("serve", "--port", "0", forked=True)
    following = None
    try:
        until(lambda: leading.poll() is not None or there.store.held_elsewhere(SCHEDULE), START)
        following = second.start("serve", "--port", "0", forked=True)
        until(lambda: following.poll() is not None or "web" in notice(there.settings), START)
        until(lambda: len(runs_deployments(following)) == 0 and len(runs_deployments(leading)) >= 1, START)
        assert not any("server start" in each for each in runs_deployments(leading)), "no Prefect of its own"
        leading.kill()
        until(lambda: here.store.held_elsewhere(SCHEDULE), START)
        assert any("--shared" in each for each in runs_deployments(following))
    finally:
        for each in filter(None, (leading, following)):
            each.kill()
            each.communicate()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.needs("webhooks")
def test_a_sender_whose_lock_was_lost_ends(here: Home, url: str) -> None:
    from flows.parts.webhooks.sender import Sender, sender_lock

    lock = sender_lock(here)
    assert lock
    moments = iter(now() + timedelta(seconds=6 * each) for each in range(1000))
    sender = threading.Thread(target=Sender(home=here, now=lambda: next(moments)).run, args=(threading.Event(), lock))
    sender.start()
    rows(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'fairhand sender%'")
    sender.join(PATIENCE)
    assert not sender.is_alive()
    with lock:
        pass


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.promise("a home is never")
def test_a_home_that_is_a_copy_of_another_one_does_not_serve_beside_it(
    here: Home, there: Home, second: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.runtime.home_name.NAME_SECONDS", 0.2)
    with name_lock(here):
        with name_lock(there):
            pass
        shutil.copy(here.settings.state.with_suffix(".machine"), there.settings.home)
        copy = open_home(configuration.load_settings(second.home))
        with pytest.raises(SettingsError, match="Is this home a copy of that one"):
            name_lock(copy)
    with name_lock(copy):
        pass
    copy.close()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.promise("A machine that will")
def test_a_machine_that_is_gone_for_good_is_taken_off_by_name(here: Home, there: Home, first: House) -> None:
    publish_records(here)
    publish_records(there)
    refused = first.run("records", "copies", "--gone", there.store.machine)
    assert (refused.code, "--why" in refused.err) == (2, True)
    done = first.run("records", "copies", "--gone", there.store.machine, "--why", "its disk was destroyed")
    assert done.code == 0, done.err
    assert [each.machine for each in here.store.records_copies()] == [here.store.machine]
    own = first.run("records", "copies", "--gone", here.store.machine, "--why", "a slip")
    assert (own.code, "this home" in own.err) == (2, True)
