"""A home whose pictures lie in a bucket: nothing lies on its disk, and a bucket that is away loses nothing."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from flows.administration import examine_deeply, orphaned_files, remove_orphans
from flows.administration.doctor import bucket_findings
from flows.administration.records import forget_scan
from flows.backup.make_backup import make_backup
from flows.backup.restore_backup import restore_backup
from flows.home import settings as configuration
from flows.home.home import Home, now, open_home
from flows.incoming import verdicts
from flows.parts.scale import bucket
from flows.parts.scale.bucket import Bucket
from flows.serving.health import Health
from flows.shifts.shift import Shift
from flows.steps import TakenScan, take_in
from flows.steps.erasures import ErasureUnfinished, finish_erasures
from tests.attack.test_orphans import kept_scan
from tests.bucket import BucketServer, bucket_server
from tests.flows.house import CASES, House, until
from tests.transcribe.review.conftest import address, sign_in
from tests.transcribe.review.site import NUMBER, SignIn, Site, make_site
from tests.transcribe.review.test_contract import task_of
from transcribe.errors import ArchiveAway, FairhandError, PartOff, SettingsError
from transcribe.model import Scan

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
    made = make_site(tmp_path, place=Bucket(f"s3://{own}", plain=True))
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
    with pytest.raises(SettingsError, match=rf"{place} is no .*FAIRHAND_ARCHIVE .*s3://BUCKET/PREFIX"):
        open_home(configuration.load_settings(house.home))
    assert not house.home.exists()


def test_a_bucket_is_refused_with_the_name_of_the_part_that_is_switched_off(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRHAND_ARCHIVE", "s3://pictures")
    monkeypatch.setenv("FAIRHAND_PARTS_OFF", "scale")
    settings = configuration.load_settings(house.home)
    with pytest.raises(PartOff, match=r"The part scale is switched off\. Take it out of FAIRHAND_PARTS_OFF"):
        open_home(settings)
    assert not house.home.exists()
    assert [each.message for each in bucket_findings(settings)] == [
        "The part scale is switched off. Take it out of FAIRHAND_PARTS_OFF to use it."
    ]


def test_plain_http_goes_to_this_machine_and_elsewhere_only_where_it_is_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("AWS_ALLOW_HTTP", raising=False)
    for endpoint, allowed in (("http://127.0.0.1:9000", True), ("http://minio:9000", False), ("", False)):
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        assert configuration.speaks_plainly_to_bucket() == allowed
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    assert configuration.speaks_plainly_to_bucket()
