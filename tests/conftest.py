"""How many examples the laws draw, which tests a run has, and the servers of buckets and of Prefect that they share.

A run has all tests but the long ones; or these, laws and attacks.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import nullcontext
from importlib import metadata
from pathlib import Path

import psutil
import pytest
from hypothesis import settings

from flows.home import settings as configuration
from flows.runtime.interpreter_tuning import settle_memory
from flows.runtime.prefect_server import PrefectServer
from tests.bench.world import fonts
from tests.bucket import BucketServer, bucket_server
from tests.examples import SOAK, examples
from tests.extras import is_installed
from tests.flows.forked_commands import ENVIRONMENT, share_readings
from tests.flows.new_prefect import prefect_database_of_run, put_prefect_database
from tests.flows.readings import folder_of_run, keep_features
from tests.new_state import copy_new_states
from tests.one_context import share_context
from tests.one_loop import shared_loop
from tests.only_listed import brought_by, listed, listed_languages, use_only

ROOT = Path(__file__).parents[1]
ATTACKS = ROOT / "tests" / "attack"
"""Every attack belongs to the long run too: there it is whole."""

PARTS = ROOT / "tests" / "flows" / "parts"
"""A folder of tests for each part."""

IN_MEMORY = Path("/dev/shm")
"""Where Linux has a file system in memory: a transaction there waits for no disk, and one is made in most tests."""

MIN_FREE_BYTES = 8_000_000_000
"""Bytes that must be free there and in memory: at least twice what the files of a run take, decoded pictures too."""

KEPT_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "268435456", "MALLOC_TRIM_THRESHOLD_": "536870912"}
"""Bytes that the programs of a run keep for the next picture: to be given them anew was a sixth of reading one."""

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""What is multiplied is small: to share it out among threads took twice the processor's time, and no less of ours."""

settings.register_profile("fairhand", examples(100))
settings.load_profile("fairhand")
share_context()
gc.disable()  # until all tests are there: most of what is made by then stays, and is looked through again and again


def pytest_configure() -> None:
    """Have temporary files lie in memory where there is room, and programs keep what they had of it.

    Not in the long run, nor where TMPDIR is set: whoever sets it finds files there, and so do workers. Workers and
    programs multiply in one thread.
    """
    _install_anew_where_entry_points_changed()
    os.environ.update(ONE_THREAD)
    ENVIRONMENT.update(ONE_THREAD)
    _listen_to_ctrl_c()
    _see_no_more_than_a_fresh_machine()
    if SOAK or "TMPDIR" in os.environ or not _has_room(IN_MEMORY):
        return
    os.environ.update(KEPT_MEMORY)
    ENVIRONMENT.update(KEPT_MEMORY)
    tempfile.tempdir = os.environ["TMPDIR"] = ENVIRONMENT["TMPDIR"] = str(IN_MEMORY)


def _install_anew_where_entry_points_changed() -> None:
    """Have the environment know the entry points of pyproject.toml: parts and engines are found by them."""
    written = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {**written["entry-points"], "console_scripts": written["scripts"]}
    wanted = {(group, *each) for group, points in groups.items() for each in points.items()}
    known = {(it.group, it.name, it.value) for it in metadata.distribution("fairhand").entry_points}
    if "PYTEST_XDIST_WORKER" in os.environ or wanted == known:
        return
    install = (Path(sys.executable).with_name("uv"), "pip", "install", "--quiet", "--python", sys.executable)
    subprocess.run([*install, "--no-deps", "--no-build-isolation", "--editable", ROOT], check=True)


def _listen_to_ctrl_c() -> None:
    """Let SIGINT end the programs that tests start. A shell has what it runs in the background ignore it.

    A worker of Prefect then does not end when it is told to: each was waited for half a minute, and killed.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _see_no_more_than_a_fresh_machine() -> None:
    """Have tests use what the list of packages brings, and nothing else that is here. Without Debian's dpkg, all."""
    if shutil.which("dpkg-query") is None:
        return
    use_only(brought_by(listed()))
    if "PYTEST_XDIST_WORKER" not in os.environ:
        folder = listed_languages()
        atexit.register(shutil.rmtree, folder)
        os.environ["TESSDATA_PREFIX"] = ENVIRONMENT["TESSDATA_PREFIX"] = str(folder)


