"""What a process needs for a while lies in its home, is its own, and is gone when a home is opened after it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from flows.home.home import Home, open_home
from flows.home.temporary import TEMPORARY_FOLDER, temporary_folder

HOLDING = """
import sys, time
from pathlib import Path
from flows.home.settings import load_settings
from flows.home.temporary import temporary_folder
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
