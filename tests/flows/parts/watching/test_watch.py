"""`fairhand watch`: each file once, whatever happens to it, to the folder, or to the program."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from flows.home import settings as configuration
from flows.home.home import open_home
from tests.flows.house import TYPED, House, until
from tests.patience import PATIENCE

pytestmark = [pytest.mark.xdist_group("prefect-2"), pytest.mark.prefect, pytest.mark.slow, pytest.mark.timeout(3600)]


@pytest.fixture
def quick_house(working_house: House) -> House:
    """A house that reads quickly and waits for no file for long."""
    working_house.environment = {"FAIRHAND_ENGINES": "tesseract", "FAIRHAND_WATCH_SECONDS": "0.5"}
    return working_house


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "inbox").mkdir()
    return tmp_path / "inbox"


def small_receipt(path: Path, number: int) -> None:
    """A picture that is quick to read and like no other."""
    picture = Image.new("L", (900, 420), 255)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(36)
    draw.text((60, 60), f"ACME LTD {number}\nDate: 12/03/2025\nTotal: {number}.50", fill=0, font=font, spacing=24)
    picture.save(path)


@contextmanager
def watching(house: House, folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    told = words or ("--form", "receipt", "--batch", "watched")
    process = house.start("watch", folder, *told, forked=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def files(folder: Path) -> set[str]:
    """What people put into a folder, and where it is now."""
    return {
        str(each.relative_to(folder))
        for each in folder.rglob("*")
        if (each.is_file() or each.is_symlink()) and not each.name.startswith(".fairhand")
    }


def done(folder: Path) -> int:
    return len(list((folder / "done").rglob("*.png"))) if (folder / "done").exists() else 0


def scans(house: House) -> list[tuple[str, str, bool]]:
    """Each scan of the house: its name, its batch and whether it was read."""
    rooms = open_home(configuration.load_settings(house.home))
    found = [
        (state.scan.name, state.scan.batch, rooms.store.has_reads(state.scan.id)) for state in rooms.store.scan_states()
    ]
    rooms.close()
    return sorted(found)


def test_what_is_put_there_is_read_and_moved_and_what_cannot_be_read_has_its_reason(
    quick_house: House, inbox: Path
) -> None:
    (inbox / "sub").mkdir()
    small_receipt(inbox / "sub" / "one.png", 1)
    shutil.copy(inbox / "sub" / "one.png", inbox / "same.png")
    (inbox / "broken.png").write_text("no picture")
    (inbox / "letter.docx").write_bytes(b"letter")
    (inbox / "link.png").symlink_to(TYPED)
    (inbox / "later.png.part").write_bytes(b"")
    with watching(quick_house, inbox) as process:
        until(lambda: process.poll() is not None or len(files(inbox)) == 9)
        small_receipt(inbox.parent / "later.png", 2)
        shutil.copy(inbox.parent / "later.png", inbox / "later.png.part")
        (inbox / "later.png.part").rename(inbox / "later.png")
        until(lambda: process.poll() is not None or done(inbox) == 3)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, "Traceback" in err) == (0, False), err
    assert files(inbox) == {
        "done/sub/one.png",
        "done/same.png",
        "done/later.png",
        *(f"aside/{name}{end}" for name in ("broken.png", "letter.docx", "link.png") for end in ("", ".txt")),
    }
    assert scans(quick_house) == [("later.png", "watched", True), ("same.png", "watched", True)]
    reasons = {each.name: each.read_text() for each in (inbox / "aside").glob("*.txt")}
    assert "the file holds text, not a picture" in reasons["broken.png.txt"]
    assert "put it into the watched folder again" in reasons["broken.png.txt"]
    assert not any("ingest it again" in each for each in [*reasons.values(), out])
    assert "it is no picture and no PDF by its name" in reasons["letter.docx.txt"]
    assert "it is a link or a device" in reasons["link.png.txt"]
    assert "set aside: broken.png: the file holds text" in out


def put_and_kill(house: House, inbox: Path, count: int, kills: int, seed: int) -> None:
    """Put so many files there while the watching program is killed so many times; each is there once in the end."""
    chance = random.Random(seed)
    names = [f"{'sub/' if number % 5 == 0 else ''}receipt {number}.png" for number in range(count)]
    (inbox / "sub").mkdir()
    made = inbox.parent / "made"
    made.mkdir()
    for number in range(count):
        small_receipt(made / f"{number}.png", number)
    put = 0
    for kill in range(kills + 1):
        with watching(house, inbox) as process:
            aim = count * (kill + 1) // (kills + 1)
            for number in range(put, aim):
                shutil.copy(made / f"{number}.png", inbox / f"{names[number]}.part")
                (inbox / f"{names[number]}.part").rename(inbox / names[number])
            put = aim
            if kill == kills:
                until(lambda: process.poll() is not None or done(inbox) == count, 10 * PATIENCE)
                assert process.poll() is None, process.communicate()
                continue
            moved = done(inbox)
            goal = moved + chance.randrange(1, 1 + max(1, (aim - moved) // 2))
            until(lambda: process.poll() is not None or done(inbox) >= goal, 10 * PATIENCE)  # noqa: B023
            time.sleep(chance.random() * 2)
            assert process.poll() is None, process.communicate()
            process.kill()
    assert files(inbox) == {f"done/{name}" for name in names}
    assert scans(house) == sorted((Path(name).name, "watched", True) for name in names)
    print(f"{count} files, killed {kills} times: each once")


@pytest.mark.soak
def test_thirty_files_while_it_is_killed_are_taken_in_once_each(quick_house: House, inbox: Path) -> None:
    put_and_kill(quick_house, inbox, count=30, kills=3, seed=15)


@pytest.mark.soak
def test_five_hundred_files_while_it_is_killed_five_times_are_taken_in_once_each(
    quick_house: House, inbox: Path
) -> None:
    put_and_kill(quick_house, inbox, count=500, kills=5, seed=16)


def test_a_known_file_that_was_not_moved_is_moved_and_not_counted_twice(quick_house: House, inbox: Path) -> None:
    small_receipt(inbox / "one.png", 1)
    assert quick_house.run("ingest", inbox, "--form", "receipt", "--batch", "before").code == 0
    with watching(quick_house, inbox):
        until(lambda: done(inbox) == 1)
    assert scans(quick_house) == [("one.png", "before", True)]


def test_a_folder_that_cannot_be_watched_is_said_so_in_a_sentence(quick_house: House, tmp_path: Path) -> None:
    (tmp_path / "around").mkdir()
    (quick_house.home).mkdir()
    for folder, sentence in (
        (tmp_path / "nowhere", "is no folder; make it, or name another one"),
        (tmp_path, "lies in the home"),
        (quick_house.home / "archive", "is no folder"),
    ):
        ran = quick_house.run("watch", folder, "--form", "receipt")
        assert (ran.code, "Traceback" in ran.err, sentence in ran.err) == (2, False, True), ran.err
    (tmp_path / "around" / "done").symlink_to("..")
    assert "is no folder. Move it away" in quick_house.run("watch", tmp_path / "around", "--form", "receipt").err
    ran = quick_house.run("watch", tmp_path / "around", "--form", "nosuchform")
    assert (ran.code, "nosuchform" in ran.err) == (2, True)


def test_two_programs_do_not_watch_one_folder(quick_house: House, inbox: Path) -> None:
    with watching(quick_house, inbox):
        until(lambda: (inbox / "aside").exists())
        ran = quick_house.run("watch", inbox, "--form", "receipt")
    assert (ran.code, "is watched by another fairhand already" in ran.err) == (2, True)


def test_settings_of_serve_name_folders_and_forms(house: House, tmp_path: Path) -> None:
    from flows.parts.watching.watch_folders import watched_forms

    settings = configuration.load_settings(house.home)
    named = settings.model_copy(update={"watch": (f"{tmp_path}/a=b=receipt", "in=auto")})
    assert [(str(each.folder), each.form) for each in watched_forms(named)] == [
        (f"{tmp_path}/a=b", "receipt"),
        ("in", "auto"),
    ]
    house.environment = {"FAIRHAND_WATCH": "inbox"}
    ran = house.run("serve", "--port", "0")
    assert (ran.code, "is not written as FOLDER=FORM" in ran.err) == (2, True)


@pytest.mark.promise("- Where the disk")
@pytest.mark.skipif(os.geteuid() != 0, reason="mounts a small disk")
def test_a_full_disk_is_said_and_nothing_is_lost(quick_house: House, inbox: Path) -> None:
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", inbox], check=False).returncode:
        pytest.skip("no small disk can be mounted here")
    try:
        (inbox / "done").mkdir()
        (inbox / "aside").mkdir()
        small_receipt(inbox / "one.png", 1)
        (inbox / "letter.docx").write_bytes(b"letter")
        with pytest.raises(OSError, match="No space"):
            (inbox / "filler").with_suffix(".tmp").write_bytes(b"x" * 400_000)
        with watching(quick_house, inbox) as process:
            until(lambda: process.poll() is not None or done(inbox) == 1)
            assert (inbox / "letter.docx").exists() or "aside/letter.docx.txt" in files(inbox)
            (inbox / "filler.tmp").unlink()
            until(lambda: process.poll() is not None or "aside/letter.docx" in files(inbox))
            assert (inbox / "aside" / "letter.docx.txt").read_text().startswith("letter.docx: it is no picture")
    finally:
        subprocess.run(["umount", "-l", inbox], check=True)
