"""Two machines with a home each on one PostgreSQL: they share weighing, and one of them publishes at a time."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from prefect.client.schemas.objects import State

from flows.administration import examine_deeply, orphaned_files, remove_orphans
from flows.administration.doctor import bucket_findings
from flows.administration.records import forget_scan
from flows.backup.make_backup import make_backup
from flows.backup.restore_backup import restore_backup
from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.incoming import verdicts
from flows.parts.webhooks.sender import Sender, sender_lock
from flows.runtime.home_name import name_lock
from flows.scheduled import SCHEDULE, alerts, appeals, backup, hold_schedule, learn, retention
from flows.serving.health import Health
from flows.serving.serve import STOP_SECONDS
from flows.shifts.shift import Shift
from flows.steps import TakenScan, take_in
from flows.steps.erasures import PUBLISHER_SECONDS, ErasureUnfinished, finish_erasures, publish_records, publishing
from flows.steps.reconcile_scans import LEASED_SCANS_COUNT
from reconcile.records import query
from tests.attack.test_orphans import kept_scan
from tests.bucket import BucketServer, bucket_server
from tests.flows.house import CASES, House, until
from tests.flows.steps.test_reconcile_scans import received
from tests.house_rules import ROOT
from tests.patience import PATIENCE
from tests.postgres import new_database, rows
from tests.transcribe.review.conftest import address, sign_in
from tests.transcribe.review.site import NUMBER, SignIn, Site, make_site
from tests.transcribe.review.test_contract import task_of
from transcribe.archive import bucket
from transcribe.errors import ArchiveAway, FairhandError, SettingsError, StoreError
from transcribe.model import Scan
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
from flows.runtime import name_lock
from flows.scheduled import SCHEDULE, alerts, appeals, backup, hold_schedule, learn, retention
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
def test_one_machine_sends_webhooks_and_one_has_the_schedule(here: Home, there: Home) -> None:
    sending = sender_lock(here)
    assert sending
    assert sender_lock(there) is None
    stopping = threading.Event()
    holding = threading.Thread(target=hold_schedule, args=(here, stopping))
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


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_sender_whose_lock_was_lost_ends(here: Home, url: str) -> None:
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


__all__ = ["address", "sign_in"]
RECEIPTS = [CASES / f"receipt-{number}.jpg" for number in ("007", "035", "217")]
AWAY_SECONDS = 1.0
SHORT_PATIENCE_SECONDS = 0.3
SITE_PATIENCE_SECONDS = 1.0
WHY = "the customer asked for it"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BucketServer]:
    """A server of buckets that a test may stop, with the variables set that lead there."""
    with bucket_server() as server:
        for name, value in server.variables.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.fixture
def own(server: BucketServer) -> str:
    """The bucket of the home."""
    return server.bucket()


@pytest.fixture
def home(house: House, own: str, server: BucketServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    monkeypatch.setenv("FAIRHAND_ARCHIVE", f"s3://{own}/pictures")
    opened = open_home(configuration.load_settings(house.home))
    yield opened
    opened.close()


@pytest.fixture
def site(server: BucketServer, own: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Review pages whose pictures lie in the bucket, and which wait for it no longer than they must."""
    monkeypatch.setattr(bucket, "HURRIED_SECONDS", SITE_PATIENCE_SECONDS)
    made = make_site(tmp_path, place=f"s3://{own}")
    yield made
    made.store.close()


