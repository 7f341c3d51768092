"""A home that an earlier version made: today's program opens it, says the same of it, goes on with it, publishes it."""

from __future__ import annotations

import io
import json
import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from flows.home.home import Home, limits
from flows.parts.simulation import planning
from flows.steps.erasures import publish_records
from flows.steps.read_scans import AUTO_FORM, TakenScan, take_in
from flows.steps.reconcile_scans import reconcile_home
from tests.homes.desk import by_password, command, listed, opened, pages, signed_in
from tests.homes.make_home import CASES, ORDER, WAITING, Making
from tests.homes.told import known_of, told
from tests.reconcile.records import dump
from transcribe.intake.load_pages import load_pages as pages_of
from transcribe.model import Scan
from transcribe.store.facts import Offer

OLD = Path(__file__).parent.parent / "homes" / "v0_1"
EXPECTED = json.loads(OLD.with_name("v0_1.expected.json").read_text(encoding="utf-8"))
SAID: dict[str, Any] = EXPECTED["told"]
SECRETS: dict[str, Any] = EXPECTED["secrets"]

EXACTLY = 1e-9
"""Two probabilities that differ by less are the same: sums of floats may be added in another order."""

NEARLY = 0.1
"""By how much of itself a share that is said of a person may move."""

SURER = 0.05
"""As much surer or less sure of a decided value may a later version be."""

SENT_IN_A_TEST = ("bon-de-commande-flat-typed-0000.png", "vat")
"""The field of which one of those who read it sent their reading in a test: it was weighed then."""

SNIPPETS = 60
"""So many fields at least have their own picture."""


def copied(folder: Path) -> Path:
    """The old home in a folder of its own: it lay elsewhere when it was made."""
    shutil.copytree(OLD, folder / "home")
    return folder / "home"


