"""Settings: environment before file before default, and a slip is named."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from flows.administration.doctor import other_archive_findings
from flows.home import settings, state_place
from flows.home import settings as configuration
from flows.home.home import TEMPORARY_FOLDER, FormLibrary, Home, open_home, require_own_archive, temporary_folder
from flows.home.settings import settings_file
from flows.steps.read_scans import read_options
from tests.flows.house import CASES, House
from tests.flows.shifts.test_shift import taken_in
from tests.postgres import new_database
from transcribe.errors import FormError, NotFound, SettingsError
from transcribe.forms import definition
from transcribe.forms.definition import SHIPPED
from transcribe.i18n.catalogues import languages


def test_the_environment_goes_before_the_file_and_the_file_before_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / settings.SETTINGS_FILE).write_text("FAIRHAND_PORT=9000\nFAIRHAND_WORKERS=3\n", encoding="utf-8")
    monkeypatch.setenv("FAIRHAND_PORT", "9100")
    loaded = settings.load_settings(tmp_path)
    assert (loaded.port, loaded.workers, loaded.host) == (9100, 3, "127.0.0.1")


def test_the_home_of_the_command_line_goes_before_that_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIRHAND_HOME", str(tmp_path / "other"))
    assert settings.load_settings(tmp_path).home == tmp_path
    assert settings.load_settings().home == tmp_path / "other"


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "abc", "'abc' cannot be used: write a whole number. What it sets: the port of the review pages"),
        ("PORT", "70000", "write a number below 65536"),
        ("AUDIT_SHARE", "4", "'4' cannot be used: write a number up to 1"),
        ("WORKERS", "1.5", "write a whole number"),
        ("WORKERS", "9" * 5000, "write a whole number"),
        ("TARGET", "high", "write a number. What it sets: the share of decided values"),
        ("PAID_SKIP_MINUTES", "inf", "write a number that is not infinite"),
        ("LATE_DAYS", "-1", "write a number from 0 on"),
        ("TRAINING", "maybe", "write true or false"),
        ("LANGUAGE", "de", "write nothing, 'en', 'es' or 'fr'"),
        ("DUPLICATES", "drop", "write 'link', 'flag', 'hold' or 'retake'"),
        (
            "WEBHOOK_NETWORKS",
            "inside",
            "'inside' does not appear to be an IPv4 or IPv6 network. What it sets: networks",
        ),
    ],
)
def test_a_wrong_value_is_shown_with_what_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(f"FAIRHAND_{name}", value)
    with pytest.raises(SettingsError) as refused:
        settings.load_settings(tmp_path)
    assert str(refused.value).startswith(f"FAIRHAND_{name}: ")
    assert told in str(refused.value)
    assert "Input" not in str(refused.value)
    assert len(str(refused.value)) < 600


def test_a_setting_that_does_not_exist_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / settings.SETTINGS_FILE).write_text("FAIRHAND_PROT=9000\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="FAIRHAND_PROT: there is no such setting"):
        settings.load_settings(tmp_path)
    monkeypatch.setenv("FAIRHAND_PROT", "9000")
    monkeypatch.setenv("FAIRHAND_SHARED_DATA", "somewhere")
    with pytest.raises(SettingsError, match="FAIRHAND_PROT: there is no such setting; did you mean FAIRHAND_PORT"):
        settings.load_settings(tmp_path / "elsewhere")


def test_engines_are_written_with_commas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRHAND_ENGINES", "tesseract, rapidocr")
    assert settings.load_settings(tmp_path).engines == ("tesseract", "rapidocr")


def test_the_settings_file_says_every_setting_and_its_lines_can_be_used(tmp_path: Path) -> None:
    text = settings_file()
    used = "\n".join(line.removeprefix("# ") for line in text.splitlines() if line.startswith("# FAIRHAND_"))
    (tmp_path / settings.SETTINGS_FILE).write_text(used, encoding="utf-8")
    defaults = settings.load_settings(tmp_path / "elsewhere").model_copy(update={"home": tmp_path})
    assert settings.load_settings(tmp_path) == defaults
    assert used.count("FAIRHAND_") == len(settings.Settings.model_fields) - 1


def test_prefect_sends_nothing_to_anybody_and_batches_what_it_records(tmp_path: Path) -> None:
    variables = settings.prefect_variables(settings.load_settings(tmp_path))
    assert variables["DO_NOT_TRACK"] == "1"
    assert variables["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert variables["PREFECT_HOME"] == str(tmp_path / "prefect")
    assert int(variables["PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE"]) > 1


def test_the_example_of_the_deployments_names_every_setting() -> None:
    example = (Path(__file__).parents[3] / "deployments" / "example.env").read_text(encoding="utf-8")
    named = {line.removeprefix("# ").partition("=")[0] for line in example.splitlines() if "FAIRHAND_" in line}
    assert named == set(settings.variables())


def test_sentences_are_in_the_language_that_is_set_or_the_terminals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    assert settings.load_settings(tmp_path).spoken_language == "en"
    monkeypatch.setenv("LANG", "fr_CA.UTF-8")
    assert settings.load_settings(tmp_path).spoken_language == "fr"
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert settings.load_settings(tmp_path).spoken_language == "en"
    for language in languages():
        monkeypatch.setenv("FAIRHAND_LANGUAGE", language)
        assert settings.load_settings(tmp_path).spoken_language == language
    monkeypatch.setenv("FAIRHAND_LANGUAGE", "xx")
    with pytest.raises(SettingsError, match="FAIRHAND_LANGUAGE"):
        settings.load_settings(tmp_path)


def test_the_second_engine_reads_every_field_unless_told_otherwise(tmp_path: Path) -> None:
    assert settings.load_settings(tmp_path).second_engine == "every"
    (tmp_path / settings.SETTINGS_FILE).write_text("FAIRHAND_SECOND_ENGINE=doubtful\n", encoding="utf-8")
    assert settings.load_settings(tmp_path).second_engine == "doubtful"
    assert read_options(settings.load_settings(tmp_path), definition.load("order-form")).cascade
    (tmp_path / settings.SETTINGS_FILE).write_text("FAIRHAND_SECOND_ENGINE=sometimes\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="FAIRHAND_SECOND_ENGINE"):
        settings.load_settings(tmp_path)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "postgresql://ann:secret@db.example:5433/orders?x=1",
            "PostgreSQL, the database orders at db.example",
        ),
        ("host=/run/postgresql dbname=orders password=secret", "PostgreSQL"),
        ("postgresql:///orders", "PostgreSQL, the database orders"),
    ],
)
def test_where_the_state_is_is_said_without_its_password(tmp_path: Path, url: str, said: str) -> None:
    (tmp_path / settings.SETTINGS_FILE).write_text(f"FAIRHAND_STATE={url}\n", encoding="utf-8")
    loaded = settings.load_settings(tmp_path)
    assert (loaded.state_url, state_place(loaded)) == (url, said)


def own_form(folder: Path, version: int, *, title: str = "Mine") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    text = (SHIPPED / "receipt.toml").read_text(encoding="utf-8")
    text = text.replace('name = "receipt"', 'name = "mine"', 1).replace("version = 1", f"version = {version}", 1)
    (folder / "mine.toml").write_text(text.replace("Receipt", title), encoding="utf-8")
    return folder / "mine.toml"


def test_shipped_and_installed_forms_are_known_by_name(tmp_path: Path) -> None:
    own_form(tmp_path, 1)
    shelf = FormLibrary(tmp_path)
    assert {"bon-de-commande", "order-form", "receipt", "mine"} <= set(shelf.names())
    assert shelf.find("mine").name == "mine"


def test_a_form_given_by_path_is_known_by_name_afterwards(rooms: Home, tmp_path: Path) -> None:
    path = own_form(tmp_path / "elsewhere", 1)
    form = rooms.use_form(str(path))
    shutil.rmtree(path.parent)
    assert FormLibrary(rooms.settings.forms).find("mine") == form
    assert "mine" in rooms.forms.names()


def test_a_form_is_kept_with_its_blank_and_its_master_data(rooms: Home) -> None:
    form = rooms.use_form("bon-de-commande")
    kept = rooms.settings.forms / form.name / str(form.version)
    assert {path.name for path in kept.iterdir()} >= {"bon-de-commande.toml", "bon-de-commande.png", "customers-fr.csv"}
    assert FormLibrary(rooms.settings.forms)(form.name, form.version).digest == form.digest


def test_a_scan_keeps_the_version_it_was_read_with(rooms: Home, tmp_path: Path) -> None:
    rooms.use_form(str(own_form(tmp_path / "one", 1, title="First")))
    rooms.use_form(str(own_form(tmp_path / "two", 2, title="Second")))
    fresh = FormLibrary(rooms.settings.forms)
    assert fresh("mine", 1).title["en"] == "First"
    assert fresh("mine", 2).title["en"] == "Second"
    assert fresh.find("mine").version == 2


def test_a_changed_definition_under_an_old_version_is_refused(rooms: Home, tmp_path: Path) -> None:
    rooms.use_form(str(own_form(tmp_path / "one", 1)))
    with pytest.raises(FormError, match="Raise its `version` to 2"):
        rooms.use_form(str(own_form(tmp_path / "two", 1, title="Changed")))
    assert FormLibrary(rooms.settings.forms)("mine", 1).title["en"] == "Mine"


def test_an_unknown_form_and_an_unknown_version_are_named(tmp_path: Path) -> None:
    with pytest.raises(FormError, match="There is no form 'nothing'"):
        FormLibrary(tmp_path).find("nothing")
    with pytest.raises(NotFound, match="no version 9 of the form receipt"):
        FormLibrary(tmp_path)("receipt", 9)


HOLDING = """
import sys, time
from pathlib import Path
from flows.home.settings import load_settings
from flows.home.home import temporary_folder
with temporary_folder(load_settings(Path(sys.argv[1]))) as folder:
    (folder / "page.png").write_bytes(b"a page")
    print(folder, flush=True)
    time.sleep(600)
