"""The section Money: months of work, what is owed, spent by form and batch, disputes."""

from __future__ import annotations

import time

import pytest

from reconcile.records import MonthOfWork, quality
from tests.flows.desk.desk_site import DeskSite, post
from transcribe.store.facts import Rate


@pytest.mark.parametrize("name", ["months", "owed", "spent", "disputes"])
def test_operators_and_auditors_see_each_table_and_nobody_else(busy: DeskSite, name: str) -> None:
    for role, status in (("operator", 200), ("auditor", 200), ("transcriber", 404)):
        client = busy.client(busy.person(role, role))  # type: ignore[arg-type]  # real roles
        for address in ("/desk/money", f"/desk/money/{name}.csv", f"/desk/money/{name}.json"):
            assert client.get(address).status_code == status, (role, address)
    limited = busy.client(busy.person("half", "operator", forms=("order",)))
    assert limited.get(f"/desk/money/{name}.json").status_code == 404


def test_money_is_told_by_form_and_what_is_owed_is_added_up_on_demand(busy: DeskSite) -> None:
    store, ann = busy.home.store, busy.person("ann", "transcriber")
    store.put_rate(Rate(form="", micro=20_000, currency="EUR", since=busy.now()), busy.now())
    busy.read(ann, "Mary Poole")
    busy.weigh()
    month = MonthOfWork(month="2026-10", currency="EUR", people=9, hours=80.0, pay=1200.0, pay_per_hour=15.0)
    quality.keep(busy.home.settings.records, [], [month])
    client = busy.client(busy.person("op", "operator"))
    assert [row["an_hour"] for row in client.get("/desk/money/months.json").json()["months"]] == [15.0]
    spent = client.get("/desk/money/spent.json").json()["spent"]
    assert [(row["form"], row["amount"], row["currency"]) for row in spent] == [("order", 0.02, "EUR")]
    assert post(busy.client(busy.person("aud", "auditor")), "/desk/money/count").status_code == 404
    assert post(client, "/desk/money/count").headers["location"] == "/desk/money?done=count"
    for _ in range(100):
        if owed := client.get("/desk/money/owed.json").json()["owed"]:
            break
        time.sleep(0.05)
    assert [(row["handle"], row["due"]) for row in owed] == [("ann", "0.02")]