@contextmanager
def away(server: BucketServer, settings: configuration.Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """The bucket is away; gives the home as opened by somebody who gives up soon. Then it is back."""
    with monkeypatch.context() as short:
        short.setattr(bucket, "PATIENT_SECONDS", SHORT_PATIENCE_SECONDS)
        short.setattr(bucket, "HURRIED_SECONDS", SHORT_PATIENCE_SECONDS)
        server.stop()
        with closing(open_home(settings)) as opened:
            yield opened
    server.start()


def taken(home: Home, paths: list[Path]) -> list[Scan]:
    found = list(take_in(home, paths, "receipt", "monday"))
    assert all(isinstance(each, TakenScan) for each in found)
    return [each.scan for each in found if isinstance(each, TakenScan)]


def names_of(home: Home, scans: list[Scan]) -> list[str]:
    return [name for scan in scans for name in home.store.kept_names(scan.id)]


@pytest.mark.promise("Everything else of the")
def test_scans_are_taken_in_and_nothing_lies_on_the_disk(home: Home, server: BucketServer, own: str) -> None:
    names = names_of(home, taken(home, RECEIPTS))
    assert sorted(server.objects(own)) == sorted(f"pictures/{name[:2]}/{name}" for name in names)
    assert not list(home.settings.home.glob("archive"))
    assert taken(home, RECEIPTS), "the same files again are known"
    assert len(server.objects(own)) == len(names) == len(RECEIPTS)


@pytest.mark.promise("No file is blamed,")
def test_who_takes_files_in_waits_for_a_bucket_that_is_away(home: Home, server: BucketServer) -> None:
    (first,) = taken(home, RECEIPTS[:1])
    server.stop()
    back = threading.Timer(AWAY_SECONDS, server.start)
    back.start()
    try:
        scans = [first, *taken(home, RECEIPTS[1:])]
    finally:
        back.join()
    assert len(scans) == len(RECEIPTS)
    assert all(map(home.archive.is_whole, names_of(home, scans)))


@pytest.mark.promise("No file is blamed,")
def test_a_bucket_that_stays_away_ends_the_batch_in_words_and_the_next_one_finishes_it(
    home: Home, server: BucketServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = taken(home, RECEIPTS[:1])
    begun = now()
    with away(server, home.settings, monkeypatch) as impatient:
        with pytest.raises(ArchiveAway, match=r"The archive \(s3://.*\) cannot be reached: it does not answer"):
            list(take_in(impatient, RECEIPTS, "receipt", "monday"))
        assert home.store.list_set_aside() == [], "no file is blamed for it"
        assert not any(each.reason for each in verdicts(home, RECEIPTS, begun).values())
        assert [each.scan.id for each in home.store.scan_states()] == [kept[0].id], "no scan names what was not kept"
    scans = taken(home, RECEIPTS)
    assert len(home.store.scan_states()) == len(RECEIPTS)
    assert all(map(home.archive.is_whole, names_of(home, scans)))


@pytest.mark.promise("No file is blamed,")
def test_a_file_whose_reading_met_a_bucket_that_was_away_is_tried_again_and_not_put_away(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    (scan,) = taken(home, RECEIPTS[:1])
    begun = now()

    def away(*_: object) -> NoReturn:
        raise ArchiveAway(home.settings.archive, "it does not answer")

    monkeypatch.setattr(sys.modules["flows.shifts.shift"], "read_held", away)
    monkeypatch.setattr(sys.modules["flows.shifts.shift"], "PATIENCE_SECONDS", 0.0)
    assert home.store.put_to_read(scan.id, "monday", now())
    with Shift(home, 1) as shift:
        until(lambda: shift._error is not None)
        with pytest.raises(ArchiveAway, match="cannot be reached: it does not answer"):
            shift.require_working()
    assert home.store.count_to_read(now()) == (1, 0), "another shift reads it"
    verdict = verdicts(home, RECEIPTS[:1], begun)[RECEIPTS[0]]
    assert (verdict.taken, verdict.reason) == (False, "")


@pytest.mark.promise("`/readyz` says that the")
def test_the_doctor_and_readiness_say_that_the_bucket_is_away(
    home: Home, server: BucketServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(home, RECEIPTS[:1])
    assert not any("archive" in fault for fault in Health(home, lambda: True)._look())
    with away(server, home.settings, monkeypatch) as impatient:
        assert "the archive cannot be read" in Health(impatient, lambda: True)._look()
        (said,) = bucket_findings(home.settings)
        assert f"The archive ({home.settings.archive}) cannot be reached: it does not answer" in said.message
        assert said.machine
        (finding,) = [each for each in examine_deeply(home.settings) if each.check == "archive"]
        assert "cannot be reached" in finding.message, "and no picture is called lost"
    assert list(bucket_findings(home.settings)) == []
    assert [each.message for each in examine_deeply(home.settings) if each.check == "archive"] == []


@pytest.mark.promise("What is forgotten meanwhile")
def test_what_is_forgotten_is_gone_from_the_bucket_and_waits_for_one_that_is_away(
    home: Home, server: BucketServer, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = kept_scan(home)
    (other,) = taken(home, RECEIPTS[:1])
    with away(server, home.settings, monkeypatch) as impatient:
        with pytest.raises(ErasureUnfinished, match=r"the archive, where its pictures are too \(it does not answer"):
            forget_scan(impatient, scan.id)
        assert home.store.forgotten(scan.id)
        assert home.store.unfinished_erasures() == [scan.id]
    finish_erasures(home, 0.0)
    (name,) = home.store.kept_names(other.id)
    assert list(server.objects(own)) == [f"pictures/{name[:2]}/{name}"]


def test_files_of_no_scan_are_found_and_removed(home: Home, server: BucketServer, own: str) -> None:
    kept_scan(home)
    orphan = home.archive.put(b"left by a killed ingest")
    assert list(orphaned_files(home, now())) == [], "what is young may be about to be named"
    later = now() + timedelta(days=2)
    assert list(orphaned_files(home, later)) == [orphan]
    assert remove_orphans(home, later) == [orphan]
    assert len(server.objects(own)) == 4


def test_a_backup_brings_every_picture_into_a_folder_and_a_restore_into_a_new_bucket(
    home: Home, server: BucketServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "backups").mkdir()
    names = names_of(home, taken(home, RECEIPTS[:2]))
    made = make_backup(home.settings, tmp_path / "backups", now())
    assert (made.new_files, made.backup.manifest.lost) == (2, ())
    more = names_of(home, taken(home, RECEIPTS[2:]))
    assert make_backup(home.settings, tmp_path / "backups", now() + timedelta(seconds=2)).new_files == 1
    elsewhere = server.bucket()
    monkeypatch.setenv("FAIRHAND_ARCHIVE", f"s3://{elsewhere}")
    settings = configuration.load_settings(tmp_path / "new")
    done = restore_backup(settings, tmp_path / "backups", now())
    assert done.lost == ()
    again = open_home(settings)
    assert all(map(again.archive.is_whole, [*names, *more]))
    assert len(server.objects(elsewhere)) == len(RECEIPTS)
    again.close()


def test_a_backup_is_refused_while_the_bucket_is_away_and_earlier_ones_stay(
    home: Home, server: BucketServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "backups").mkdir()
    taken(home, RECEIPTS[:1])
    make_backup(home.settings, tmp_path / "backups", now())
    taken(home, RECEIPTS[1:])
    with (
        away(server, home.settings, monkeypatch),
        pytest.raises(FairhandError, match=r"did not end: The archive .* Earlier backups are as they were"),
    ):
        make_backup(home.settings, tmp_path / "backups", now() + timedelta(seconds=2))
    assert len([each for each in (tmp_path / "backups").iterdir() if (each / "manifest.json").exists()]) == 1


@pytest.mark.promise("People see pictures through", "readings go on, as")
def test_pictures_go_through_us_to_whom_the_task_is_leased_and_come_again_after_the_bucket_was_away(
    server: BucketServer, site: Site, sign_in: SignIn
) -> None:
    site.scan("bon-de-commande", {NUMBER: "BC-2025-0001"})
    amina, ben = sign_in(site.person("amina")), sign_in(site.person("ben"))
    task = task_of(amina.get("/work").text)
    shown = amina.get(f"/snippet/{task}")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert ben.get(f"/snippet/{task}").status_code == 404
    server.stop()
    away = amina.get(f"/snippet/{task}")
    assert (away.status_code, away.headers["retry-after"]) == (503, "1")
    assert "s3://" not in away.text
    assert amina.get("/work").status_code == 200, "the page goes on"
    server.start()
    assert amina.get(f"/snippet/{task}").content == shown.content


@pytest.mark.parametrize("place", ["gs://pictures", "file:///srv/pictures", "s3://Pictures"])
def test_a_place_that_is_none_is_said_before_anything_is_done(
    house: House, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRHAND_ARCHIVE", place)
    with pytest.raises(SettingsError, match=r"FAIRHAND_ARCHIVE: .*s3://BUCKET/PREFIX"):
        configuration.load_settings(house.home)


def test_plain_http_goes_to_this_machine_and_elsewhere_only_where_it_is_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("AWS_ALLOW_HTTP", raising=False)
    for endpoint, allowed in (("http://127.0.0.1:9000", True), ("http://minio:9000", False), ("", False)):
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        assert configuration.speaks_plainly_to_bucket() == allowed
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    assert configuration.speaks_plainly_to_bucket()