"""


def test_what_a_killed_process_left_is_gone_when_a_home_is_opened_and_what_others_use_stays(rooms: Home) -> None:
    home = rooms.settings.home
    with subprocess.Popen([sys.executable, "-c", HOLDING, str(home)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        folder = Path(other.stdout.readline().strip())
        assert folder.parent == home / TEMPORARY_FOLDER
        assert (folder.stat().st_mode & 0o777, folder.parent.stat().st_mode & 0o777) == (0o700, 0o700)
        with temporary_folder(rooms.settings) as own:
            open_home(rooms.settings).close()
            assert (folder / "page.png").exists()
            assert own.is_dir()
        assert not own.exists()
        other.send_signal(signal.SIGKILL)
    assert (folder / "page.png").exists()
    open_home(rooms.settings).close()
    assert list((home / TEMPORARY_FOLDER).iterdir()) == []


def test_without_a_home_it_is_the_systems(rooms: Home, tmp_path: Path) -> None:
    nowhere = rooms.settings.model_copy(update={"home": tmp_path / "nowhere"})
    with temporary_folder(nowhere) as folder:
        assert folder.is_dir()
    assert not folder.exists()
    assert not nowhere.home.exists()


Machine = Callable[[str, str], House]
RECEIPT = next(iter(sorted(CASES.glob("receipt-*.jpg"))))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with this name and archive; the second one is set up as the documentation says."""
    url = new_database()
    made: list[House] = []

    def new(name: str, archive: str) -> House:
        home = tmp_path / name
        home.mkdir()
        kept = f"FAIRHAND_STATE={url}\nFAIRHAND_ARCHIVE={tmp_path / archive if archive else ''}\n"
        (home / configuration.SETTINGS_FILE).write_text(kept, encoding="utf-8")
        if made:
            shutil.copy(made[0].home / "state.key", home)
        made.append(House(home=home))
        return made[-1]

    return new


