"""The demo without a terminal: it plays the people, says that it does, and ends with true records."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.house import House, folder_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.mark.soak
def test_it_ends_by_itself_with_records_that_equal_the_truth(served_home: Path, house: House, tmp_path: Path) -> None:
    samples = folder_of(tmp_path / "samples", ("order-form-flat-typed-0009.png", "receipt-217.jpg"))
    done = house.run("demo", "--samples", samples)
    assert done.code == 0, done.out + done.err
    assert "SIMULATED PEOPLE" in done.out
    assert "seeds 11, 12, 13" in done.out
    assert "receipts: 1 photographs read" in done.out
    assert "of 2 records equal what is written (people simulated)" in done.out
    assert "records.db" in done.out


def test_a_folder_without_a_truth_is_said_in_one_line(house: House, tmp_path: Path) -> None:
    done = house.run("demo", "--samples", tmp_path)
    assert done.code == 4
    assert done.err.startswith("fairhand: There are no sample photographs at")
