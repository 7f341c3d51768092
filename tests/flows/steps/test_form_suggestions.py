"""What a home's decided fields suggest for a form, at the command line: told with counts, and nothing is changed."""

from __future__ import annotations

import tomllib

import pytest

from flows.home.home import Home
from flows.steps.reconcile_scans import reconcile_home
from tests.flows.house import House
from tests.flows.steps.test_reconcile_scans import received


@pytest.mark.promise("Each comes with what", "Nothing is changed by")
def test_a_list_of_known_values_is_told_with_counts_and_what_to_write(house: House, rooms: Home) -> None:
    few = house.run("forms", "suggest", "receipt")
    assert few.code == 0
    assert "0 scans with decided fields" in few.out
    assert "20 are needed" in few.out
    for number in range(20):
        total, day = f"{12 + number}.50", f"{number + 1:02}/03/2018"
        shop = ("ACME LTD", "Mill & Sons")[number % 2]
        received(rooms, texts={"total": (total, total), "date": (day, day), "company": (shop, shop)})
    reconcile_home(rooms)
    before = house.run("forms", "list", "--json").out
    told = house.run("forms", "suggest", "receipt", "--json")
    assert told.code == 0
    (whole,) = told.json
    assert (whole["form"], whole["records"]) == ("receipt", 20)
    found = {(each["kind"], each["field"]): each for each in whole["suggestions"]}
    shops = found["master", "company"]
    assert (shops["seen"], shops["of"], shops["values"]) == (20, 20, ["ACME LTD", "Mill & Sons"])
    assert tomllib.loads(shops["toml"])["master"][0]["field"] == "company"
    words = house.run("forms", "suggest", "receipt").out
    assert (
        "A list of known values, seen in 20 of 20 records.\nIt rests on 20 values, which engines alone read:" in words
    )
    assert shops["rests_on"] == {"values": 20, "people": 0, "read_by_people": 0}
    assert "value\nACME LTD\nMill & Sons\n" in words
    assert "Nothing was changed." in words
    assert house.run("forms", "list", "--json").out == before


def test_a_form_that_nobody_knows_is_refused_by_name(house: House, rooms: Home) -> None:
    assert house.run("forms", "suggest", "nosuch").code != 0