def take_in(house: House) -> None:
    """A scan with its picture."""
    with closing(open_home(configuration.load_settings(house.home))) as home:
        (scan,) = taken_in(home, "a")
        assert scan.pages[0].file == home.archive.put(b"a")


@pytest.mark.parametrize("archive", ["", "elsewhere"])
def test_a_machine_with_another_archive_takes_nothing_in_and_the_doctor_says_why(
    machine: Machine, archive: str
) -> None:
    take_in(machine("first", "archive"))
    second = machine("second", archive)
    settings = configuration.load_settings(second.home)
    with closing(open_home(settings)) as home, pytest.raises(SettingsError, match="same FAIRHAND_ARCHIVE"):
        require_own_archive(home)
    (finding,) = other_archive_findings(settings)
    assert "None of the pictures" in finding.message
    ran = second.run("ingest", RECEIPT, "--form", "receipt", "--no-read")
    assert (ran.code, "None of the pictures" in ran.err) == (2, True), ran.err
    assert not [*(settings.archive_folder or Path()).glob("*/*")]


def test_machines_with_one_archive_and_a_state_without_pictures_are_let_be(machine: Machine) -> None:
    first = machine("first", "archive")
    for new in (True, False):
        with closing(open_home(configuration.load_settings(first.home))) as home:
            require_own_archive(home)
        if new:
            take_in(first)
    second = machine("second", "archive")
    settings = configuration.load_settings(second.home)
    assert list(other_archive_findings(settings)) == []
    with closing(open_home(settings)) as home:
        require_own_archive(home)


def test_where_the_disk_of_the_archive_is_away_nothing_is_taken_in_and_no_folder_is_made(tmp_path: Path) -> None:
    home, disk = tmp_path / "home", tmp_path / "disk"
    home.mkdir()
    (home / configuration.SETTINGS_FILE).write_text(f"FAIRHAND_ARCHIVE={disk / 'archive'}\n", encoding="utf-8")
    house = House(home=home)
    take_in(house)
    disk.rename(tmp_path / "unmounted")
    ran = house.run("ingest", RECEIPT, "--form", "receipt", "--no-read")
    assert (ran.code, "Its disk may be away." in ran.err, disk.exists()) == (2, True, False), ran.err
    (finding,) = other_archive_findings(configuration.load_settings(home))
    assert finding.mend.startswith("put its disk back"), finding
    assert not disk.exists()
    (tmp_path / "unmounted").rename(disk)
    with closing(open_home(configuration.load_settings(home))) as rooms:
        require_own_archive(rooms)