def _has_room(folder: Path) -> bool:
    """Whether it is there with room for the files of a run, which may be programs."""
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        return False
    found = os.statvfs(folder)
    free = min(found.f_bavail * found.f_frsize, psutil.virtual_memory().available)
    return free >= MIN_FREE_BYTES and not found.f_flag & os.ST_NOEXEC


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out the tests of a part whose libraries are not installed."""
    return (collection_path.parent == PARTS and not is_installed(collection_path.name)) or None


@pytest.hookimpl(tryfirst=True)  # the marks are there before `-m` looks at them
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark laws and what drives a browser, keep files together that share something, leave out what is not run."""
    for item in items:
        if _is_law(item):
            item.add_marker("law")
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        if _shares(item) and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))
    _put_long_ones_first(items)
    chosen = [item for item in items if _belongs(item)]
    left_out = [item for item in items if not _belongs(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = chosen


def pytest_collection_finish() -> None:
    """Collect garbage again, but not among the tests and what they have imported: that is a tenth of their time."""
    gc.enable()
    settle_memory()


def _put_long_ones_first(items: list[pytest.Item]) -> None:
    """Groups with slow tests come first, then slow tests: none is begun at the end, with the other workers waiting."""
    slow = {_group(item) for item in items if item.get_closest_marker("slow") is not None}
    items.sort(key=lambda item: (_group(item) not in slow, item.get_closest_marker("xdist_group") is None))


def _group(item: pytest.Item) -> str:
    """What is run by one worker: a group, or a test."""
    mark = item.get_closest_marker("xdist_group")
    return str(mark.args[0]) if mark is not None else item.nodeid


def _is_law(item: pytest.Item) -> bool:
    """Whether its examples are drawn: a function under @given, or a state machine."""
    function, case = getattr(item, "obj", None), getattr(item, "cls", None)
    return bool(getattr(function, "is_hypothesis_test", False) or getattr(case, "settings", None))


def _shares(item: pytest.Item) -> bool:
    """Whether it uses what is made once for its file: two workers that share the file would make it twice."""
    known = getattr(item, "_fixtureinfo", None)
    return known is not None and any(each[-1].scope == "module" for each in known.name2fixturedefs.values() if each)


def _belongs(item: pytest.Item) -> bool:
    """Whether this run has it: what it needs is installed, and it is as long as the run."""
    if not all(is_installed(mark.args[0]) for mark in item.iter_markers("needs")):
        return False
    only_in_soak, law, grows = (item.get_closest_marker(name) is not None for name in ("soak", "law", "grows"))
    return only_in_soak or law or grows or ATTACKS in item.path.parents if SOAK else not only_in_soak


def pytest_sessionfinish() -> None:
    """End the PostgreSQL of this run, where a test started one."""
    postgres = sys.modules.get("tests.postgres")
    if postgres is not None:
        postgres.stop_shared_server()


@pytest.fixture(scope="session")
def shared_buckets() -> Iterator[BucketServer]:
    """One server for all tests of a process; each takes a bucket of its own."""
    with bucket_server() as server:
        yield server


@pytest.fixture
def buckets(shared_buckets: BucketServer, monkeypatch: pytest.MonkeyPatch) -> BucketServer:
    """The server, with the variables set that lead there."""
    for name, value in shared_buckets.variables.items():
        monkeypatch.setenv(name, value)
    return shared_buckets


@pytest.fixture
def listed_print(monkeypatch: pytest.MonkeyPatch) -> None:
    """The forms of the benchmarks' world are printed in a font that tests may use."""
    plain = "truetype/liberation/LiberationSerif-Regular.ttf"
    monkeypatch.setattr(fonts, "PRINT", dict.fromkeys(fonts.PRINT, (plain, plain)))


@pytest.fixture(scope="session")
def new_prefect_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prefect's database as made for a new home, once in a run: making it is half of what a start costs."""
    return prefect_database_of_run(tmp_path_factory.mktemp("prefect-made"), tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory, new_prefect_database: Path) -> Iterator[str]:
    """The address of a running Prefect server; Prefect in this process talks to it too."""
    settings = configuration.load_settings(tmp_path_factory.mktemp("prefect"))
    put_prefect_database(new_prefect_database, settings.home)
    server = PrefectServer(settings)
    server.start()
    server.wait()
    before = dict(os.environ)
    configuration.use_prefect(settings, server.address, own=True)
    yield server.address
    os.environ.clear()
    os.environ.update(before)
    server.stop()


@pytest.fixture(scope="session", autouse=True)
def _new_states() -> None:
    """New states are copies of one; not in the long run."""
    if not SOAK:
        copy_new_states()


@pytest.fixture(scope="session", autouse=True)
def _one_loop() -> Iterator[None]:
    """What test clients ask for is answered in one event loop; not in the long run."""
    with nullcontext() if SOAK else shared_loop():
        yield


@pytest.fixture(scope="session", autouse=True)
def _readings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What the engines read for one command is there for the next, and what SIFT sees for all; not in the long run."""
    if not SOAK:
        share_readings(folder_of_run(tmp_path_factory.getbasetemp()))
        keep_features(folder_of_run(tmp_path_factory.getbasetemp()))
