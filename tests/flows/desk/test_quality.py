"""The section Quality: what audits found with interval and n, needless questions, versions and the way back."""

from __future__ import annotations

import time

import pytest

from flows.administration.quality import field_qualities
from reconcile.learning import AuditedValue
from reconcile.parameters import shipped_parameters
from reconcile.records import quality
from tests.flows.desk.desk_site import DeskSite, post

TABLES = ("by-type", "by-field", "needless", "learnt")


def audited(busy: DeskSite) -> None:
    """Audits of two fields of one type: 3 of 40 wrong, and 1 of 10."""
    values = [
        AuditedValue(form="order", field=field, type="code", wrong=number < wrong, at=busy.now())
        for field, count, wrong in (("number", 40, 3), ("other", 10, 1))
        for number in range(count)
    ]
    quality.keep(busy.home.settings.records, field_qualities(values, busy.now()), [])


@pytest.mark.parametrize("name", TABLES)
def test_operators_and_auditors_see_each_table_and_nobody_else(busy: DeskSite, name: str) -> None:
    for role, status in (("operator", 200), ("auditor", 200), ("transcriber", 404), ("expert", 404)):
        client = busy.client(busy.person(role, role))  # type: ignore[arg-type]  # real roles
        for address in ("/desk/quality", f"/desk/quality/{name}.csv", f"/desk/quality/{name}.json"):
            assert client.get(address).status_code == status, (role, address)


def test_errors_are_shown_by_type_with_interval_and_count(busy: DeskSite) -> None:
    audited(busy)
    client = busy.client(busy.person("op", "operator"))
    rows = {row["type"]: row for row in client.get("/desk/quality/by-type.json").json()["by-type"]}
    assert (rows["code"]["audited"], rows["code"]["wrong"], rows["code"]["share"]) == (50, 4, 0.08)
    assert rows["code"]["interval_low"] < 0.08 < rows["code"]["interval_high"]
    assert rows[""]["audited"] == 50
    fields = {row["field"]: row["wrong"] for row in client.get("/desk/quality/by-field.json").json()["by-field"]}
    assert fields == {"number": 3, "other": 1}
    limited = busy.client(busy.person("half", "operator", forms=("invoice2",)))
    assert limited.get("/desk/quality/by-type.json").json()["by-type"] == []
    assert limited.get("/desk/quality/learnt.json").status_code == 404


def test_needless_questions_are_counted_on_demand(busy: DeskSite) -> None:
    client = busy.client(busy.person("op", "operator"))
    ann, bea = busy.person("ann", "transcriber"), busy.person("bea", "transcriber")
    for who in (ann, bea):
        busy.read(who, "Mary Poole")
    busy.weigh()
    assert client.get("/desk/quality/needless.json").json()["needless"] == []
    assert post(client, "/desk/quality/count").headers["location"] == "/desk/quality?done=count"
    for _ in range(100):
        if found := client.get("/desk/quality/needless.json").json()["needless"]:
            break
        time.sleep(0.05)
    asked = busy.home.store.counts().asked
    expected = {(form, why): each for form, whys in asked.items() for why, each in whys.items()}
    assert {(row["form"], row["reason"]): row["fields"] for row in found} == {
        key: each.fields for key, each in expected.items()
    }


def test_an_earlier_version_is_put_in_force_again_and_logged(busy: DeskSite) -> None:
    store = busy.home.store
    store.put_parameters({**shipped_parameters().content, "shipped": {}}, busy.now())
    before = store.parameters_versions()[-1][0]
    client, auditor = busy.client(busy.person("op", "operator")), busy.client(busy.person("aud", "auditor"))
    assert post(auditor, "/desk/quality/back", version=1).status_code == 404
    assert client.post("/desk/quality/back", data={"version": 1, "csrf": "x"}).status_code == 403
    assert post(client, "/desk/quality/back", version=1).headers["location"] == "/desk/quality?done=learn-back"
    assert store.parameters_versions()[-1][0] == before + 1
    first, *_ = client.get("/desk/quality/learnt.json").json()["learnt"]
    assert (first["in_force"], first["back_to"], first["by"]) == (True, 1, "op")
    assert "op" in {line.actor for line in store.audit()}
