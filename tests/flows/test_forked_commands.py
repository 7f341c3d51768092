"""A forked command is what a command in a process started anew is."""

from __future__ import annotations

import signal
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.flows import house as running
from tests.flows.forked_commands import ENVIRONMENT, share_readings, shared_server, suits
from tests.flows.house import TYPED, House, Ran
from tests.flows.readings import folder_of_run


def anew(house: House, *words: str | Path) -> Ran:
    """What a process started for this command alone gives."""
    process = house.start(*words)
    out, err = process.communicate(timeout=running.PATIENCE)
    return Ran(code=process.returncode, out=out, err=err)


@pytest.mark.parametrize(
    "words",
    [
        ("--version",),
        ("--help",),
        ("nothing",),
        ("status",),
        ("status", "--json"),
        ("scan", "explain", "abcdef", "total"),
        ("records", "export", "--form", "nosuch"),
        ("read", TYPED.parent / "missing.png", "--form", "receipt"),
        ("people", "list"),
        ("log", "verify"),
        ("init",),
    ],
    ids=lambda words: " ".join(map(str, words[:2])),
)
def test_it_ends_with_the_same_words_and_code(house: House, words: tuple[str | Path, ...]) -> None:
    assert house.run("init").code == 0
    assert house.run(*words) == anew(house, *words)


def test_it_has_the_environment_folder_and_umask_of_its_call(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    house.environment = {"FAIRHAND_PORT": "many"}
    assert house.run("status").err.startswith("fairhand: FAIRHAND_PORT")
    house.environment = {}
    assert House(home=Path("here")).run("init").code == 0
    assert (tmp_path / "here").is_dir()
    umasks = {stat.S_IMODE((made / "settings.env").stat().st_mode) for made in (tmp_path / "here", anew_home(house))}
    assert len(umasks) == 1


def anew_home(house: House) -> Path:
    anew(house, "init")
    return house.home


def test_a_variable_that_imports_may_read_asks_for_a_new_process() -> None:
    assert suits({**ENVIRONMENT, "FAIRHAND_PORT": "1", "PREFECT_API_URL": "http://127.0.0.1:1/api"})
    assert suits({**ENVIRONMENT, "LD_LIBRARY_PATH": "where OpenCV is", "OMP_THREAD_LIMIT": "1"})
    assert not suits({**ENVIRONMENT, "TZ": "Asia/Tokyo"})
    assert not suits({**ENVIRONMENT, "PATH": "/nowhere"})
    assert not suits({**ENVIRONMENT, "PREFECT_LOGGING_LEVEL": "DEBUG"})


def test_what_takes_too_long_is_killed(house: House) -> None:
    house.run("init")
    began = time.monotonic()
    words = ["--home", str(house.home), "serve", "--port", "0"]
    with pytest.raises(TimeoutError):
        shared_server().run(words, house.child_environment(), 1.0)
    assert time.monotonic() - began < running.PATIENCE
    running.until(lambda: not any(str(house.home) in " ".join(words_of(each)) for each in psutil.process_iter()))


def words_of(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


@pytest.mark.xdist_group("prefect-2")
def test_prefect_has_the_settings_of_the_home(working_house: House) -> None:
    house = working_house
    assert suits(house.child_environment())
    assert not (house.home / "prefect").exists()
    done = house.run("ingest", TYPED, "--form", "bon-de-commande")
    assert done.code == 0, done
    assert (house.home / "prefect").is_dir(), "Prefect makes the folder that it is told of"


@pytest.fixture
def readings(tmp_path: Path) -> Iterator[Path]:
    """A folder without readings, which the commands share."""
    folder = folder_of_run(tmp_path / "run")
    before = share_readings(folder)
    yield folder
    share_readings(before)


@pytest.mark.soak
def test_what_engines_read_before_is_what_they_read_anew(house: House, readings: Path) -> None:
    words = ("read", TYPED, "--form", "bon-de-commande", "--json")
    first = house.run(*words)
    kept = set(readings.iterdir())
    again = house.run(*words)
    assert kept, "the engines' answers are kept"
    assert set(readings.iterdir()) == kept, "the second command asked for nothing else"
    assert first.code == 0, first
    assert first.out == again.out == anew(house, *words).out


def test_one_that_is_begun_is_waited_for_asked_and_ended_as_one_that_was_started(house: House) -> None:
    assert house.run("init").code == 0
    ended = house.start("status", forked=True)
    out, err = ended.communicate(timeout=running.PATIENCE)
    assert Ran(code=ended.returncode, out=out, err=err) == anew(house, "status")
    follows = ("records", "postgres", "postgresql://nobody@127.0.0.1:1/none", "--every", "9")
    for sign in (signal.SIGKILL, signal.SIGTERM):
        begun = house.start(*follows, forked=True)
        assert begun.poll() is None
        assert psutil.pid_exists(begun.pid)
        begun.send_signal(sign)
        begun.communicate(timeout=running.PATIENCE)
        assert (begun.returncode, begun.poll()) == (-sign, -sign)
        assert not psutil.pid_exists(begun.pid)
