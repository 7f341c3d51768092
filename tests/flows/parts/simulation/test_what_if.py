"""What if the target moved: the page of a batch that plays its finished scans with made-up readers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.desk.desk_site import AGREED, desk_site


@pytest.mark.promise("course by state, cost")
def test_what_if_plays_the_finished_scans_at_each_target(tmp_path: Path) -> None:
    with desk_site(tmp_path) as desk:
        for number in range(3):
            desk.scan(f"more {number}", {**AGREED, "number": (f"73946{number}",) * 2})
        desk.weigh()
        client = desk.client(desk.person("op", "operator"))
        rows = client.get("/desk/batch/what-if.json?name=monday").json()["what-if"]
        assert [row["target"] for row in rows] == sorted(row["target"] for row in rows)
        assert all(row["fields_right"] > 0.9 for row in rows)
        assert "(now)" in client.get("/desk/batch/what-if?name=monday").text
        assert 'href="/desk/batch/what-if?name=monday"' in client.get("/desk/batch?name=monday").text