@pytest.fixture(scope="module")
def says(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What today's program says of the old home."""
    return told(copied(tmp_path_factory.mktemp("old")))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A copy of the old home."""
    return copied(tmp_path)


@pytest.fixture
def here(home: Path) -> Iterator[Making]:
    """The old home, to go on with it."""
    samples = planning.load(CASES / "truth.jsonl")
    with opened(home) as rooms:
        yield Making(
            home=home,
            rooms=rooms,
            written={Path(name).stem + ".png": sample.fields for name, sample in samples.items()},
            ids={each.handle: each.id for each in rooms.store.transcribers()},
            visitors={},
        )


def same(kept: Any, found: Any) -> bool:
    """Whether two plain values are equal, numbers with a fraction but for the last digits."""
    if isinstance(kept, dict) and isinstance(found, dict):
        return kept.keys() == found.keys() and all(same(kept[name], found[name]) for name in kept)
    if isinstance(kept, list) and isinstance(found, list):
        return len(kept) == len(found) and all(map(same, kept, found))
    if isinstance(kept, float) and isinstance(found, float):
        return math.isclose(kept, found, rel_tol=0.0, abs_tol=EXACTLY)
    return bool(kept == found)


REASONS = frozenset({"evidence", "codes", "because"})
"""The reasons of a decision or a question: a later version may say them otherwise, and no more of them than is so."""


def said_still(kept: Any, found: Any) -> bool:
    """Whether all that was said is said as it was. More may be said beside it, and reasons in other words."""
    if isinstance(kept, dict) and isinstance(found, dict):
        names = kept.keys() - REASONS
        return names <= found.keys() and all(said_still(kept[name], found[name]) for name in names)
    if isinstance(kept, list) and isinstance(found, list):
        return len(kept) == len(found) and all(map(said_still, kept, found))
    return bool(kept == found)


def test_the_old_home_holds_what_this_test_is_about() -> None:
    """Equal lists say nothing where they are empty."""
    status = SAID["status"][0]
    assert set(status["records"]) == {"bon-de-commande", "receipt"}
    assert len(status["files_set_aside"]) == 1
    assert sum(state["erased_at"] is not None for state in status["scan_states"]) == 1
    assert [each["outcome"] for each in SAID["appeals"]] == [None, "declined", "upheld"]
    assert {each["version"] for each in SAID["parameters"]} == {1, 2}
    assert {person["engagement"] for person in SAID["people"]} == {"by reading", "hourly", "staff", "volunteer"}
    assert {line["kind"] for line in SAID["ledger"]} == {"reading", "time", "paid"}
    assert len(SAID["held"]["nora"]) == 1
    kept = [each for fields in SAID["explained"].values() for each in fields]
    assert {each["replay"] for each in kept} == {True, None}, "what is decided is decided so again"


@pytest.mark.parametrize("part", sorted(SAID.keys() - {"weighed", "pay", "parameters"}))
def test_what_was_said_of_it_is_said_still(says: dict[str, Any], part: str) -> None:
    assert said_still(SAID[part], says[part])


def test_what_its_parameters_say_of_people_is_nearly_the_same(says: dict[str, Any]) -> None:
    """Their versions and content as they were. How often somebody errs, a later version may know better."""
    said, wrong = ([{**each} for each in told["parameters"]] for told in (says, SAID)), "wrong on amounts"
    for now, then in zip(*said, strict=True):
        rates = now.pop(wrong), then.pop(wrong)
        assert now == then
        assert rates[0] == pytest.approx(rates[1], rel=NEARLY)


def test_what_pay_is_reckoned_anew_is_the_same(says: dict[str, Any]) -> None:
    """What was told then, to the last digit; a later version may tell more beside it."""
    told_then = [{name: line[name] for name in kept} for kept, line in zip(SAID["pay"], says["pay"], strict=True)]
    assert same(SAID["pay"], told_then)


def test_what_is_weighed_anew_comes_to_the_same(says: dict[str, Any]) -> None:
    """The same values by the same methods, or by machines, who may decide more by now. How probable they are, a later
    version may know better, and what somebody sent in a test it weighs no more."""
    assert _weighed(says).keys() == _weighed(SAID).keys()
    for field, (read_by, becomes) in _weighed(SAID).items():
        again = _weighed(says)[field]
        machines, people, experts = read_by
        in_test = (field[0], field[2]) == SENT_IN_A_TEST
        assert again[0] == [machines, people - in_test, experts], field
        if becomes[0] == "task":  # asked now too, if for another reason, or decided by machines
            assert again[1][:2] == becomes[:2] or again[1][-2] == "machines", field
        else:
            assert again[1][:-2] == becomes[:-2], field
            assert again[1][-2] in {becomes[-2], "machines"}, field
            assert abs(again[1][-1] - becomes[-1]) < SURER, field


def _weighed(told: dict[str, Any]) -> dict[tuple[str, str, str], tuple[list[int], list[Any]]]:
    """(who read it, what becomes of it) by scan, version of the parameters and field."""
    return {
        (scan, version, field): (each["read by"], each["becomes"])
        for scan, versions in told["weighed"].items()
        for version, fields in versions.items()
        for field, each in fields.items()
    }


def test_nothing_new_is_said_of_it(says: dict[str, Any]) -> None:
    assert says.keys() == SAID.keys()


def test_the_log_is_whole_and_goes_on_from_its_old_head(here: Making) -> None:
    before = SAID["log verified"][0]
    assert before["whole"]
    command(here.home, "people", "add", "ines")
    after = here.rooms.store.verify_audit(before["head"])
    assert after.broken_at is None
    assert after.lines > before["lines"]
    assert here.rooms.store.verify_audit("0f" * 32).broken_at is not None, "a head that it never had"


def test_every_picture_can_be_opened(here: Making) -> None:
    snippets = 0
    for state in here.rooms.store.scan_states():
        if state.erased_at is not None:
            assert here.rooms.store.pictures(state.scan.id) == []
            continue
        assert pages_of(state.scan, here.rooms.archive, limits(here.rooms.settings))
        for page in here.rooms.store.pictures(state.scan.id):
            assert picture_of(here.rooms, page.sha256) == page.size
        for place in here.rooms.store.places(state.scan.id):
            if place.snippet:
                assert min(picture_of(here.rooms, place.snippet)) > 0
                snippets += 1
    assert snippets > SNIPPETS


def picture_of(rooms: Home, name: str) -> tuple[int, int]:
    """The size of a picture in the archive, decoded."""
    with Image.open(io.BytesIO(rooms.archive.get(name))) as picture:
        picture.load()
        return picture.size


def test_people_and_programs_come_in_with_what_they_were_given(here: Making) -> None:
    assert signed_in(here.rooms, SECRETS["links"]["rosa"]).get("/work")
    assert by_password(here.rooms, "mina", SECRETS["password"]) is not None
    assert by_password(here.rooms, "mina", SECRETS["password"] + "!") is None
    publish_records(here.rooms)  # as `serve` does before it listens
    program = TestClient(pages(here.rooms))
    asked = {
        token: program.get("/api/records/bon-de-commande", headers={"Authorization": f"Bearer {token}"})
        for token in (SECRETS["token"], SECRETS["token"][:-1] + "_")
    }
    assert [each.status_code for each in asked.values()] == [200, 401]
    (record,) = asked[SECRETS["token"]].json()["records"]
    assert record == next(each for each in SAID["records"] if each["form"] == "bon-de-commande")


def test_the_same_file_again_changes_nothing(here: Making, tmp_path: Path) -> None:
    """Also every form that is shipped is still the one that the home knows by its name and version."""
    waiting = here.scan(WAITING)
    file = tmp_path / waiting.name
    file.write_bytes(here.rooms.archive.get(waiting.pages[0].file))
    before = here.rooms.store.counts()
    for form in ("receipt", AUTO_FORM):
        (again,) = take_in(here.rooms, [file], form, "again")
        assert isinstance(again, TakenScan)
        assert (again.scan, again.new) == (waiting, False)
    assert here.rooms.store.has_reads(waiting.id)
    reconcile_home(here.rooms)
    assert here.rooms.store.counts() == before


def test_the_records_made_anew_are_the_same_to_the_last_row(home: Path) -> None:
    command(home, "records", "publish")
    before = dump(home / "records.db")
    assert "nicolas83@example.net" in before
    command(home, "records", "rebuild")
    assert dump(home / "records.db") == before
    assert command(home, "records", "verify").strip() == "records.db is what the state says."


def test_the_work_goes_on_until_the_record_is_published(here: Making) -> None:
    waiting = here.scan(WAITING)
    read_what_is_held(here, waiting)
    everybody_reads(here, waiting)
    (state,) = (each for each in here.rooms.store.scan_states() if each.scan == waiting)
    assert (state.decided, state.fields) == (4, 4)
    command(here.home, "records", "publish")
    sample = planning.Sample(file=waiting.name, form=waiting.form, fields=here.written[waiting.name])
    compared = planning.compare(here.rooms, {waiting.name: sample})
    assert (compared.missing, compared.wrong, compared.values) == ((), (), 4)
    published = listed_records(here.home)
    assert [each for each in published if each["scan"] != waiting.id] == SAID["records"]
    before = dump(here.home / "records.db")
    command(here.home, "records", "rebuild")
    assert dump(here.home / "records.db") == before


def read_what_is_held(here: Making, waiting: Scan) -> None:
    """Nora is shown what she has held all the time, and types it."""
    nora = signed_in(here.rooms, SECRETS["links"]["nora"])
    task = nora.next_task()
    assert [task] == [each[0] for each in SAID["held"]["nora"]]
    subject = here.rooms.store.task_subject(task)
    assert subject.scan == waiting.id
    nora.type_in(task, here.right(subject))
    assert here.rooms.store.counts().waiting_scans == 1
    assert listed(here.home, "reconcile")[0]["scans"] == 1
    assert here.rooms.store.task_subject(task).closed_at is not None


def everybody_reads(here: Making, waiting: Scan) -> None:
    """Whoever may still read the scan does; also the task of which somebody's lease is long over."""
    for who in ("rosa", "mina", "omar", "olga"):
        here.read(who, Offer(scan=waiting.id, kinds=("read",)))
    for who in ("eve", "olga"):
        here.read(who, Offer(scan=waiting.id, pools=("expert",)))


def listed_records(home: Path) -> list[dict[str, Any]]:
    return [known_of(json.loads(line)) for line in command(home, "records", "export").splitlines()]


def test_the_open_appeal_is_heard_and_what_is_learnt_is_learnt_on(here: Making) -> None:
    (task,) = here.read("eve", Offer(pools=("expert",), kinds=("appeal",)))
    assert task.key.name == "total"
    assert [each["outcome"] for each in listed(here.home, "appeals", "list")] == ["upheld", "declined", "upheld"]
    due = [line["number"] for line in SAID["ledger"]]
    assert [line.number for line in here.rooms.store.ledger()][: len(due)] == due
    (learnt,) = listed(here.home, "learn")
    assert learnt["version"] == 3
    assert learnt["truths"] > len(SAID["truths"])
    assert here.rooms.store.parameters(2) is not None


def test_what_is_forgotten_is_gone_from_the_old_home_too(here: Making) -> None:
    order = here.scan(ORDER)
    command(here.home, "scan", "forget", order.id, "--why", "asked for", "--yes")
    assert [each["form"] for each in listed_records(here.home)] == ["receipt"]
    assert not any(here.rooms.archive.has(page.file) for page in order.pages)
