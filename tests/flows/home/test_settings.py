"""Settings: environment before file before default, and a slip is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.home import settings, state_place
from flows.home.settings_text import settings_file
from flows.steps.read_scans import read_options
from transcribe.errors import SettingsError
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


def test_a_wrong_value_is_named_with_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIRHAND_AUDIT_SHARE", "4")
    with pytest.raises(SettingsError, match="FAIRHAND_AUDIT_SHARE: '4' cannot be used: write a number up to 1"):
        settings.load_settings(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "abc", "'abc' cannot be used: write a whole number. What it sets: the port of the review pages"),
        ("PORT", "70000", "write a number below 65536"),
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
    assert read_options(settings.load_settings(tmp_path)).cascade
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
