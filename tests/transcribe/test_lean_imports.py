"""What other libraries would import beside themselves is not waited for, and may be had afterwards."""

from __future__ import annotations

import subprocess
import sys

AFTERWARDS = "import pandas; assert pandas.Timestamp(0).year == 1970"


LEAN = "reconcile.records.table_library, transcribe.ocr.engines.tesseract, flows.serving.reconcile_worker"


def test_they_come_without_pandas_which_may_be_imported_afterwards() -> None:
    said = f"import sys, {LEAN}; assert 'pandas' not in sys.modules, sys.modules['pandas']; {AFTERWARDS}"
    subprocess.run([sys.executable, "-c", said], check=True)


def test_pandas_that_was_there_before_stays_as_it_is() -> None:
    said = "import sys, pandas, reconcile.records; assert sys.modules['pandas'] is pandas"
    subprocess.run([sys.executable, "-c", said], check=True)
