"""The section People: hours and what an hour comes to, by name, and questions, counted on demand."""

from __future__ import annotations

import time

from tests.flows.desk.desk_site import DeskSite, post
from transcribe.store.facts import Rate


def test_people_stand_by_name_with_hours_that_are_added_up_on_demand(busy: DeskSite) -> None:
    store = busy.home.store
    store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=busy.now()), busy.now())
    for handle, seconds in (("bea", 4.0), ("ann", 8.0)):
        busy.read(busy.person(handle, "transcriber"), "Mary Poole", seconds=seconds)
    client, auditor = busy.client(busy.person("op", "operator")), busy.client(busy.person("aud", "auditor"))
    assert post(auditor, "/desk/people/count").status_code == 404
    assert busy.client(store.transcribers()[0]).get("/desk/people").status_code == 404
    assert post(client, "/desk/people/count").headers["location"] == "/desk/people?done=count"
    for _ in range(100):
        rows = auditor.get("/desk/people/people.json").json()["people"]
        if any(row["hours"] for row in rows) or rows[0]["an_hour"]:
            break
        time.sleep(0.05)
    assert [row["handle"] for row in rows] == ["ann", "aud", "bea", "op"]
    assert rows[0]["currency"] == "EUR"
    assert "in the median" in client.get("/desk/people").text
    assert auditor.get("/desk/people/questions.csv").status_code == 200
