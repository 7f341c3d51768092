"""Who opens the records does not wait for pandas, and may have it afterwards."""

from __future__ import annotations

import subprocess
import sys

import pytest

FIRST = "import sys; from reconcile.records.table_library import Database; assert 'pandas' not in sys.modules"
AFTERWARDS = "import pandas; assert pandas.Timestamp(0).year == 1970"
BEFORE = "import pandas; from reconcile.records.table_library import Database; import sys"


@pytest.mark.parametrize("said", [f"{FIRST}; {AFTERWARDS}", f"{BEFORE}; assert sys.modules['pandas'] is pandas"])
def test_the_library_of_tables_comes_without_pandas_which_stays_as_it_is(said: str) -> None:
    subprocess.run([sys.executable, "-c", said], check=True)
