"""The doctor compares the clock of a machine with that of the database."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from flows.administration import doctor
from flows.home import settings as configuration
from flows.home.home import now, open_home
from tests.postgres import new_database


@pytest.mark.parametrize(("seconds", "said"), [(0, ""), (90, "90 seconds ahead of"), (-90, "90 seconds behind")])
def test_a_clock_that_is_not_that_of_the_database_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int, said: str
) -> None:
    (tmp_path / configuration.SETTINGS_FILE).write_text(f"FAIRHAND_STATE={new_database()}\n", encoding="utf-8")
    settings = configuration.load_settings(tmp_path)
    open_home(settings).close()
    monkeypatch.setattr(doctor, "now", lambda: now() + timedelta(seconds=seconds))
    found = [str(each.message) for each in doctor.database_findings(settings)]
    assert len(found) == (1 if said else 0), found
    assert all(said in each for each in found)


def test_a_file_has_the_clock_of_its_machine(tmp_path: Path) -> None:
    with closing(open_home(configuration.load_settings(tmp_path))) as home:
        assert abs(home.store.clock_ahead_seconds(now())) < 5
